/** Why a file waits for a person: what it would take away, and what that looks like. */
import type { Refusal, ResultCode } from '../../change-file/result-code.ts';
import {
  peopleOf,
  percentOf,
  shareOf,
  type Counted,
  type Hold,
  type Sign,
} from '../../change-file/danger.ts';
import { escapeHidden } from '../../shown-text.ts';
import type { Sentence } from '../sentence.ts';

const NOUNS: Readonly<Record<Counted, readonly [one: string, many: string]>> = {
  people: ['person', 'people'],
  addresses: ['address', 'addresses'],
  entries: ['entry', 'entries'],
};

/** What a person confirms: `6 people`. */
export function countText(count: number, counts: Counted = 'people'): string {
  return `${count} ${NOUNS[counts][count === 1 ? 0 : 1]}`;
}

/** In one line, whatever its values hold. */
export function heldText(hold: Hold): string {
  const { reason, approved, signs: seen = [] } = hold;
  const figures = [
    ...(peopleOf(hold) > 0 || reason === 'people' ? [peopleText(hold)] : []),
    ...addressesText(hold),
    ...sizeText(hold),
  ].join('; ');
  const why =
    reason === 'scope'
      ? ', and the list is of other people than the last one'
      : reason === 'more-than-approved'
        ? `, more than the ${approved} that were approved`
        : '';
  return [`${figures}${why}`, ...seen.map(signText), ...secondText(hold)].join('; ');
}

function peopleText(hold: Hold): string {
  const { absent, disabled, removed = 0, of, earlier = 0 } = hold;
  const share = `(${percentOf(hold)} %)`;
  const before = earlier > 0 ? `, after ${earlier} within the 24 hours before` : '';
  if (removed > 0) return `${removed} of ${of} people would be removed or suspended ${share}${before}`;
  if (absent > 0 && disabled > 0)
    return `${absent} of ${of} people are absent and ${disabled} newly disabled ${share}${before}`;
  return `${absent || disabled} of ${of} people are ${absent > 0 ? 'absent' : 'newly disabled'} ${share}${before}`;
}

function addressesText({ addresses = 0, of }: Hold): string[] {
  return addresses === 0
    ? []
    : [`${addresses} of ${of} people would get another address (${shareOf(addresses, of)} %)`];
}

function sizeText({ size }: Hold): string[] {
  return size
    ? [`${size.entries} entries, while the largest of the source's last files had ${size.usual}`]
    : [];
}

type SignTexts = { [Name in Sign['sign']]: (sign: Extract<Sign, { sign: Name }>) => string };

/** What the damage looks like. */
export const signs: SignTexts = {
  department: ({ value, people }) =>
    `${people} of them are of department "${escapeHidden(value)}": the file may lack it`,
  'cut-off': ({ value }) =>
    `all of them come after "${escapeHidden(value)}", with which the file ends: it may be cut off`,
  half: () => 'that is about every second one: the export may have lost rows',
  slipped: ({ people }) =>
    `${countText(people)} would get an address that somebody else has now: a column may have slipped`,
};

function signText(sign: Sign): string {
  // A sign comes with its own values.
  return (signs[sign.sign] as (sign: Sign) => string)(sign);
}

function secondText({ secondPerson = false, approvals = [] }: Hold): string[] {
  if (!secondPerson) return [];
  const [first] = approvals;
  return [
    first
      ? `approved by ${escapeHidden(whoApproved(first.by))}, and a second person must approve it`
      : 'two people must approve it',
  ];
}

/** `login:boss` → `boss`. */
export function whoApproved(by: string): string {
  return by.slice(by.indexOf(':') + 1);
}

const given = (reason = '') => (reason === '' ? '' : `: ${escapeHidden(reason)}`);

/** What a report says of files that a person has decided, and of their entries. */
export const heldResults = {
  2203: (r: Refusal) =>
    `The file was held and not approved (it was rejected${given(r.other)}). Nothing was changed; upload a corrected file under a higher number.`,
  2904: (r: Refusal) =>
    `Skipped: ${escapeHidden(r.other ?? '')} would be removed, suspended or disabled, and the file was approved without removals.`,
} satisfies Partial<Record<ResultCode, Sentence>>;
