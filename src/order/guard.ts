/**
 * When a file waits for a person before anything of it is applied: what it would take away, or what it is, is more than a
 * source does on an ordinary day. Pure; what is counted is the kind's business.
 */
import {
  GUARDS,
  peopleOf,
  type Approved,
  type Counted,
  type Danger,
  type Guards,
  type GuardSettings,
  type Hold,
  type HoldReason,
  type PeopleLimits,
} from '../change-file/danger.ts';

import { halfSign } from '../change-file/signs.ts';

/** Fewer never are too many percent, or a team of nine would be held for everyone who leaves. */
export const PERCENT_FROM_PEOPLE = 5;

/** Nobody has answered for so long: the list is old by now. */
export const HELD_MS = 24 * 60 * 60_000;

/** What counts as one day of a source. */
export const DAY_MS = 24 * 60 * 60_000;

/** Of so few files nobody knows yet how large those of the source are. */
export const SIZES_MIN = 5;

/**
 * What holds for a source: what it says itself, then what the customer says, then the defaults; key by key.
 *
 * @param steps the nearest first; `false` switches off what no nearer step sets
 */
export function guardsOf(
  steps: readonly (GuardSettings | false | undefined)[],
  defaults: Guards = GUARDS,
): Guards {
  return steps
    .toReversed()
    .reduce<Guards>((below, settings) => laidOver(defaults, below, settings), defaults);
}

const OFF: Guards = { removals: null, addresses: null, size: null, secondPerson: false };

function laidOver(defaults: Guards, below: Guards, settings: GuardSettings | false | undefined): Guards {
  if (settings === false) return OFF;
  if (!settings) return below;
  const { removals, addresses, size, secondPerson } = settings;
  return {
    removals:
      removals === false
        ? null
        : removals
          ? removalsOver(defaults.removals, below.removals, removals)
          : below.removals,
    addresses: over(below.addresses, defaults.addresses, addresses),
    size: over(below.size, defaults.size, size),
    secondPerson: secondPerson ?? below.secondPerson,
  };
}

type RemovalSettings = Exclude<NonNullable<GuardSettings['removals']>, false>;

function removalsOver(
  defaults: Guards['removals'],
  below: Guards['removals'],
  { perDay, ...given }: RemovalSettings,
): Guards['removals'] {
  const limits = over<PeopleLimits>(below, defaults, given) as PeopleLimits;
  const inherited = (below ?? defaults)?.perDay ?? null;
  return { ...limits, perDay: perDay === false ? null : (perDay ?? inherited) };
}

/** What is set again where it was off is the default in what it does not say. */
function over<Limits extends object>(
  below: Limits | null,
  defaults: Limits | null,
  given: false | { [Key in keyof Limits]?: Limits[Key] | undefined } | undefined,
): Limits | null {
  if (given === false) return null;
  if (!given) return below;
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...((below ?? defaults) as Limits), ...said };
}

/** What is known of a file beside its danger. */
export interface Circumstances {
  guards: Guards;
  /** Whom files of the source have taken away within a day, unless a person had approved it. */
  earlier: number;
  /** Of the whole file. */
  entries: number;
  /** Of the source's last files. */
  sizes: readonly number[];
}

/**
 * @param approved what somebody has confirmed; null: nobody was asked
 * @returns null: it may go on
 */
export function holdOf(danger: Danger, known: Circumstances, approved: Approved | null): Hold | null {
  const { guards, earlier, entries, sizes } = known;
  const size = sizeFault(guards, entries, sizes);
  const found = approved ? worse(danger, entries, approved) : reasonFor(danger, known, size);
  if (!found) return null;
  const { signs = [], ...figures } = danger;
  const seen = signs.length > 0 ? signs : halfSign(peopleOf(danger), danger.of);
  return {
    ...figures,
    ...found,
    ...(seen.length > 0 ? { signs: seen } : {}),
    ...(earlier > 0 ? { earlier } : {}),
    ...(size ? { size } : {}),
    ...(guards.secondPerson ? { secondPerson: true } : {}),
  };
}

type Found = Pick<Hold, 'reason' | 'counts' | 'approved'>;

function reasonFor(
  danger: Danger,
  { guards, earlier }: Circumstances,
  size: Hold['size'] | null,
): Found | null {
  const { removals, addresses } = guards;
  const people = peopleOf(danger);
  const because = (reason: HoldReason | null, counts: Counted): Found | null =>
    reason && { reason, ...(counts === 'people' ? {} : { counts }) };
  return (
    because(removals && holdReason(danger, removals, null), 'people') ??
    because(removals && isTooMuchOfADay(people, danger.of, earlier, removals) ? 'day' : null, 'people') ??
    because(
      addresses && limitPassed(danger.addresses ?? 0, danger.of, addresses) ? 'addresses' : null,
      'addresses',
    ) ??
    because(size ? 'size' : null, 'entries')
  );
}

/**
 * Of removals alone.
 *
 * @param approved how many people somebody has confirmed; null: nobody was asked
 * @returns null: it may go on
 */
export function holdReason(danger: Danger, limits: PeopleLimits, approved: number | null): HoldReason | null {
  const people = peopleOf(danger);
  if (approved !== null) return people > approved ? 'more-than-approved' : null;
  return danger.scopeChanged && people > 0 ? 'scope' : limitPassed(people, danger.of, limits);
}

function limitPassed(people: number, of: number, limits: PeopleLimits): 'people' | 'percent' | null {
  if (people > limits.people) return 'people';
  return people >= PERCENT_FROM_PEOPLE && people * 100 > limits.percent * of ? 'percent' : null;
}

/** Those who went before are no longer among those who could be hit. */
function isTooMuchOfADay(
  people: number,
  of: number,
  earlier: number,
  { perDay, percent }: NonNullable<Guards['removals']>,
): boolean {
  if (perDay === null || people === 0 || earlier === 0) return false;
  return limitPassed(people + earlier, of + earlier, { percent, people: perDay }) !== null;
}

function sizeFault({ size }: Guards, entries: number, sizes: readonly number[]): Hold['size'] | null {
  if (!size || entries < size.entries || sizes.length < SIZES_MIN) return null;
  const usual = Math.max(1, ...sizes);
  return entries > size.factor * usual ? { entries, usual } : null;
}

/** What is more than somebody has confirmed. */
function worse(danger: Danger, entries: number, approved: Approved): Found | null {
  const reason = 'more-than-approved';
  if (peopleOf(danger) > approved.people) return { reason, approved: approved.people };
  if (approved.addresses !== undefined && (danger.addresses ?? 0) > approved.addresses)
    return { reason, counts: 'addresses', approved: approved.addresses };
  if (approved.entries !== undefined && entries > approved.entries)
    return { reason, counts: 'entries', approved: approved.entries };
  return null;
}

/**
 * Whether a file could be held at all for what its entries take: where it could not, nobody needs to count them exactly.
 *
 * @param takers entries that could take something from somebody
 */
export function mayBeHeld(
  takers: number,
  of: number,
  { removals, addresses }: Guards,
  earlier: number,
): boolean {
  if (takers === 0) return false;
  return (
    [removals, addresses].some((limits) => limits && limitPassed(takers, of, limits)) ||
    (removals !== null && isTooMuchOfADay(takers, of, earlier, removals))
  );
}
