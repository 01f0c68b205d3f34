import type { QuarantineRefusal, UncodedRefusal } from '../../change-file/reported-file.ts';
import { escapeHidden } from '../../shown-text.ts';

type Uncoded = Record<UncodedRefusal['reason'], (values: UncodedRefusal) => string>;
type Quarantined = {
  [Reason in QuarantineRefusal['reason']]: (values: Extract<QuarantineRefusal, { reason: Reason }>) => string;
};

const NEW_FILES = 'Split it into smaller files and upload them with higher sequence numbers.';
const KEPT = 'It was quarantined, and nothing in it was processed.';

const doneBefore = (done: number, entries: number) =>
  entries === 0 ? '' : ` after ${done} of ${entries} entries`;
const counted = ({ entries, more }: UncodedRefusal) => (more ? `more than ${entries}` : `${entries}`);

/** Why a file was refused as a whole, where there is no result code for it. */
const refusals: Uncoded & Quarantined = {
  'per-file': (r) =>
    `The change file has ${counted(r)} entries; the limit is ${r.limit} per file. ${NEW_FILES}`,
  'daily-size': (r) =>
    `The change file has ${counted(r)} entries; it must have fewer than the daily limit of ${r.limit} operations. ${NEW_FILES}`,
  'set-aside': ({ limit, entries }) =>
    `The change file could not be processed because of a server error${doneBefore(limit, entries)}. The error has been logged. Upload the file again with a higher sequence number; if it fails again, contact customer service.`,
  lost: ({ limit, entries }) =>
    `The change file disappeared from the server${doneBefore(limit, entries)}. Upload the rest with a higher sequence number.`,
  'day-limit': ({ limit }) =>
    `The daily limit of ${limit} operations has been reached. The file waits for the next day.`,
  infected: ({ signature }) => `The change file is infected (${escapeHidden(signature)}). ${KEPT}`,
  'not-scanned': ({ limit }) =>
    `The change file is larger than ${limit} bytes, the limit for virus scanning. ${KEPT}`,
  'scanner-refused': ({ bytes }) =>
    `The change file (${bytes} bytes) is too large to be scanned for viruses. ${KEPT}`,
};

/** The lines of a report around the documented ones. */
const notes = {
  whereFiled: (place: string) => `The file is in ${place}.`,
  renamed: (folder: string, name: string) =>
    `${folder} already had a file of this name; this one is there as ${name}.`,
  leadingBlank: (entry: string, field: string, value: string, line: number, before: string) =>
    `${entry}: ${field} ${value} on line ${line} begins with an unquoted space. If the comma belongs to ${before}, put that whole value in quotes.`,
  moreLeadingBlanks: (count: number) => `${count} more values begin with an unquoted space.`,
  skipped: (count: number, lines: string) =>
    `${count === 1 ? '1 record' : `${count} records`} skipped because changetype contains a capital letter: ${lines}. Write changetype in lower case.`,
  skippedLine: (line: number, changetype: string) => `line ${line} (${changetype})`,
  andMore: (count: number) => ` and ${count} more`,
  // These two are documented.
  absent: (address: string, effect: string) => `Absent from the snapshot: ${address}: ${effect}.`,
  moreAbsent: (count: number) => `and ${count} more`,
  replaced: (times: number) =>
    times === 1
      ? 'This file replaced an earlier one of the same name that had not been processed yet.'
      : `This file replaced ${times} earlier ones of the same name that had not been processed yet.`,
  retry: (file: string, as: string) => `correct what failed in ${file} and upload it as ${as}`,
  lost: 'The change file disappeared from the server after it was processed. Its results are valid.',
  changed:
    'The change file changed while it was read; its rest was not applied. Send the missing changes in a new file with a higher sequence number.',
  noTrace: 'The trace could not be written because of a server error. The results are valid.',
  // This sentence is documented.
  missing: (numbers: string, count: number, source: string) => {
    const whose = source === '' ? '' : ` of source "${source}"`;
    return count === 1
      ? `Number ${numbers}${whose} was never received. It can no longer be processed; send its changes again under a higher number.`
      : `Numbers ${numbers}${whose} were never received. They can no longer be processed; send their changes again under a higher number.`;
  },
  noRecord: (files: string) =>
    `The server has no record of ${files}: disregard what earlier reports and traces say about them. The operator of the server sees this warning, too. If a change is in neither this nor a later report, send it again in a new file with a higher sequence number.`,
};

export const report = { refusals, notes };
