import type { AsJson } from '../src/actions/action.ts';
import { events as eventsAction, EVENTS_MAX } from '../src/actions/events.ts';
import type { StoredEvent } from '../src/events/catalog.ts';
import { commands } from '../src/messages/en/commands.ts';
import { quoted } from '../src/shown-text.ts';
import { selectionOf, textOf } from './arguments.ts';
import type { Command } from './command.ts';

type ShownEvent = AsJson<StoredEvent>;

const LIMIT_DEFAULT = 200;

const words = commands.events;

export const events: Command = {
  name: 'events',
  usage: '',
  summary: words.summary,
  details: words.details(LIMIT_DEFAULT, EVENTS_MAX),
  options: {
    customer: { type: 'string' },
    type: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string' },
    follow: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  count: { min: 0, max: 0 },
  run: async ({ options, call, print, say }) => {
    const follow = options.follow === true;
    const types = textOf(options, 'type') ?? '';
    const question = {
      ...selectionOf(options, { usual: LIMIT_DEFAULT, least: follow ? 0 : 1, most: EVENTS_MAX }),
      types: types.split(',').filter((type) => type !== ''),
      follow,
    };
    const kept: ShownEvent[] = [];
    const take = (event: ShownEvent) => {
      if (options.json && !follow) kept.push(event);
      else print(options.json ? JSON.stringify(event) : lineOf(event));
    };
    const { events: count } = await call(eventsAction, question, { take });
    if (options.json && !follow) print(JSON.stringify({ events: kept }));
    if (count === question.limit) say(words.more);
    if (count > 0) return 0;
    say(words.none);
    return 3;
  },
};

export function lineOf({ id, at, type, customer, who, address, subject, data }: ShownEvent): string {
  const parts = [
    at,
    customer ?? '-',
    type,
    ...(subject === null ? [] : [quoted(subject)]),
    ...(who === null ? [] : [words.by(quoted(who))]),
    ...(address === null ? [] : [words.from(address)]),
    ...(Object.keys(data).length === 0 ? [] : [JSON.stringify(data)]),
    `#${id}`,
  ];
  return parts.join(' ');
}
