import type { ResultCode } from '../../change-file/result-code.ts';
import { byReason, value, type Sentence } from '../sentence.ts';

const emptyLine = 'Put an empty line between records.';

/** Codes that only entries of directory files have (rules 11). */
export const directoryResults = {
  7: (r) => `The entry ${value(r)} already exists. Modify it, or use another DN.`,
  8: (r) => `The entry ${value(r)} does not exist. Check the DN, or add the entry first.`,
  10: byReason(
    {
      version: (r) => `LDIF version ${value(r)} is not supported. Write "version: 1", or remove the line.`,
      encoding: 'The record is not valid UTF-8. Save the file as UTF-8, or encode the value in base64.',
      'too-long': (r) => `The record is longer than ${r.limit} bytes. Split it. ${emptyLine}`,
      'too-many-lines': (r) => `The record has more than ${r.limit} lines. Split it. ${emptyLine}`,
      'control-character': (r) =>
        `The line ${value(r)} contains a control character. Encode the value in base64.`,
      line: (r) =>
        `The line ${value(r)} is not of the form "attribute: value". Continuation lines must begin with a space.`,
      url: (r) =>
        `${r.field} refers to the URL ${value(r)}, and URLs are not fetched. Write the value itself.`,
      base64: (r) => `${r.field} is not valid base64: ${value(r)}.`,
      'second-dn': `The record has a second dn line. ${emptyLine}`,
      control: (r) => `The control ${value(r)} is not supported. Remove the line.`,
      'changetype-place': `changetype must be the line right after the DN. ${emptyLine}`,
      'changetype-missing': (r) =>
        `The record of ${value(r)} has no changetype, and only change records are processed. Add a changetype line right after the DN.`,
      'changetype-unknown': (r) =>
        `changetype ${value(r)} is not known. Use add, modify, delete, modrdn or moddn.`,
      separator: 'Unexpected "-" line: it only separates the parts of a modify. Remove it.',
      increment: 'increment is not supported. Use add, replace or delete, and write the new value.',
      unexpected: (r) =>
        `Unexpected ${r.field} line for this changetype. Check the lines of the record. ${emptyLine}`,
      'no-value': (r) => `add: ${r.field} has no value. Add a value line, or use delete.`,
      deleteoldrdn: (r) => `deleteoldrdn ${value(r)} is not valid. Use 0 or 1.`,
      'newrdn-missing': 'The record has no newrdn. Add a newrdn line with the new name.',
    },
    'The record is not valid LDIF.',
  ),
  11: byReason(
    {
      missing: 'The record has no DN. Its first line must be "dn: " followed by the name of the entry.',
      'too-long-below': (r) => `The DN of the entry below it, ${value(r)}, would become too long.`,
    },
    (r) =>
      `${r.field} ${value(r)} is not a valid distinguished name. Escape , + " ; < > and \\ in a value with a \\, and use at most 2000 bytes.`,
  ),
  12: byReason(
    {
      missing: 'The record has no objectclass. Use inetOrgPerson for a person, groupOfNames for a group.',
      both: 'objectclass is both inetOrgPerson and groupOfNames. Use one of them.',
    },
    (r) =>
      `objectclass ${value(r)} is not supported. Use inetOrgPerson for a person, groupOfNames for a group.`,
  ),
} satisfies Partial<Record<ResultCode, Sentence>>;

/** Of code 9, by reason. */
export const directoryValues = {
  'attribute-missing': (r) => `The entry would have no ${r.field}, which is required. Give a value.`,
  'no-text': (r) => `${r.field} is not valid UTF-8.`,
  'no-dn': (r) => `${r.field} ${value(r)} is not a distinguished name.`,
  'too-many-values': (r) => `${r.field} would have more than ${r.limit} values. Split the group.`,
  'below-itself': 'newsuperior is below the entry itself. Choose another parent.',
  'too-many-below': (r) =>
    `More than ${r.limit} entries below this one would have to move with it. Move them first.`,
  'not-written': (r) => `The entry ${value(r)} could not be stored. Check its values.`,
} satisfies Record<string, Sentence>;
