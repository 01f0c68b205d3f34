import type { AnswerOf, AsJson } from '../src/actions/action.ts';
import { history as historyAction, type HistoryChange, type HistoryRefusal } from '../src/actions/history.ts';
import { quoted } from '../src/shown-text.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';

type Event = AsJson<HistoryChange | HistoryRefusal>;

const words = commands.history;

export const history: Command = {
  name: 'history',
  usage: 'CUSTOMER ADDRESS-OR-DN',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' } },
  count: { min: 2, max: 2 },
  run: async ({ arguments: [id = '', subject = ''], options, call, print }) => {
    const found = await call(historyAction, { customer: customerNumber(id), subject });
    print(options.json ? JSON.stringify(found) : historyText(found));
    return 0;
  },
};

export function historyText({ kind, events }: AnswerOf<typeof historyAction>): string {
  if (events.length === 0) return words.none;
  const subjects = new Set(events.flatMap((event) => ('subject' in event ? [event.subject] : [])));
  const numbered = subjects.size > 1 ? kind : null;
  return events.flatMap((event) => linesOf(event, numbered)).join('\n');
}

/** @param numbered how to call the one it is about, where there were several of that name */
function linesOf(event: Event, numbered: string | null): string[] {
  const { at, operation, file, entry, line } = event;
  const place = file === null ? [] : [placeText(file, entry, line)];
  const about = numbered !== null && 'subject' in event ? words.of(numbered, String(event.subject)) : '';
  const head = [`${at} ${operation ?? '-'}${about}`, ...place, senderText(event)].join(', ');
  if ('code' in event) return [words.refused(head), `  ${event.code} ${event.message}`];
  return [
    head,
    ...Object.entries(event.changes).map(
      ([field, change]) =>
        `  ${field}: ${change === 'changed' ? words.changed : change.map(valueText).join(' → ')}`,
    ),
  ];
}

/** Who is missing from a full list has no line in it. */
function placeText(file: string, entry: number | null, line: number | null): string {
  return line === 0 ? words.absent(quoted(file)) : words.entry(String(entry), String(line), quoted(file));
}

function senderText(event: Event): string {
  const { file, who, address } = event;
  if (file === null || 'undo' in event) return words.by(quoted(who ?? ''));
  return who === null ? words.otherMeans : words.sentBy(quoted(who), String(address));
}

function valueText(value: unknown): string {
  if (value === null) return '-';
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}
