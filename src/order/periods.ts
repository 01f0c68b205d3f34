/** The clock hour and the calendar day that a moment belongs to, in a customer's time zone (rules 13). */
export interface Periods {
  hour: Date;
  day: Date;
  nextHour: Date;
  nextDay: Date;
}

interface Period {
  start: number;
  /** The first millisecond that no longer belongs to it. */
  end: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** No local hour and no local day is longer, whatever daylight saving does. */
const HOUR_MS_MAX = 2 * HOUR_MS;
const DAY_MS_MAX = 26 * HOUR_MS;

export const UTC = 'UTC';

/** Periods of one time zone; keeps the last ones, as most moments fall into the same hour. */
export class PeriodCalendar {
  readonly #zone: string;
  readonly #format: Intl.DateTimeFormat;
  #hour: Period = { start: 0, end: 0 };
  #day: Period = { start: 0, end: 0 };

  /** @throws RangeError where there is no such time zone */
  constructor(zone: string) {
    this.#zone = zone;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      timeZoneName: 'longOffset',
    });
  }

  /**
   * An hour that happens twice, when daylight saving ends, is two hours with a budget each: the offset tells them
   * apart. A missing hour is none.
   */
  periodsOf(now: Date): Periods {
    const at = now.getTime();
    if (!contains(this.#hour, at)) this.#hour = this.#findHour(at);
    if (!contains(this.#day, at)) this.#day = this.#findDay(at);
    return {
      hour: new Date(this.#hour.start),
      day: new Date(this.#day.start),
      nextHour: new Date(this.#hour.end),
      nextDay: new Date(this.#day.end),
    };
  }

  #findHour(at: number): Period {
    if (this.#zone === UTC) return aligned(at, HOUR_MS);
    return periodAround(at, HOUR_MS_MAX, (moment) => this.#label(moment, true));
  }

  #findDay(at: number): Period {
    if (this.#zone === UTC) return aligned(at, DAY_MS);
    return periodAround(at, DAY_MS_MAX, (moment) => this.#label(moment, false));
  }

  #label(at: number, withHour: boolean): string {
    const parts = new Map(this.#format.formatToParts(at).map(({ type, value }) => [type, value]));
    const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
    return withHour ? `${date} ${parts.get('hour')} ${parts.get('timeZoneName')}` : date;
  }
}

function contains({ start, end }: Period, at: number): boolean {
  return start <= at && at < end;
}

function aligned(at: number, length: number): Period {
  const start = Math.floor(at / length) * length;
  return { start, end: start + length };
}

/** The stretch around a moment in which the label stays the same, to the millisecond. */
function periodAround(at: number, longest: number, label: (at: number) => string): Period {
  const own = label(at);
  const end = firstWhere(at, at + longest, (moment) => label(moment) !== own);
  const start = firstWhere(at - longest, at, (moment) => label(moment) === own);
  return { start, end };
}

/** The first moment in (from, to] at which a condition holds that holds from some moment on. */
function firstWhere(from: number, to: number, holds: (at: number) => boolean): number {
  let before = from;
  let after = to;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (holds(middle)) after = middle;
    else before = middle;
  }
  return after;
}

const calendars = new Map<string, PeriodCalendar>();

/** Formats are costly to make: one calendar per zone is kept. */
export function periodsOf(now: Date, zone: string = UTC): Periods {
  let calendar = calendars.get(zone);
  if (!calendar) calendars.set(zone, (calendar = new PeriodCalendar(zone)));
  return calendar.periodsOf(now);
}
