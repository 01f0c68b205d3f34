/**
 * Everything that happens outside of changes of people, by type. Each type stands here once: its level and words in the
 * log, what its columns are called there, its name in the audit, and what it tells besides (`data`).
 *
 * An event is recorded in the transaction that makes it true (`record.ts`). What no transaction makes true, such as a
 * sign-in, goes through the `Recorder` a moment later. What cannot be recorded at all (the database is away, a turn that
 * failed, the daemon starts and stops) is written to the log at once and is no event: these are the functions of the
 * `Journal` (events.ts) that stand under "log only".
 */
import type { DiscardReason, HoldReason } from '../change-file/danger.ts';
import type { QuarantineRefusal } from '../change-file/reported-file.ts';
import type { Reason, ReplyCode } from '../messages/reply.ts';
import type { ChangesTold, Journalled, SetupTold, SliceTold, VisitorTold } from './journalled.ts';
import type { LogLevel } from './log.ts';

/** Of a client's session. */
interface Session extends Journalled<VisitorTold> {
  protocol: string;
  /** e.g. `TLSv1.3 TLS_AES_256_GCM_SHA384`. */
  cipher: string;
}

/** Why a door refused something: the place of its text among the replies (messages/reply.ts), and what stands in it. */
export interface StoredReason {
  reason: ReplyCode;
  values?: Reason['values'];
}

/** Which guard, and its figures; without `until` it waits until somebody decides. */
interface HeldTold {
  reason: HoldReason;
  people: number;
  of: number;
  addresses?: number;
  entries?: number;
  /** Entries of the largest of the source's last files. */
  usual?: number;
  /** People whom the source's files had taken away within the day before. */
  earlier?: number;
  /** To be confirmed, where that is not the people. */
  number?: number;
  until?: string;
}

interface ApprovedTold {
  /** The number that was confirmed, and the one that it is held for. */
  people: number;
  held: number;
  /** So many others must approve too. */
  missing?: number;
  withoutRemovals?: boolean;
  /** In the words of who has approved. */
  reason?: string;
}

/** What the metrics are told beside what is shown: numbers by words of ours (src/metrics/count-events.ts). */
interface Tallied<Numbers> {
  tally?: Numbers;
}

/** Of many refused sign-ins. */
export interface FloodTally {
  protocol: string;
  reason: ReplyCode;
  count: number;
}

/** Of the entries of a slice. */
export interface EntriesTally {
  /** Operation, or `other` → entries that did what they say, and entries that were refused. */
  entries: Record<string, [ok: number, refused: number]>;
  /** Code → entries that were refused with it. */
  codes: Record<string, number>;
}

interface Applied extends Tallied<EntriesTally>, Journalled<SliceTold> {
  entries: number;
  written: number;
  readErrors: number;
  writeErrors: number;
  /** From the claim to the commit. */
  ms: number;
}

/** What an operator did. */
interface Act<Facts = never> extends Journalled<Facts> {
  before: object | null;
  /** null: it is gone. */
  after: object | null;
}

type EventData = Record<string, unknown>;
/** Of an event, or made from its `data`. */
export type Message = string | ((data: EventData) => string);
export type Level = LogLevel | ((data: EventData) => LogLevel);

interface Kind<Data> {
  level: Level;
  /** In the log. */
  message: Message;
  /** What the log calls `who` and `subject`. */
  names: { who?: string; subject?: string };
  /** In the audit; left out: not of the audit. */
  audit?: string;
  /** Never set: carries the type. */
  data?: Data;
}

function kind<Data extends object>(
  level: Level,
  message: Message,
  names: Kind<Data>['names'] = {},
  audit?: string,
): Kind<Data> {
  return { level, message, names, ...(audit === undefined ? {} : { audit }) };
}

const FILE = { who: 'login', subject: 'file' };
const PATH = { who: 'login', subject: 'path' };
const LOGIN = { who: 'login' };

const DOORS = {
  'sign_in.accepted': kind<Session>('info', 'signed in', LOGIN, 'signed in'),
  'sign_in.refused': kind<Session & StoredReason>('warn', 'sign-in refused', LOGIN, 'sign-in refused'),
  /** So many more were refused than are recorded one by one (refusals.ts), from so many addresses. */
  'sign_in.flood': kind<{ count: number; addresses: number } & Tallied<FloodTally[]>>(
    'warn',
    'more sign-ins refused',
    {},
    'sign-ins refused',
  ),
  /** Open sessions of an account that is no longer what it was when they signed in. */
  'sessions.ended': kind<{ sessions: number; account: 'changed' | 'removed' }>(
    'warn',
    ({ account }) => `sessions closed: account ${String(account)}`,
    LOGIN,
  ),
  /** Durable; the client has its answer. */
  'upload.stored': kind<Session & { bytes: number; ms: number }>('info', 'upload stored', FILE, 'uploaded'),
  'upload.failed': kind<Session & StoredReason & { bytes: number }>(
    'warn',
    'upload failed',
    FILE,
    'upload failed',
  ),
  'download.sent': kind<Session & { bytes: number }>('info', 'downloaded', PATH, 'downloaded'),
  /** `bytes` were sent so far: they may be all. */
  'download.failed': kind<Session & StoredReason & { bytes: number }>(
    'warn',
    'download aborted',
    PATH,
    'download broken off',
  ),
  'door.deleted': kind<Session>('info', 'deleted', PATH, 'deleted'),
  'door.renamed': kind<Session & { to: string }>(
    'info',
    'renamed',
    { who: 'login', subject: 'from' },
    'renamed',
  ),
  /** An address, an account, or an account at an address. */
  'account.banned': kind<{ kind: string; until: string }>('warn', 'banned', { subject: 'subject' }),
  'certificate.replaced': kind<{ validTo: string }>('info', 'certificate reloaded', {
    subject: 'fingerprint',
  }),
  'certificate.expiring': kind<{ validTo: string; daysLeft: number }>('warn', 'certificate expiring'),
  'temporary_files.swept': kind<{ files: string[] }>('info', 'temporary files removed'),
} as const;

