/** Days and minutes of a time zone: a rhythm is one of the place where the source is, not of UTC. */

/** A day on a calendar, counted from 1 January 1970, whatever zone it is in. */
export type Day = number;

/** A moment as a clock on the wall shows it. */
export interface Local {
  day: Day;
  /** From midnight on that clock: an hour that daylight saving leaves out is missing here too. */
  minute: number;
}

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
const ZONES_KEPT = 50;
const OFFSETS_KEPT = 20_000;

/** What a clock of one zone shows. An offset takes a hundred times longer to find out than to look up. */
class Zone {
  readonly #format: Intl.DateTimeFormat;
  /** By quarter of an hour: no zone changes in between. */
  readonly #offsets = new Map<number, number>();

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  }

  /** As though the clock showed UTC. */
  shownMs(ms: number): number {
    const quarter = Math.floor(ms / QUARTER_MS);
    const kept = this.#offsets.get(quarter);
    if (kept !== undefined) return ms + kept;
    const offset = this.#offsetAt(quarter * QUARTER_MS);
    if (this.#offsets.size >= OFFSETS_KEPT) this.#offsets.clear();
    this.#offsets.set(quarter, offset);
    return ms + offset;
  }

  #offsetAt(ms: number): number {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of this.#format.formatToParts(ms)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute) - ms;
  }
}

const zones = new Map<string, Zone>();

/** Making a format costs more than using it a thousand times. */
function zoneOf(name: string): Zone {
  const kept = zones.get(name);
  if (kept) return kept;
  const made = new Zone(name);
  if (zones.size >= ZONES_KEPT) zones.clear();
  zones.set(name, made);
  return made;
}

const shownMs = (ms: number, zone: string) => zoneOf(zone).shownMs(ms);

export function localOf(ms: number, zone: string): Local {
  const shown = shownMs(ms, zone);
  const day = Math.floor(shown / DAY_MS);
  return { day, minute: Math.floor((shown - day * DAY_MS) / MINUTE_MS) };
}

/** @param minute may be of the next day or of the one before: it is counted on */
export function momentOf({ day, minute }: Local, zone: string): number {
  const wanted = day * DAY_MS + minute * MINUTE_MS;
  // The offset of a moment nearby; where it changes in between, that of the moment itself.
  const near = wanted - (shownMs(wanted, zone) - wanted);
  return wanted - (shownMs(near, zone) - near);
}

/** 0: Sunday. */
export function weekdayOf(day: Day): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** e.g. `2026-12-25` */
export function dateOf(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function dayOf(date: string): Day {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}
