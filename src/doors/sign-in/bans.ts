import type { Clock } from '../../clock.ts';
import { columns, timestamp, type RowOf } from '../../database/columns.ts';
import type { Database, Queryable, Transaction } from '../../database/open.ts';
import { record } from '../../events/record.ts';
import { isAddress, networkOf } from '../../network.ts';
import {
  BAN_RULES,
  countedKinds,
  isRefused,
  scoreAfterFailure,
  subjectsOf,
  type Score,
  type ScoreKind,
} from './ban-rules.ts';

/** What is known of an account and an address before the password is looked at. */
export interface Reputation {
  /** The account has signed in from this address before. */
  trusted: boolean;
  /** The account has failed there since, or has been banned there. */
  blemished: boolean;
  /** Nobody has failed from this address lately. */
  spotless: boolean;
  banned: ReadonlySet<ScoreKind>;
  refused: boolean;
}

/** Remembers failed sign-ins in the database, for all daemons. */
export interface Bans {
  standing(login: string, address: string): Promise<Reputation>;
  /** A ban in force is not made longer. */
  failed(login: string, address: string, standing: Reputation): Promise<void>;
  /** @param forgives whether the failures of this account at this address are forgotten at once */
  succeeded(login: string, address: string, forgives: boolean): Promise<void>;
}

/** A sign-in is proof of trust for so long. */
const TRUST_DAYS = 90;
/** How often a sign-in renews its trust: a client may open a session per file. */
const RENEWED_MS = 60 * 60_000;
const RENEWED_PAIRS_MAX = 10_000;

export function createBans(database: Database, clock: Clock): Bans {
  const renewed = new Map<string, number>();
  return {
    standing: async (login, address) => {
      const found = await lookUp(database, subjectsOf(login, address), clock.now());
      const banned = new Set(found.banned);
      return { ...found, banned, refused: isRefused(found.trusted, banned) };
    },
    failed: async (login, address, { trusted, banned }) => {
      const subjects = subjectsOf(login, address);
      for (const kind of countedKinds(trusted, banned))
        await countFailure(database, kind, subjects[kind], clock.now());
    },
    succeeded: async (login, address, forgives) => {
      const subjects = subjectsOf(login, address);
      const now = clock.now();
      const isRenewed = now.getTime() - (renewed.get(subjects.pair) ?? -Infinity) < RENEWED_MS;
      if (isRenewed && !forgives) return;
      if (renewed.size >= RENEWED_PAIRS_MAX) renewed.clear();
      renewed.set(subjects.pair, now.getTime());
      await trust(database, subjects, now);
    },
  };
}

type FoundStanding = Pick<Reputation, 'trusted' | 'blemished' | 'spotless'> & { banned: ScoreKind[] };

async function lookUp(
  db: Queryable,
  { address, account, pair }: Record<ScoreKind, string>,
  now: Date,
): Promise<FoundStanding> {
  const { rows } = await db.query<FoundStanding>(
    `select exists(select 1 from door_trust
        where login = $2 and address = $1 and signed_in_at > $4::timestamptz - make_interval(days => $5)) as trusted,
       exists(select 1 from door_score where kind = 'pair' and subject = $3) as blemished,
       not exists(select 1 from door_score where kind = 'address' and subject = $1) as spotless,
       array(select kind from door_score where banned_until > $4
         and (kind, subject) in (('address', $1), ('account', $2), ('pair', $3))) as banned`,
    [address, account, pair, now, TRUST_DAYS],
  );
  return rows[0] ?? { trusted: false, blemished: false, spotless: true, banned: [] };
}

const SCORE = columns<Score>()({
  failures: 'failures',
  failedAt: timestamp('failed_at'),
  bans: 'bans',
  bannedUntil: timestamp('banned_until'),
});

async function countFailure(database: Database, kind: ScoreKind, subject: string, now: Date): Promise<void> {
  await database.transaction(async (tx) => {
    const before = await lockedScore(tx, kind, subject, now);
    const score = scoreAfterFailure(before, BAN_RULES[kind], now);
    await tx.query(
      'update door_score set failures = $3, failed_at = $4, bans = $5, banned_until = $6 where kind = $1 and subject = $2',
      [kind, subject, score.failures, score.failedAt, score.bans, score.bannedUntil],
    );
    if (score.failures > 0 || !score.bannedUntil) return;
    const data = { kind, until: score.bannedUntil.toISOString() };
    await record(tx, now, { type: 'account.banned', subject, data });
  });
}

