import type { UndoCode, UndoRemark } from '../../change-file/undo.ts';

type Remarks = Record<UndoCode, (values: UndoRemark) => string>;

/** Why something was left out, or what of it could not come back. */
const remarks: Remarks = {
  'already-undone': () => 'It has been undone before.',
  'changed-later': ({ by = '', entry, at = '' }) =>
    `It was changed later, by ${entry === undefined ? by : `entry #${entry} of ${by}`} (${at}). Undo that first.`,
  'removed-for-good': () => 'The account has been removed for good.',
  'last-administrator': () => 'The organization would be without an active administrator.',
  'last-company-contact': () => 'The organization would be without a company contact.',
  'name-taken': ({ value = '' }) => `Another entry is called ${value} now.`,
  'field-differs': ({ field = '' }) => `${field} has another value by now, and keeps it.`,
  password: () => 'The earlier password is not known: the one that the file has set stays.',
  'old-link': () => 'The link of the earlier invitation no longer works; send a new one.',
  'mail-sent': ({ value = '' }) => `Mail to ${value} has been sent, and cannot be called back.`,
  content: () => 'Content that other systems have moved or deleted since does not come back.',
  'address-taken': ({ value = '' }) => `The address ${value} is somebody else's by now.`,
  'seat-taken': ({ field = '' }) => `No seat of subscription ${field} is free.`,
  'storage-taken': ({ field = '', value = '' }) =>
    `${value} GB of extra storage for the seat of subscription ${field} are no longer free.`,
  'notes-name-taken': ({ value = '' }) => `The Notes name ${value} is somebody else's by now.`,
  'sso-id-taken': ({ value = '' }) => `The single sign-on ID ${value} is somebody else's by now.`,
  'object-id-taken': ({ value = '' }) => `The directory ID ${value} is somebody else's by now.`,
  'group-gone': ({ field = '' }) => `There is no group ${field} any more.`,
};

const changes = (count: number) => (count === 1 ? '1 change' : `${count} changes`);

/** Report of an undo. */
export const undo = {
  remarks,
  head: (file: string) => `*** Undo of file: ${file}`,
  askedBy: (who: string, reason: string) => `Requested by ${who}${reason === '' ? '.' : `: ${reason}`}`,
  entries: (ranges: string) => `Entries: ${ranges}`,
  wholeFile: 'Entries: all',
  place: (entry: number, line: number, operation: string, subject: string) =>
    `entry #${entry} (line ${line}), ${operation}, ${subject}`,
  leftOut: (place: string, why: string) => `LEFT OUT: ${place}: ${why}`,
  partly: (place: string, why: string) => `UNDONE, BUT: ${place}: ${why}`,
  counts: (done: number, left: number) => `Undone: ${changes(done)}; left out: ${changes(left)}`,
  noMail: 'No mail was sent.',
};
