import { counted } from './counted.ts';
import { numberOf, peopleOf } from '../../change-file/danger.ts';
import type { ListStatus, RunState, WaitReasons } from '../../customer-status.ts';
import { escapeHidden } from '../../shown-text.ts';
import { heldText, signs } from './held.ts';

function minute(at: Date | string): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const entriesExceed = (count: number) => (count === 1 ? '1 entry exceeds' : `${count} entries exceed`);

/** How it is decided, and until when. */
function decidingText(held: WaitReasons['decision']): string {
  const file = escapeHidden(held.file);
  const otherwise =
    held.until === ''
      ? 'It waits until somebody decides'
      : `Rejected automatically at ${minute(held.until)} unless somebody decides`;
  const without =
    peopleOf(held) === 0 ? '' : ` ${file}.approve-without-removals keeps those people, and does the rest.`;
  const who = held.deciders ? ` Who may decide: ${held.deciders.map(escapeHidden).join(', ')}.` : '';
  return `To approve it, upload ${file}.approve with the number ${numberOf(held)} in its first line; to reject it, upload an empty ${file}.discard, or delete the file.${without}${who} ${otherwise}${behindText(held.behind)}`;
}

function behindText(files = 0): string {
  if (files === 0) return '';
  return files === 1 ? '; 1 file waits behind it' : `; ${files} files wait behind it`;
}

type WaitTexts = { [Reason in keyof WaitReasons]: (values: WaitReasons[Reason]) => string };

/** Why a file waits: the rule, the numbers, what changes it. Its own people read it, and operators. */
const waits: WaitTexts = {
  'on-hold': () => 'on hold: this file will be refused with code 1001',
  paused: () => 'paused: waiting until processing is resumed',
  processing: ({ done, entries }) => `processing: ${done} of ${entries} entries done`,
  'scanner-unreachable': () =>
    'waiting for the virus scanner, which is unreachable; retrying every few seconds',
  'scanner-timeout': () => 'waiting for the virus scanner, which did not answer in time; retrying',
  'scanner-error': () =>
    'waiting for the virus scanner, which cannot scan the file now; retrying every few seconds',
  decision: (held) => `held: ${heldText(held)}. ${decidingText(held)}`,
  'missing-number': ({ source }) =>
    `waiting for a missing sequence number of source "${escapeHidden(source)}"`,
  'above-hourly-cap': ({ entries, cap }) =>
    `${entriesExceed(entries)} the hourly cap of ${cap}; waiting until the cap is raised`,
  'hourly-cap': ({ entries, used, cap }) =>
    `${entriesExceed(entries)} what is left of the hourly cap (${used} of ${cap} used); waiting for the next hour`,
  'daily-cap': ({ entries, used, cap }) =>
    `${entriesExceed(entries)} what is left of the daily cap (${used} of ${cap} used); waiting for the next day`,
  'behind-held': ({ file }) => `behind ${escapeHidden(file)}, which is held until somebody decides`,
  behind: ({ file }) => `behind ${escapeHidden(file)}`,
  settling: () => 'waiting for uploads to finish',
  queued: () => 'waiting to be processed',
};

const runs: Readonly<Record<RunState, string>> = {
  never_run: 'Never run',
  in_progress: 'In progress',
  needs_confirmation: 'Needs confirmation',
  consent_required: 'Consent required',
  failed: 'Failed',
  cancelled: 'Cancelled',
  succeeded: 'Succeeded',
};

/** How the lists of a source stand: of one that went well, when. */
export function listText({ source, state, lastApplied }: ListLine): string {
  const last = lastApplied === null ? null : minute(lastApplied);
  const text = state === 'succeeded' && last !== null ? last : runs[state];
  const rest = state === 'succeeded' || last === null ? '' : `; last applied ${last}`;
  return `Full lists of source "${escapeHidden(source)}": ${text}${rest}`;
}

type ListLine = Pick<ListStatus, 'source' | 'state'> & { lastApplied: Date | string | null };

/** The status file of a customer. */
const file = {
  title: (name: string, id: number, at: string) => `Spoolgate status of ${name} (${id}), ${at}`,
  onHold:
    'Your organization is on hold: provisioning files are refused with code 1001. Contact customer service.',
  paused: (since: string, reason: string) =>
    `Processing has been paused since ${since}: files are accepted and wait, and none is refused for it.${reason === '' ? '' : ` Reason: ${reason}`}`,
  thisHour: 'This hour',
  today: 'Today',
  cap: (
    period: string,
    { used, limit, left }: { used: number; limit: number; left: number },
    until: string,
  ) => `${period}: ${used} of ${limit} operations used, ${left} left until ${until}`,
  perFile: (entries: number) => `Limit per file: ${counted(entries, 'entry', 'entries')}`,
  noFiles: 'No files waiting.',
  files: (count: number) => `Files waiting: ${count}`,
  fileLine: (place: number, name: string, why: string, since: string) =>
    `${place}. ${name}: ${why}; received ${since}`,
  expected: (at: string) => `expected ${at}`,
  noEstimate: 'no estimate',
  more: (count: number) => `… and ${count} more`,
  andMore: (count: number) => ` and ${count} more`,
  noResults: 'No results yet.',
  results: 'Latest results:',
  counts: (done: number, entries: number, failed: number) => `${done} of ${entries} done, ${failed} failed`,
  code: (code: number) => `result code ${code}: `,
  seeReport: (name: string) => `See _report/${name}.`,
  retry: (file: string, as: string) => `Correct ${file} and upload it as ${as}.`,
  missing: (before: string, numbers: string, source: string) =>
    `Missing before ${before}: ${numbers} of source "${source}"`,
  unknown: (files: string) =>
    `The server has no record of ${files}: disregard what reports and traces say about them. The operator of the server sees this warning, too.`,
};

export const status = { waits, runs, file, signs };
