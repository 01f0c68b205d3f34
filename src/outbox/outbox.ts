/**
 * What follows from committed changes: invitations and notices to mail, removals to finish. Rows are written with the
 * change and worked off here; a row is claimed for a while, so that several daemons share the work and a crash only
 * delays it.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { saveChanges, type Change } from '../accounts/changes/change-rows.ts';
import type { Diff } from '../accounts/changes/diff.ts';
import type { Database, Queryable, Transaction } from '../database/open.ts';
import { messageOf } from '../fault.ts';
import type { Journal } from '../events/events.ts';
import { record } from '../events/record.ts';
import { isFileFinished } from '../ledger/finished.ts';
import { invitationMail, type InvitationPayload } from './invitation-mail.ts';
import type { Due, Topic } from './mail-lanes.ts';
import type { MailText } from './mail-text.ts';
import type { NoticePayload } from '../accounts/subscribers/notice.ts';
import { noticeMail } from './notice-mail.ts';

/** Sends one mail; throws where the server did not take it. */
export type SendMail = (mail: MailText) => Promise<void>;

export interface OutboxParts {
  database: Database;
  clock: Clock;
  journal: Journal;
}

interface MailRow<Payload> {
  id: number;
  customer: number;
  customer_name: string;
  subscriber: number;
  payload: Payload;
  tries: number;
  /** It still says what is so. */
  current: boolean;
}

interface InvitationRow extends MailRow<InvitationPayload> {
  terms_accepted: boolean;
}

/** While a row is claimed no other daemon takes it; longer than any mail server is waited for. */
const CLAIM_MS = 10 * 60_000;
const RETRY_MS = [60_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000, 6 * 3_600_000];
/** Nobody is told any longer of a change that is older: no mail server was set, or none took it. */
const NOTICE_MS_MAX = 28 * 24 * 60 * 60 * 1000;

/**
 * Every invitation that is due. One that was withdrawn, sent anew or has expired, that would activate nothing, or whose
 * organisation has switched e-mail verification off since, is closed without a mail.
 */
export function invitations(parts: OutboxParts, send: SendMail, registrationUrl: string): Topic {
  return {
    next: async (after, busy) => {
      const row = await claimInvitation(parts, after, busy);
      return row && dueMail(parts, row, send, () => invitationOf(parts, row, registrationUrl));
    },
  };
}

/** The notices of all change files that are worked off to the end. */
export function notices(parts: OutboxParts, send: SendMail): Topic {
  return {
    next: async (after, busy) => {
      const row = await claimNotice(parts, after, busy);
      return row && dueMail(parts, row, send, async () => noticeMail(row.payload, row.customer_name));
    },
  };
}

function dueMail(
  parts: OutboxParts,
  row: MailRow<unknown>,
  sendMail: SendMail,
  write: () => Promise<MailText | null>,
): Due {
  const send = async () => {
    const mail = row.current ? await write() : null;
    if (mail) return sendOne(parts, row, mail, sendMail);
    await close(parts.database, parts.clock, row.id, 'obsolete');
    return false;
  };
  return { customer: row.customer, send };
}

async function claimInvitation(
  { database, clock }: OutboxParts,
  after: number,
  busy: readonly number[],
): Promise<InvitationRow | undefined> {
  const now = clock.now();
  const { rows } = await database.query<InvitationRow>(
    `with due as (
       select id from outbox where topic = 'invitation' and done_at is null and next_try_at <= $1
          and customer_id > $3 and customer_id <> all($4::bigint[])
        order by customer_id, id limit 1 for update skip locked)
     update outbox o set next_try_at = $2, tries = o.tries + 1
       from due, customer c, subscriber s
      where o.id = due.id and c.id = o.customer_id and s.id = o.subscriber_id
     returning o.id, o.customer_id as customer, c.name as customer_name, s.id as subscriber, o.payload, o.tries,
       s.terms_accepted_at is not null as terms_accepted,
       s.invitation_state = 'pending' and s.invitation_sent_at = (o.payload->>'sentAt')::timestamptz
         and s.invitation_expires_at > $1 and c.email_verification
         and (o.payload->>'purpose' is distinct from 'activate'
           or exists (select 1 from seat where subscriber_id = s.id and state = 'assigned')) as current`,
    [now, new Date(now.getTime() + CLAIM_MS), after, busy],
  );
  return rows[0];
}

/** A file that is still in hand may add to its notices. */
async function claimNotice(
  { database, clock }: OutboxParts,
  after: number,
  busy: readonly number[],
): Promise<MailRow<NoticePayload> | undefined> {
  const now = clock.now();
  const { rows } = await database.query<MailRow<NoticePayload>>(
    `with due as (
       select o.id from outbox o
        where o.topic = 'notice' and o.done_at is null and o.next_try_at <= $1 and ${isFileFinished('o')}
          and o.customer_id > $4 and o.customer_id <> all($5::bigint[])
        order by o.customer_id, o.id limit 1 for update of o skip locked)
     update outbox o set next_try_at = $2, tries = o.tries + 1
       from due, customer c
      where o.id = due.id and c.id = o.customer_id
     returning o.id, o.customer_id as customer, c.name as customer_name, o.subscriber_id as subscriber, o.payload,
       o.tries, o.created_at > $3 as current`,
    [now, new Date(now.getTime() + CLAIM_MS), new Date(now.getTime() - NOTICE_MS_MAX), after, busy],
  );
  return rows[0];
}

