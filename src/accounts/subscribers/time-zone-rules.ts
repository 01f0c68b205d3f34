/**
 * Which time zones have the same hours all year, by the time zone database of the runtime. A zone's rules of a year are
 * its offset at the beginning and every change of it, to the minute.
 */

const MINUTE_MS = 60_000;
/** No zone has changed its offset twice within so short a time since 1970. */
const STEP_MS = 7 * 24 * 60 * MINUTE_MS;

interface Rules {
  /** The offset at the beginning, and each change with its moment. */
  changes: string;
  /** Minutes ahead of UTC in every week. */
  weekly: number[];
}

/**
 * @returns those of `zones` that have the hours of `zone` all year; where there are none, those that differ least from
 *   it; none where there is no such zone
 */
export function zonesLike(zone: string, zones: readonly string[], year: number): string[] {
  const rules = rulesOf(zone, year);
  if (rules === null) return [];
  const same = zones.filter((other) => rulesOf(other, year)?.changes === rules.changes);
  return same.length > 0 ? same : leastDifferent(rules, zones, year);
}

function leastDifferent(rules: Rules, zones: readonly string[], year: number): string[] {
  const difference = (other: string) =>
    rules.weekly.reduce(
      (sum, offset, week) => sum + Math.abs(offset - (rulesOf(other, year)?.weekly[week] ?? Infinity)),
      0,
    );
  const differences = zones.map((other) => [difference(other), other] as const);
  const least = Math.min(...differences.map(([minutes]) => minutes));
  return differences.filter(([minutes]) => minutes === least).map(([, other]) => other);
}

/** Of the last year that was asked for, by folded name: at most the zones there are, some 600. */
let known: { year: number; rules: Map<string, Rules> } = { year: 0, rules: new Map() };

/** null: there is no such zone. */
function rulesOf(zone: string, year: number): Rules | null {
  if (known.year !== year) known = { year, rules: new Map() };
  const rules = known.rules.get(zone.toLowerCase());
  if (rules !== undefined) return rules;
  const found = findRules(zone, year);
  // What is no zone is whatever somebody wrote: it is not worth being remembered.
  if (found !== null) known.rules.set(zone.toLowerCase(), found);
  return found;
}

function findRules(zone: string, year: number): Rules | null {
  const offsetAt = offsetsOf(zone);
  if (!offsetAt) return null;
  const end = Date.UTC(year + 1);
  let before = offsetAt(Date.UTC(year));
  const changes = [String(before)];
  const weekly = [before];
  for (let at = Date.UTC(year); at < end; at += STEP_MS) {
    const after = offsetAt(at + STEP_MS);
    if (after !== before) changes.push(`${changeBetween(offsetAt, at, at + STEP_MS)} ${after}`);
    weekly.push(after);
    before = after;
  }
  return { changes: changes.join('; '), weekly };
}

/** The minute of the change. */
function changeBetween(offsetAt: (moment: number) => number, from: number, to: number): number {
  const before = offsetAt(from);
  let [earliest, latest] = [from, to];
  while (latest - earliest > MINUTE_MS) {
    const middle = earliest + Math.floor((latest - earliest) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetAt(middle) === before) earliest = middle;
    else latest = middle;
  }
  return latest;
}

/** Longer names than this the database has none. */
const ZONE_CHARACTERS_MAX = 64;

/** Minutes ahead of UTC at a moment; null where there is no such zone. A bare offset (+01:00) is none. */
function offsetsOf(zone: string): ((moment: number) => number) | null {
  if (zone.length > ZONE_CHARACTERS_MAX || !/^[A-Za-z]/.test(zone)) return null;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    return (moment) => minutesOf(format.format(moment));
  } catch {
    return null;
  }
}

/** Of a date that ends in `GMT+05:30`, or in `GMT`. */
function minutesOf(text: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
