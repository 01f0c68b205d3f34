/**
 * One record of a journal: who did what, with what result. Here is how it is written; `parse-record.ts` reads it.
 *
 *     2026-03-04T05:06:07+0000 user ann@acme.example (id=7, customerid=1) performed CREATE
 *       [on object (type=T, id=I, name="N", customerid=1)] [targeted at (type=T, id=I, name="N", customerid=1)]
 *       with outcome SUCCESS [reason=R] [(KEY="value", KEY="value")]
 */

/** In one line, and the last word on how it is spelled: readers take any case. */
export const CUSTOMER_KEY = 'customerid';

export const ANONYMOUS = 'unauthenticated';
export const UNKNOWN_ID = 'unknown';

export const OUTCOMES = ['SUCCESS', 'FAILURE', 'PENDING', 'UNKNOWN'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * `member` is of the organisation that owns the journal and shows the whole address, `outside` of another one and shows
 * its domain alone, `anonymous` is nobody who is known.
 */
export type ActorKind = 'member' | 'outside' | 'anonymous';

export interface JournalActor {
  kind: ActorKind;
  /** Of a member alone. */
  email: string | null;
  /** What stands behind the `@`, without it; of nobody: null. */
  domain: string | null;
  /** Null: unknown, or not told. */
  id: string | null;
  customerid: string | null;
}

/** What was acted on, or what it was aimed at. The id and the name may be empty. */
export interface JournalEntity {
  type: string;
  id: string;
  name: string;
  customerid: string;
}

export interface JournalRecord {
  /** `2026-03-04T05:06:07Z` */
  timestamp: string;
  actor: JournalActor;
  action: string;
  object: JournalEntity | null;
  target: JournalEntity | null;
  outcome: Outcome;
  /** Only of failures. */
  reason: string | null;
  /** Names and values, in the order of the line. A name may stand twice. */
  extra: readonly (readonly [key: string, value: string])[];
}

/** The time of a record: whole seconds, the rest is cut off. */
export function recordTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/** Somebody of the organisation that owns the journal. @param id null: no subscriber has this address */
export function member(email: string, id: string | null, customerid: string): JournalActor {
  return { kind: 'member', email, domain: domainOf(email), id, customerid };
}

/** Somebody with an account in another organisation: the address is left out. */
export function outsider(email: string, id: string | null, customerid: string | null): JournalActor {
  return { kind: 'outside', email: null, domain: domainOf(email), id, customerid };
}

/** Nobody who is known; also the operator and the service itself. */
export const anonymous: JournalActor = {
  kind: 'anonymous',
  email: null,
  domain: null,
  id: null,
  customerid: null,
};

/** What stands behind the last `@`; of a login without one all of it. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/**
 * The line of a record, without its end. Whatever a value holds, the line can be read again and is one line: names and
 * values are escaped; where no quotes protect a value, what would end it is percent-encoded.
 */
export function formatRecord(record: JournalRecord): string {
  const { actor, object, target, reason, extra } = record;
  const parts = [
    `${record.timestamp.slice(0, 19)}+0000 user ${actorText(actor)} performed ${word(record.action)}`,
    object && `on object ${entityText(object)}`,
    target && `targeted at ${entityText(target)}`,
    `with outcome ${record.outcome}`,
    reason && `reason=${word(reason)}`,
    extra.length > 0 && `(${extra.map(([key, value]) => `${word(key)}=${quotedText(value)}`).join(', ')})`,
  ];
  // Half of a surrogate pair has no bytes in UTF-8: what is made again must be the same.
  return parts.filter(Boolean).join(' ').toWellFormed();
}

function actorText({ kind, email, domain, id, customerid }: JournalActor): string {
  const shown = kind === 'anonymous' ? ANONYMOUS : (kind === 'member' && email) || `@${domain ?? ''}`;
  return `${mailText(shown)} (id=${idText(id || UNKNOWN_ID)}, ${CUSTOMER_KEY}=${idText(customerid || UNKNOWN_ID)})`;
}

function entityText({ type, id, name, customerid }: JournalEntity): string {
  return `(type=${word(type)}, id=${idText(id)}, name=${quotedText(name)}, ${CUSTOMER_KEY}=${idText(customerid)})`;
}

/** Actions, types, reasons and keys come from lists; a wrong one there must not cost a day its archive. */
function word(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_]/g, '_') || '_';
}

const idText = (text: string) => text.replaceAll(/[\s,()"\p{Cc}]/gu, percentEncoded);
const mailText = (text: string) => text.replaceAll(/[\s()\p{Cc}]/gu, percentEncoded);

function percentEncoded(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

const SHORT: Readonly<Record<string, string>> = {
  '\\': String.raw`\\`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

function quotedText(value: string): string {
  return `"${escapedText(value).replaceAll('"', String.raw`\"`)}"`;
}

/** A value as it stands between quotes, but for quotes in it. */
export function escapedText(value: string): string {
  return value.replaceAll(
    // oxlint-disable-next-line no-control-regex -- these are what is escaped
    /[\\\u0000-\u001f]/g,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
