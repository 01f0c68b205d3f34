/** A notice as it is kept: the values of an event, bounded, and without what the journal alone needs. */
import type { StoredEvent } from '../events/catalog.ts';
import { withWhy } from '../events/why.ts';

export interface Notice {
  /** Of the event: unique, and the same whenever it is sent. */
  event: string;
  at: Date;
  /** Of the event (events/catalog.ts). */
  type: string;
  customer: number | null;
  /** The file, the report, the source or the address that it is about; empty: none. */
  subject: string;
  data: Record<string, unknown>;
}

/** Longer texts and lists are cut, so that a notice stays far below what receivers take. */
const TEXT_MAX = 500;
const ITEMS_MAX = 50;
const DATA_CHARACTERS_MAX = 6_000;

export function noticeOf({ id, at, type, customer, subject, data }: StoredEvent): Notice {
  const cut = bounded(withWhy(data), 0) as Record<string, unknown>;
  const fits = JSON.stringify(cut).length <= DATA_CHARACTERS_MAX;
  return { event: id, at, type, customer, subject: cutText(subject ?? ''), data: fits ? cut : { cut: true } };
}

/** Those of one file are told one after the other. */
export function orderKeyOf({ customer, type, subject }: Notice): string {
  return `${customer ?? ''}/${subject === '' ? type : subject}`;
}

function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cutText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 4) return null;
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((one) => bounded(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, ITEMS_MAX)
      .map(([key, inner]) => [key, bounded(inner, depth + 1)]),
  );
}

function cutText(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1).toWellFormed()}…`;
}
