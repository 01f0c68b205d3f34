import type { ResultCode } from '../../change-file/result-code.ts';
import { byReason, value, type Sentence } from '../sentence.ts';

const emptyLine = 'Put an empty line between records.';

/** Codes that only entries of directory files have (chapter 11). */
export const DIRECTORY_SENTENCES: Partial<Record<ResultCode, Sentence>> = {
  7: (r) => `The directory has an entry ${value(r)} already. Modify it, or use another DN.`,
  8: (r) => `The directory has no entry ${value(r)}. Check the DN, or add the entry first.`,
  10: byReason(
    {
      version: (r) =>
        `The file is LDIF version ${value(r)}; only version 1 is known. Write "version: 1" or leave it out.`,
      encoding: 'The record is not valid UTF-8. Save the file as UTF-8, or write the value in base64.',
      'too-long': (r) => `The record is longer than ${r.limit} bytes. Split it. ${emptyLine}`,
      'too-many-lines': (r) => `The record has more than ${r.limit} lines. Split it. ${emptyLine}`,
      'control-character': (r) =>
        `The line ${value(r)} contains a control character. Write the value in base64.`,
      line: (r) =>
        `The line ${value(r)} is not of the form "attribute: value". A line that continues the one before begins with a blank.`,
      url: (r) => `${r.field} refers to ${value(r)}; nothing is ever fetched. Write the value itself.`,
      base64: (r) => `${r.field} is not valid base64: ${value(r)}.`,
      'second-dn': `The record has a second dn line. ${emptyLine}`,
      control: (r) =>
        `The record asks for the control ${value(r)}; controls are not supported. Remove the line.`,
      'changetype-place': `changetype must be the line right after the DN. ${emptyLine}`,
      'changetype-missing': (r) =>
        `The record of ${value(r)} has no changetype; only change records are processed. Write it in the line after the DN.`,
      'changetype-unknown': (r) =>
        `changetype ${value(r)} is not known. Use add, modify, delete, modrdn or moddn.`,
      separator: 'A line "-" only separates the parts of a modify; an add has none. Remove it.',
      increment: 'increment is not supported. Use add, replace or delete, and write the new value.',
      unexpected: (r) =>
        `The line of ${r.field} does not belong there. Check the lines of this changetype. ${emptyLine}`,
      'no-value': (r) => `add: ${r.field} is not followed by a value. Give one, or use delete.`,
      deleteoldrdn: (r) => `deleteoldrdn ${value(r)} is neither 0 nor 1.`,
      'newrdn-missing': 'The record has no newrdn. It must say the new name.',
    },
    'The record is not valid LDIF.',
  ),
  11: byReason(
    {
      missing: 'The record has no DN. Its first line must be "dn: " with the name of the entry.',
      'too-long-below': (r) => `The DN of the entry below it, ${value(r)}, would become too long.`,
    },
    (r) =>
      `${r.field} ${value(r)} is not a valid distinguished name. Write , + " ; < > and \\ inside a value with a \\ before; at most 2000 bytes.`,
  ),
  12: byReason(
    {
      missing: 'The record has no objectclass. Use inetOrgPerson for a person, groupOfNames for a group.',
      both: 'objectclass says both inetOrgPerson and groupOfNames. Give one of them.',
    },
    (r) =>
      `objectclass ${value(r)} is not supported. Use inetOrgPerson for a person, groupOfNames for a group.`,
  ),
};

/** Of code 9, by reason. */
export const DIRECTORY_VALUE_SENTENCES: Record<string, Sentence> = {
  'attribute-missing': (r) => `The entry would have no ${r.field}, which it must have. Give one.`,
  'no-text': (r) => `${r.field} is no text in UTF-8.`,
  'no-dn': (r) => `${r.field} ${value(r)} is not a distinguished name.`,
  'too-many-values': (r) => `${r.field} would have more than ${r.limit} values. Split the group.`,
  'below-itself': 'newsuperior stands below the entry itself. Name another one.',
  'too-many-below': (r) =>
    `More than ${r.limit} entries stand below this one and would have to go along. Move them first.`,
  'not-written': (r) => `The entry ${value(r)} could not be stored. Check its values.`,
};
