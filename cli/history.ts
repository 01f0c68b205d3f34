import type { AnswerOf, AsJson } from '../src/actions/action.ts';
import { history as historyAction, type HistoryChange, type HistoryRefusal } from '../src/actions/history.ts';
import { quoted } from '../src/shown-text.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';

type Event = AsJson<HistoryChange | HistoryRefusal>;

const DETAILS = `Oldest first: when, what, by which entry of which file, who sent it and from where; below it every changed field,
before and after. Also of people and entries that are gone, and by an address or DN of earlier. Entries that were refused
stand there with their code and why. Of passwords it says that they were changed, and no more.
How long it goes back: retention.historyDays of the configuration.

Exit 1 if nothing is known of that name.`;

export const history: Command = {
  name: 'history',
  usage: 'CUSTOMER ADDRESS-OR-DN',
  summary: 'every change of a person or directory entry, before and after, and who made it',
  details: DETAILS,
  options: { json: { type: 'boolean' } },
  count: { min: 2, max: 2 },
  run: async ({ arguments: [id = '', subject = ''], options, call, print }) => {
    const found = await call(historyAction, { customer: customerNumber(id), subject });
    print(options.json ? JSON.stringify(found) : historyText(found));
    return 0;
  },
};

export function historyText({ kind, events }: AnswerOf<typeof historyAction>): string {
  if (events.length === 0) return 'No changes are kept.';
  const subjects = new Set(events.flatMap((event) => ('subject' in event ? [event.subject] : [])));
  const numbered = subjects.size > 1 ? kind : null;
  return events.flatMap((event) => linesOf(event, numbered)).join('\n');
}

/** @param numbered how to call the one it is about, where there were several of that name */
function linesOf(event: Event, numbered: string | null): string[] {
  const { at, operation, file, entry, line } = event;
  const place = file === null ? [] : [`entry ${entry}, line ${line} of ${quoted(file)}`];
  const about = numbered !== null && 'subject' in event ? ` of ${numbered} ${event.subject}` : '';
  const head = [`${at} ${operation ?? '-'}${about}`, ...place, senderText(event)].join(', ');
  if ('code' in event) return [`${head}: refused`, `  ${event.code} ${event.message}`];
  return [
    head,
    ...Object.entries(event.changes).map(
      ([field, change]) =>
        `  ${field}: ${change === 'changed' ? 'changed' : change.map(valueText).join(' → ')}`,
    ),
  ];
}

function senderText({ file, who, address }: Event): string {
  if (file === null) return `by ${quoted(who ?? '')}`;
  return who === null ? 'put there by other means' : `sent by ${quoted(who)} from ${address}`;
}

function valueText(value: unknown): string {
  if (value === null) return '-';
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}