const FILES = {
  'file.received': kind<{ bytes: number; id?: number }>('info', 'file admitted', FILE),
  /** Another one of the same name, while it waited. */
  'file.replaced': kind<{ bytes: number; id?: number }>('info', 'file replaced while waiting', FILE),
  'file.withdrawn': kind<object>('info', 'file withdrawn', FILE),
  'file.deferred': kind<{ waitsFor: string; until: string }>('info', 'file deferred', FILE),
  /** It would hit too many people: nothing of it is applied before somebody decides. */
  'file.held': kind<HeldTold>('warn', 'file held for approval', FILE, 'held'),
  'file.approved': kind<ApprovedTold>(
    'info',
    ({ missing }) => (missing ? 'held file approved by one of two' : 'held file approved'),
    FILE,
    'approved',
  ),
  'file.discarded': kind<{ why: DiscardReason; people: number; reason?: string }>(
    'info',
    'held file discarded',
    FILE,
    'discarded',
  ),
  /** Planned and answered in `_validate`, and not carried out; `refusal`: where the virus scanner has kept it. */
  'file.tried': kind<{ wouldBe: string; bytes: number; refusal?: QuarantineRefusal }>(
    ({ refusal }) => (refusal === undefined ? 'info' : 'warn'),
    ({ refusal }) => (refusal === undefined ? 'file tried' : 'tried file quarantined'),
    FILE,
    'tried',
  ),
  /** At a gate: no entry of it was looked at. */
  'file.refused': kind<{ code: number | null; reason: string; values?: object }>(
    'warn',
    'file rejected',
    FILE,
  ),
  /** A slice of a large file; `entries` so far, of `total`. */
  'file.progressed': kind<Applied & { total: number }>('info', 'file partly applied', FILE),
  'file.applied': kind<Applied>('info', 'file applied', FILE),
  /** Some or all of its entries were refused. */
  'file.applied_with_errors': kind<Applied>('info', 'file applied', FILE),
  /** An earlier file has said the same, under another number: allowed, and worth a look. */
  'file.repeated': kind<{ earlier: string }>('info', 'same content as an earlier file', FILE),
  /** It fails by faults of ours, or has disappeared. */
  'file.set_aside': kind<{ id: number; reason: string; entriesDone: number }>(
    'warn',
    'file set aside',
    FILE,
    'set-aside',
  ),
  'file.quarantined': kind<QuarantineRefusal>('warn', 'file quarantined', FILE, 'quarantined'),
  /** It lies in its folder, under the name `as`. */
  'file.filed': kind<{ folder: string; as: string }>('info', 'file filed', FILE),
  /** Somebody has asked to take back what the file did. */
  'undo.requested': kind<{ undo: number; entries: string; reason: string }>(
    'info',
    'undo requested',
    FILE,
    'undo',
  ),
  'undo.applied': kind<
    { undo: number; takenBack: number; leftOut: number } & Journalled<ChangesTold & Partial<VisitorTold>>
  >('info', 'file undone', FILE),
  /** It fails by faults of ours. */
  'undo.set_aside': kind<{ undo: number }>('warn', 'undo set aside', FILE, 'undo set aside'),
  'report.written': kind<{ files: number }>('info', 'report written', { subject: 'report' }),
  'cap.reached': kind<{ period: 'hour' | 'day'; until: string }>('info', 'cap reached', FILE),
  /** Numbers before this file's that have not come. */
  'sequence.gap': kind<{ missing: string[] }>('info', 'sequence numbers are missing', FILE),
} as const;

/** Of a source whose files are expected: when they usually come, and what they are like. */
const SOURCE = { subject: 'source' };

interface Awaited {
  type: string;
  /** When it usually comes. */
  expected: string;
  minutesLate: number;
  /** The last one that came. */
  last: string;
}

