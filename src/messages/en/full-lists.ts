import type { Refusal, ResultCode } from '../../change-file/result-code.ts';
import { escapeHidden } from '../../shown-text.ts';
import { byReason, value, type Sentence } from '../sentence.ts';

const text = (given = '') => escapeHidden(given);
const people = (count = 0) => (count === 1 ? '1 person' : `${count} people`);

const notConfirmed = (why: string) => (r: Refusal) =>
  `The list would have affected ${people(r.limit)} and was not approved (${why}${r.other === undefined ? '' : `: ${text(r.other)}`}). Nothing was changed; upload a new list under a higher number.`;

const kept = (why: string | ((r: Refusal) => string)) => (r: Refusal) =>
  r.limit === 1
    ? `1 person who is missing from the list was kept: ${typeof why === 'string' ? why : why(r)}.`
    : `${r.limit} people who are missing from the list were kept: ${typeof why === 'string' ? why : why(r)}.`;

/** What a report says of lines of full lists, and of lists as a whole. */
export const listResults = {
  2200: 'The list contains no people, so nothing was changed. A list must name everyone who is to stay; to remove everyone, use another kind of change file.',
  2201: (r) =>
    `${text(r.other)} is listed twice; the first entry is on line ${r.limit}. List each person once.`,
  2202: byReason(
    {
      rejected: notConfirmed('it was rejected'),
      replaced: notConfirmed('a newer list of the source was applied'),
      expired: notConfirmed('nobody decided within 24 hours'),
    },
    notConfirmed('it was rejected'),
  ),
  2902: (r) => `Skipped: ${text(r.other)} is managed by source ${value(r)}.`,
  2903: (r) => `Skipped: ${text(r.other)} is disabled and has no account, so none was created.`,
  2916: byReason(
    {
      header: kept('the header line cannot be used'),
      unreadable: kept('a line could not be read'),
      nameless: kept('a line does not say whom it is about'),
      twice: kept('a person is listed twice'),
      'approved-without': kept('the list was approved without removals'),
      'last-administrator': kept((r) => `${text(r.value)} is the last administrator`),
      guarded: kept((r) => `change files are carried out in the name of ${text(r.value)}`),
    },
    kept('a line could not be read'),
  ),
} satisfies Partial<Record<ResultCode, Sentence>>;
