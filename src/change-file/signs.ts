/** What damage looks like: the pattern that a person would look for first. Pure. */
import type { Sign } from './danger.ts';

/** Of fewer people nothing is a pattern. */
const FROM_PEOPLE = 5;
/** Almost all of them. */
const MOST = 0.8;

/** @param departments of those who would go; '' where somebody has none */
export function departmentSign(departments: readonly string[]): Sign[] {
  if (departments.length < FROM_PEOPLE) return [];
  const counts = new Map<string, number>();
  for (const value of departments) if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  const [most] = [...counts].toSorted(([, one], [, other]) => other - one);
  if (!most || most[1] < departments.length * MOST) return [];
  return [{ sign: 'department', value: most[0], people: most[1] }];
}

/**
 * @param given what stands in the list, in its order
 * @param absent what does not
 */
export function cutOffSign(given: readonly string[], absent: readonly string[]): Sign[] {
  const last = given.at(-1);
  if (last === undefined || given.length < FROM_PEOPLE || absent.length < FROM_PEOPLE) return [];
  const isInOrder = given.every((value, at) => at === 0 || (given[at - 1] ?? '') <= value);
  return isInOrder && absent.every((value) => value > last) ? [{ sign: 'cut-off', value: last }] : [];
}

export function halfSign(people: number, of: number): Sign[] {
  const isHalf = people >= FROM_PEOPLE && people >= of * 0.4 && people <= of * 0.6;
  return isHalf ? [{ sign: 'half', people }] : [];
}

/** @param moved who gets another address, and where from */
export function slippedSign(moved: readonly { from: string; to: string }[]): Sign[] {
  const left = new Set(moved.map(({ from }) => from));
  const people = moved.filter(({ to }) => left.has(to)).length;
  return people >= FROM_PEOPLE ? [{ sign: 'slipped', people }] : [];
}