async function lockedScore(
  tx: Transaction,
  kind: ScoreKind,
  subject: string,
  now: Date,
): Promise<Score | null> {
  await tx.query(
    'insert into door_score (kind, subject, failures, failed_at) values ($1, $2, 0, $3) on conflict do nothing',
    [kind, subject, now],
  );
  const { rows } = await tx.query<RowOf<typeof SCORE>>(
    `select ${SCORE.names.join(', ')} from door_score where kind = $1 and subject = $2 for update`,
    [kind, subject],
  );
  return rows[0] ? SCORE.from(rows[0]) : null;
}

async function trust(
  database: Database,
  { address, account, pair }: Record<ScoreKind, string>,
  now: Date,
): Promise<void> {
  await database.query(
    `with forgiven as (delete from door_score where kind = 'pair' and subject = $4)
     insert into door_trust (login, address, signed_in_at) values ($1, $2, $3)
     on conflict (login, address) do update set signed_in_at = excluded.signed_in_at`,
    [account, address, now, pair],
  );
}

/** Scores that no longer say anything, and trust that has run out. */
export async function sweepBans(db: Queryable, now: Date): Promise<void> {
  await db.query(
    `delete from door_score where failed_at < $1::timestamptz - interval '7 days' and coalesce(banned_until < $1, true)`,
    [now],
  );
  await db.query('delete from door_trust where signed_in_at < $1::timestamptz - make_interval(days => $2)', [
    now,
    TRUST_DAYS,
  ]);
}

/** A subject under a ban, or on its way to one. */
export interface BanEntry {
  kind: ScoreKind;
  subject: string;
  until: Date | null;
  bans: number;
  failures: number;
}

/** Bans in force at `now`, the longest first. @param all also scores that have not led to a ban */
export async function listBans(db: Queryable, now: Date, all: boolean): Promise<BanEntry[]> {
  const { rows } = await db.query<Omit<BanEntry, 'until'> & { banned_until: Date | null }>(
    `select kind, subject, banned_until, bans, failures from door_score
      where banned_until > $1 or $2 order by banned_until > $1 desc nulls last, banned_until desc nulls last, kind, subject`,
    [now, all],
  );
  return rows.map(({ banned_until: end, ...row }) => ({ ...row, until: end && end > now ? end : null }));
}

export const BANS_IN_FORCE =
  'select kind, count(*) as bans from door_score where banned_until > $1 group by kind';

/** How many are in force at `now`, by kind. */
export async function countBans(db: Queryable, now: Date): Promise<{ kind: ScoreKind; bans: number }[]> {
  const { rows } = await db.query<{ kind: ScoreKind; bans: number }>(BANS_IN_FORCE, [now]);
  return rows;
}

/**
 * Lifts every ban of an address, a network or a login, and forgets what has not led to a ban yet.
 *
 * @param subject as given by a person or as `listBans` names it
 * @returns what was lifted
 */
export async function liftBans(db: Queryable, subject: string): Promise<LiftedBan[]> {
  const { rows } = await db.query<LiftedBan>(
    `delete from door_score
      where (kind <> 'pair' and subject = any($1))
         or (kind = 'pair' and (regexp_replace(subject, ' [^ ]*$', '') = any($1) or substring(subject from '[^ ]*$') = any($1)))
      returning kind, subject, failures, bans, banned_until as "bannedUntil"`,
    [subjectForms(subject)],
  );
  return rows;
}

export type LiftedBan = Pick<BanEntry, 'kind' | 'subject' | 'failures' | 'bans'> & {
  bannedUntil: Date | null;
};

/** An IPv6 address stands for its network, however it is written; a login is kept as `subjectsOf` cuts it. */
function subjectForms(subject: string): string[] {
  const [address = ''] = subject.split('/');
  const { account } = subjectsOf(subject, '');
  return [...new Set([account, ...(isAddress(address) ? [networkOf(address)] : [])])];
}
