/**
 * When a file waits for a person before anything of it is applied: what it would take away is more than a source loses on
 * an ordinary day. Pure; what is counted is the kind's business.
 */
import { peopleOf, type Danger, type GuardLimits, type HoldReason } from '../change-file/danger.ts';

/** Fewer never are too many percent, or a team of nine would be held for everyone who leaves. */
const PERCENT_FROM_PEOPLE = 5;

/**
 * @param approved how many people somebody has confirmed; null: nobody was asked
 * @returns null: it may go on
 */
export function holdReason(danger: Danger, limits: GuardLimits, approved: number | null): HoldReason | null {
  const people = peopleOf(danger);
  if (approved !== null) return people > approved ? 'more-than-approved' : null;
  if (danger.scopeChanged && people > 0) return 'scope';
  if (people > limits.people) return 'people';
  return people >= PERCENT_FROM_PEOPLE && people * 100 > limits.percent * danger.of ? 'percent' : null;
}

/** Nobody has answered for so long: the list is old by now. */
export const HELD_MS = 24 * 60 * 60_000;
