/** The log as a follower: one line for each recorded event, with its number in the field `event`. */
import { CATALOG, type EventFacts, type EventType, type Level, type Message } from '../catalog.ts';
import type { Tell } from '../follow.ts';
import { withWhy } from '../why.ts';
import type { Log, LogLine } from '../log.ts';

export function logSink(log: Log): Tell {
  return (events) =>
    log.deliver(
      events.map((event) => {
        const line = lineOf(event);
        return { ...line, fields: { event: event.id, at: event.at.toISOString(), ...line.fields } };
      }),
    );
}

interface Described extends Partial<EventFacts> {
  type: string;
  data: object;
}

/** The line of an event without its number. Of a type that this program does not know, the type is what it says. */
export function lineOf({ type, customer, who, address, subject, data }: Described): LogLine {
  const { level, message, names } = kindOf(type);
  const facts = { customer, address, [names.who ?? 'who']: who, [names.subject ?? 'subject']: subject };
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  const text = typeof message === 'function' ? message({ ...data }) : message;
  const weight = typeof level === 'function' ? level({ ...data }) : level;
  return { level: weight, message: text, fields: { ...Object.fromEntries(known), ...withWhy(data) } };
}

interface KindOfLine {
  level: Level;
  message: Message;
  names: { who?: string; subject?: string };
}

function kindOf(type: string): KindOfLine {
  return Object.hasOwn(CATALOG, type)
    ? CATALOG[type as EventType]
    : { level: 'info', message: type, names: {} };
}
