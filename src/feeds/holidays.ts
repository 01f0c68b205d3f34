/**
 * Days on which nobody works. They are learnt: a day that a source has left out, and after which it went on as always, is
 * expected to be left out again a year later. Pure.
 */
import { dateOf, dayOf, weekdayOf, type Day } from './local-time.ts';

/** Moves with Easter: Good Friday to Corpus Christi, with the days between that somewhere are holidays. */
const EASTER_OFFSETS: ReadonlySet<number> = new Set([-3, -2, -1, 0, 1, 39, 40, 49, 50, 60, 61]);

/** Holidays that keep their weekday are Mondays; and Thanksgiving, with the day after it. */
function keepsWeekday(month: string, weekday: number): boolean {
  return weekday === 1 || (month === '11' && (weekday === 4 || weekday === 5));
}

/** Older ones say nothing: a year, and a month for what moves. */
const DAYS_BACK = 400;
/** What moves with Easter may come five weeks earlier than a year ago. */
const MONTHS_TEN = 300;

/** Gregorian; the method of Gauss as Oudin and Tøndering write it. */
function easterOf(year: number): Day {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const epact =
    (century - Math.floor(century / 4) - Math.floor((8 * century + 13) / 25) + 19 * golden + 15) % 30;
  const moon =
    epact - Math.floor(epact / 28) * (1 - Math.floor(29 / (epact + 1)) * Math.floor((21 - golden) / 11));
  const weekday = (year + Math.floor(year / 4) + moon + 2 - century + Math.floor(century / 4)) % 7;
  const offset = moon - weekday;
  const month = 3 + Math.floor((offset + 40) / 44);
  const day = offset + 28 - 31 * Math.floor(month / 4);
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

/** What a holiday has in common with itself a year later: its date, its distance to Easter, or its place in the month. */
export function holidayMarks(day: Day): string[] {
  const date = dateOf(day);
  const marks = [date.slice(5)];
  const toEaster = day - easterOf(Number(date.slice(0, 4)));
  if (EASTER_OFFSETS.has(toEaster)) marks.push(`easter ${toEaster}`);
  const weekday = weekdayOf(day);
  const month = date.slice(5, 7);
  if (!keepsWeekday(month, weekday)) return marks;
  marks.push(`${month} weekday ${weekday} number ${Math.ceil(Number(date.slice(8)) / 7)}`);
  if (dateOf(day + 7).slice(5, 7) !== month) marks.push(`${month} weekday ${weekday} last`);
  return marks;
}

/** Of days that follow each other, with a weekend between at most. Longer ones were no holidays but trouble. */
const RUN_LONGEST = 3;
const WEEKEND = 3;

/**
 * @param leftOut days that a source has left out before, ascending
 * @returns whether `day` is one of them come again
 */
export function isHolidayAgain(day: Day, leftOut: readonly Day[]): boolean {
  const lastYear = leftOut.filter((before) => day - before > MONTHS_TEN && day - before <= DAYS_BACK);
  if (lastYear.length === 0) return false;
  const marks = new Set(holidayMarks(day));
  return lastYear.some(
    (before) =>
      holidayMarks(before).some((mark) => marks.has(mark)) && runAround(before, leftOut) <= RUN_LONGEST,
  );
}

/** How many days in a row were left out with this one. */
function runAround(day: Day, leftOut: readonly Day[]): number {
  const at = leftOut.indexOf(day);
  let from = at;
  let to = at;
  while (from > 0 && (leftOut[from] ?? 0) - (leftOut[from - 1] ?? 0) <= WEEKEND) from -= 1;
  while (to + 1 < leftOut.length && (leftOut[to + 1] ?? 0) - (leftOut[to] ?? 0) <= WEEKEND) to += 1;
  return to - from + 1;
}

/** What is kept of days that were left out, oldest first. */
export function keptLeftOut(leftOut: readonly string[], today: Day): string[] {
  return leftOut.filter((date) => today - dayOf(date) <= DAYS_BACK);
}
