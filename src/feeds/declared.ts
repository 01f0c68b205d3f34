/** What an organisation file says of a source's files: when they come, or that nothing is expected. Pure. */
import { WEEKDAYS, type FeedSettings } from '../accounts/customers/customer.ts';
import type { Rhythm, Slot } from './rhythm.ts';

/** @returns what is expected; nothing at all of a source that says so */
export function declaredRhythm(feed: FeedSettings | 'none'): Rhythm {
  if (feed === 'none') return { begins: 0, weekdays: WEEKDAYS.map(() => []), steady: null };
  const [hours = 0, minutes = 0] = feed.by.split(':').map(Number);
  const by = hours * 60 + minutes;
  const slot: Slot = { usual: by, late: by, missing: by + feed.graceMinutes };
  return {
    begins: 0,
    weekdays: WEEKDAYS.map((day) => (feed.days.includes(day) ? [slot] : [])),
    steady: null,
  };
}
