import type { Refusal, ResultCode } from '../../change-file/result-code.ts';
import { escapeHidden } from '../../shown-text.ts';
import { byReason, listed, value, type Sentence } from '../sentence.ts';

const weak = (rule: string) => (r: Refusal) =>
  `${r.field} does not meet the password policy: ${rule}. Choose another initial password.`;
const setIt = (r: Refusal) => `${r.field} is empty. Set it to TRUE or FALSE.`;

const NOTHING_DONE = 'Nothing of the file was carried out.';

/** Of code 1000: why a technician file, or an item of it, cannot be read. */
export const technicianReadings = {
  'technicians-header-missing':
    'The file has no header line. The first line must name the ten columns of a technician file in their order.',
  'header-order': (r) =>
    `Column ${r.limit} of the header line is ${value(r)}, but must be "${r.other}". The ten headers must all be present, in their order and in one language.`,
  'header-short': (r) =>
    `The header line ends before column ${r.limit}, which must be "${r.value}". The ten headers must all be present, in their order and in one language.`,
  'header-surplus': (r) =>
    `The header line names ${value(r)} behind the ten columns of a technician file. Remove the column.`,
  'json-no-list': `The file is not a JSON array. It must be a list of objects: [ {…}, {…} ]. ${NOTHING_DONE}`,
  'json-syntax': (r) => `The file is not valid JSON: line ${r.limit} breaks its grammar. ${NOTHING_DONE}`,
  'json-encoding': (r) =>
    `The file is not valid UTF-8 from line ${r.limit} on. Save it as UTF-8. ${NOTHING_DONE}`,
  'json-cut-off': (r) =>
    `The file ends in line ${r.limit}, before its list does. Export it again. ${NOTHING_DONE}`,
  'json-after-list': (r) =>
    `Something follows the end of the list, in line ${r.limit}. Remove it. ${NOTHING_DONE}`,
  'json-too-deep': (r) => `Line ${r.limit} nests values too deeply. ${NOTHING_DONE}`,
  'json-no-object': 'The item is not an object. Every item must be an object with the ten keys.',
  'json-key-unknown': (r) => `The item has the unknown key ${value(r)}. The keys are ${r.other}.`,
  'json-key-twice': (r) => `The item has the key ${value(r)} twice. Remove one of them.`,
  'json-key-missing': (r) =>
    `The item lacks ${listed(r).replace(' or ', ' and ')}. Every item must have all ten keys; write "" where there is no value.`,
  'json-value': (r) =>
    `The value of ${value(r)} is a list or an object. Write a text, a number, true or false.`,
} satisfies Record<string, Sentence>;

/** What a report says of rows of technician files: field, value, rule and fix. */
export const techniciansResults = {
  2100: (r) => `${r.field} is empty. Every technician must have a name.`,
  2101: (r) => `${r.field} is empty. Every new technician must have an initial password.`,
  2102: byReason(
    {
      length: weak('it has fewer than 8 characters'),
      maximum: weak('it has more than 64 characters'),
      'non-alphabetic': weak('it contains only letters'),
      alphabetic: weak('it has fewer than four letters'),
      blank: weak('it contains a space'),
      repeats: weak('it repeats a character three times in a row'),
      name: weak("it contains the technician's name or e-mail address"),
    },
    (r) => `${r.field} does not meet the password policy. Choose another initial password.`,
  ),
  2103: setIt,
  2104: setIt,
  2105: setIt,
  2106: (r) =>
    `${r.field} ${value(r)} is already assigned to another technician. Use a unique ID, or leave it empty.`,
  2107: (r) =>
    `${r.field} is empty, and no default group is set for this source. Give the ID of a technician group.`,
  2108: (r) => `${r.field} ${value(r)} does not exist. Use the ID of one of your technician groups.`,
  2109: (r) => `No ${r.value} licence is available. Release one or buy more, then upload the row again.`,
  2914: (r) =>
    `${escapeHidden(r.other ?? '')} already had an account and was made a technician. The account's name and password were kept.`,
} satisfies Partial<Record<ResultCode, Sentence>>;