/** null: it is no longer the subscriber's invitation. */
async function invitationOf(
  { database }: OutboxParts,
  row: InvitationRow,
  registrationUrl: string,
): Promise<MailText | null> {
  // The link carries a token that is stored as a hash only, before the mail leaves.
  const token = randomBytes(32).toString('base64url');
  const { rowCount } = await database.query(
    `update subscriber set invitation_token_hash = $2
      where id = $1 and invitation_state = 'pending' and invitation_sent_at = $3`,
    [row.subscriber, createHash('sha256').update(token).digest(), row.payload.sentAt],
  );
  if (!rowCount) return null;
  return invitationMail(row.payload, {
    organisation: row.customer_name,
    link: `${registrationUrl}?token=${token}`,
    termsAccepted: row.terms_accepted,
  });
}

async function sendOne(
  parts: OutboxParts,
  row: MailRow<unknown>,
  mail: MailText,
  send: SendMail,
): Promise<boolean> {
  try {
    await send(mail);
  } catch (error) {
    await retryLater(parts, row, error);
    return false;
  }
  const { database, clock } = parts;
  await database.transaction(async (tx) => {
    await close(tx, clock, row.id, 'sent');
    const { customer, id } = row;
    await record(tx, clock.now(), { type: 'mail.sent', customer, data: { outboxId: String(id) } });
  });
  return true;
}

async function close(db: Queryable, clock: Clock, id: number, outcome: string): Promise<void> {
  await db.query('update outbox set done_at = $2, outcome = $3 where id = $1', [id, clock.now(), outcome]);
}

async function retryLater(
  { database, clock }: OutboxParts,
  row: MailRow<unknown>,
  error: unknown,
): Promise<void> {
  const ms = RETRY_MS[Math.min(row.tries, RETRY_MS.length) - 1] ?? CLAIM_MS;
  const now = clock.now();
  const nextTry = new Date(now.getTime() + ms);
  const { id, customer } = row;
  const data = { outboxId: String(id), error: messageOf(error), nextTry: nextTry.toISOString() };
  await database.transaction(async (tx) => {
    await tx.query('update outbox set next_try_at = $2 where id = $1', [id, nextTry]);
    await record(tx, now, { type: 'mail.failed', customer, data });
  });
}

/**
 * Finishes removals that were accepted at least `finishMs` ago: the account is gone for good, its address is free
 * again (rules A3). Until then an Add of the address gives 1054.
 *
 * @param finishMs for customers without a time of their own
 */
export async function finishRemovals({ database, clock }: OutboxParts, finishMs: number): Promise<void> {
  const now = clock.now();
  const { rows } = await database.query<{ customer: number; seconds: number | null }>(
    `select c.id as customer, c.removal_finish_seconds as seconds
       from (select customer_id, min(created_at) as first from outbox where topic = 'removal' and done_at is null
              group by customer_id) waiting
       join customer c on c.id = waiting.customer_id
      where first <= $1::timestamptz - coalesce(c.removal_finish_seconds * interval '1 second', $2 * interval '1 millisecond')
      order by c.id`,
    [now, finishMs],
  );
  for (const { customer, seconds } of rows) {
    const until = new Date(now.getTime() - (seconds === null ? finishMs : seconds * 1_000));
    await database.transaction((tx) => finishRemovalsOf(tx, customer, until, clock.now()));
  }
}

interface RemovedRow {
  id: number;
  email: string;
  password_state: string;
}

/** Does nothing where a turn of the customer is at work: the next run comes soon. */
async function finishRemovalsOf(tx: Transaction, customer: number, until: Date, now: Date): Promise<void> {
  const lock = await tx.query('select 1 from customer where id = $1 for no key update skip locked', [
    customer,
  ]);
  if (lock.rows.length === 0) return;
  const { rows } = await tx.query<RemovedRow>(
    `with due as (
       update outbox set done_at = $1, outcome = 'finished'
        where customer_id = $3 and topic = 'removal' and done_at is null and created_at <= $2
       returning subscriber_id)
     update subscriber s set state = 'removed', removed_at = $1, updated_at = $1, password_state = 'none',
       password_hash = null, invitation_token_hash = null
       from subscriber old
      where s.id in (select subscriber_id from due) and s.state = 'remove_pending' and old.id = s.id
     returning s.id, s.email, old.password_state`,
    [now, until, customer],
  );
  const origin = { who: 'removals' };
  await saveChanges(tx, customer, 'person', rows.map(finishedRemoval), { origin, now });
  if (rows.length === 0) return;
  await record(tx, now, { type: 'removals.finished', customer, data: { count: rows.length } });
}

function finishedRemoval({ id, email, password_state: password }: RemovedRow): Change {
  const diff: Diff = {
    state: ['remove_pending', 'removed'],
    ...(password === 'none' ? {} : { password: 'changed', passwordState: [password, null] }),
  };
  return { subject: id, place: null, operation: 'finish removal', name: email, diff };
}

/** Whether the invitation of that moment has not left yet. */
export async function isInvitationWaiting(
  db: Queryable,
  subscriber: number,
  sentAt: Date | null,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `select 1 from outbox where topic = 'invitation' and subscriber_id = $1 and done_at is null
        and (payload->>'sentAt')::timestamptz = $2`,
    [subscriber, sentAt],
  );
  return rowCount !== 0;
}
