import type { AsJson } from '../src/actions/action.ts';
import { feeds as feedsAction, type ShownFeed } from '../src/actions/feeds.ts';
import { feeds as words } from '../src/messages/en/feeds.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';

export const feeds: Command = {
  name: 'feeds',
  usage: '[CUSTOMER]',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' } },
  count: { min: 0, max: 1 },
  run: async ({ arguments: [id], options, call, print, say }) => {
    const customer = id === undefined ? null : customerNumber(id);
    const { feeds: shown } = await call(feedsAction, { customer });
    if (options.json) print(escapeHidden(JSON.stringify({ feeds: shown })));
    else if (shown.length === 0) say(words.none);
    else print(shown.map(textOf).join('\n'));
    return 0;
  },
};

type Shown = AsJson<ShownFeed>;

function textOf(feed: Shown): string {
  const { customer, source, type, standing, missingSince, expected, last, zone, declared } = feed;
  const at = (moment: string) => minuteIn(moment, zone);
  const stands = words.standing[standing];
  const lines = [
    `${words.head(customer, escapeHidden(source), type)}: ${missingSince === null ? stands : words.since(stands, at(missingSince))}`,
    declared ? words.declared : rhythmText(feed),
    words.last(at(last)),
    expected === null ? null : words.next(at(expected.usual), at(expected.late)),
  ];
  return lines.filter((line) => line !== null).join('\n    ');
}

function rhythmText({ rhythm }: Shown): string | null {
  if (!rhythm) return null;
  const days = rhythm.weekdays.flatMap((slots, day) => (slots.length > 0 ? [day] : []));
  const [first] = days;
  if (first === undefined) return null;
  const times = (rhythm.weekdays[first] ?? []).map(({ usual }) => timeText(rhythm.begins + usual));
  const text = words.rhythm(words.days(days), words.and(times));
  return rhythm.steady ? `${text} ${words.steady}` : text;
}

function timeText(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;
}

function minuteIn(moment: string, zone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return `${format.format(new Date(moment))} ${zone}`;
}