const FEEDS = {
  'feed.late': kind<Awaited>('info', 'expected file is late', SOURCE),
  'feed.missing': kind<Awaited>('warn', 'expected file is missing', SOURCE),
  'feed.resumed': kind<{ type: string; missingSince: string }>('info', 'missing files come again', SOURCE),
  /** Against the smallest and largest of its last files. */
  'feed.unusual': kind<{
    type: string;
    why: 'tiny' | 'huge' | 'many_removals';
    entries?: number;
    removals?: number;
    least: number;
    most: number;
  }>('warn', 'file of unusual size', SOURCE),
} as const;

const OPERATORS = {
  'customer.held': kind<Act<{ name: string }>>('info', 'customer held', {}, 'hold'),
  'customer.released': kind<Act<{ name: string }>>('info', 'customer released', {}, 'release'),
  /** Its files wait; nothing is refused for it. */
  'customer.paused': kind<Act>('info', 'customer paused', {}, 'pause'),
  'customer.resumed': kind<Act>('info', 'customer resumed', {}, 'resume'),
  'caps.changed': kind<Act>('info', 'caps changed', {}, 'throttle'),
  /** Numbers of a source that have not come: they will not, or one is waited for. */
  'sequence.skipped': kind<{ type: string; numbers: string; reason: string }>(
    'info',
    'sequence numbers skipped',
    { subject: 'source' },
    'skip numbers',
  ),
  'sequence.awaited': kind<{ type: string; numbers: string; until: string; reason: string }>(
    'info',
    'sequence number awaited',
    { subject: 'source' },
    'wait for number',
  ),
  'ban.lifted': kind<Act>('info', 'ban lifted', { subject: 'subject' }, 'unban'),
  'account.removed': kind<Act>('info', 'account removed', { subject: 'login' }, 'remove account'),
  'spool.reconciled': kind<Act>('info', 'spool reconciled', { subject: 'file' }, 'reconcile'),
  'claim.decided': kind<Act<ChangesTold>>('info', 'claim decided', { subject: 'email' }, 'claim'),
  'invitations.sent': kind<Act<ChangesTold>>('info', 'activation mails requested', {}, 'activation-mail'),
  'setup.applied': kind<{ changes: number } & Journalled<SetupTold>>(
    'info',
    'organisation file applied',
    {},
    'setup',
  ),
  /** Nothing more is sent there: it gave no right answer for a day, wants no more, or too much waited. */
  'notices.disabled': kind<{ endpoint: number; kind: string; failure: string; waiting: number }>(
    'warn',
    'notices disabled',
    { subject: 'endpoint_name' },
  ),
  /** Others were delivered there meanwhile. */
  'notice.given_up': kind<{ endpoint: number; event: string; failure: string }>('warn', 'notice given up', {
    subject: 'endpoint_name',
  }),
  'notices.enabled': kind<Act>('info', 'notices enabled', { subject: 'endpoint_name' }, 'enable notices'),
  'notices.resent': kind<Act>('info', 'notices sent again', { subject: 'endpoint_name' }, 'resend notices'),
  'notices.tested': kind<Act>('info', 'test notice', { subject: 'endpoint_name' }, 'test notices'),
  'backup.written': kind<{ tables: number; files: number }>('info', 'backup written', {}, 'backup'),
} as const;

const PROGRAM = {
  'mail.sent': kind<{ outboxId: string }>('info', 'mail sent'),
  'mail.failed': kind<{ outboxId: string; error: string; nextTry: string }>('warn', 'mail failed'),
  'removals.finished': kind<{ count: number }>('info', 'removals finished'),
  /** `who`: the operator, or the job. */
  'purge.finished': kind<{ files: number; bytes: number; results: number; failed: number }>(
    ({ failed }) => (failed === 0 ? 'info' : 'warn'),
    'purged',
  ),
  'job.failed': kind<{ reason: string }>('warn', 'job failed', { subject: 'job' }),
  /** That it was away cannot be recorded, and stands in the log alone. */
  'database.back': kind<object>('info', 'database reachable again'),
} as const;

export const CATALOG = { ...DOORS, ...FILES, ...FEEDS, ...OPERATORS, ...PROGRAM };

export type EventType = keyof typeof CATALOG;
export const EVENT_TYPES = Object.keys(CATALOG) as EventType[];

type DataOf<Type extends EventType> = (typeof CATALOG)[Type] extends Kind<infer Data> ? Data : never;

/** What every event has; null where there is none. */
export interface EventFacts {
  customer: number | null;
  who: string | null;
  /** The client's network address. */
  address: string | null;
  subject: string | null;
}

type OfType<Type extends EventType> = { type: Type; data: DataOf<Type> };

/** To be recorded: what it does not say is null. A field never carries a password, a token or content of a change file. */
export type NewEvent = { [Type in EventType]: OfType<Type> }[EventType] & Partial<EventFacts>;

/** As it stands in the database; of a type that a newer or an older program knows, too. */
export interface StoredEvent extends EventFacts {
  /** Unique. */
  id: string;
  at: Date;
  type: string;
  data: Record<string, unknown>;
}
