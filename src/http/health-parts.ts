/** What is right and what is wrong, from what was found: pure. The HTTP status follows from database and spool alone. */
import { health as words } from '../messages/en/health.ts';

export type PartName = keyof typeof words.titles;

export interface Part {
  part: PartName;
  /** `warning`: the work goes on, and somebody should see to it. */
  status: 'ok' | 'warning' | 'failed';
  what: string;
  /** What to do about it; null where nothing is to be done. */
  todo: string | null;
}

/** What was found; null: it could not be, because the database or the spool is away. */
export interface Findings {
  /** Why it does not answer, or that it is a standby. */
  database: { fault: null } | { fault: 'unreachable'; reason: string } | { fault: 'readOnly' };
  spoolFault: string | null;
  disk: { free: number; size: number } | null;
  /** Files that the ledger does not know, in words. */
  concern: string | null;
  /** How long a file has waited for nothing but its turn. */
  turnSeconds: number | null;
  scanner: 'off' | 'ok' | 'away' | 'slow' | 'fault';
  mail: { isSent: boolean } & Due;
  outbox: Due;
  /** Receivers of notices that nothing more is sent to. */
  disabledReceivers: number;
  /** Sources whose expected files have not come. */
  missingFeeds: number;
  certificate: { state: 'valid' | 'expires soon' | 'expired' | 'not yet valid'; daysLeft: number };
  /** How far the clock of this machine is ahead of the database's; null: not known. */
  aheadSeconds: number | null;
  /** How far it was set in the last hour; null: not noticeably. */
  jumpSeconds: number | null;
  /** The longest that the event loop was busy in the last minutes. */
  loopMs: number;
}

export interface Due {
  pending: number;
  /** For how long the oldest is due. */
  seconds: number;
}

/** Both: a tenth of a large disk is a lot, and a small disk is never freer. */
const [FREE_SHARE_MIN, FREE_BYTES_MIN] = [0.1, 20 * 1024 ** 3];
const FREE_BYTES_FAILED = 256 * 1024 * 1024;
const TURN_SECONDS_SHOWN = 30;
const TURN_SECONDS_MAX = 300;
const LATE_SECONDS = 3_600;
const CLOCK_SECONDS_MAX = 5;
const LOOP_MS_MAX = 2_000;

export function partsOf(found: Findings): Part[] {
  return [
    databasePart(found),
    found.spoolFault === null
      ? part('spool', 'ok', words.spool.ok())
      : part('spool', 'failed', words.spool.notWritable({ reason: found.spoolFault })),
    diskPart(found),
    found.concern === null
      ? part('records', 'ok', words.records.ok())
      : part('records', 'warning', words.records.missing({ reason: found.concern })),
    workPart(found),
    part(
      'scanner',
      found.scanner === 'off' || found.scanner === 'ok' ? 'ok' : 'failed',
      words.scanner[found.scanner](),
    ),
    mailPart(found),
    found.outbox.seconds > LATE_SECONDS
      ? part('outbox', 'warning', words.outbox.late(found.outbox))
      : part('outbox', 'ok', words.outbox.ok()),
    found.disabledReceivers > 0
      ? part('notices', 'warning', words.notices.disabled({ count: found.disabledReceivers }))
      : part('notices', 'ok', words.notices.ok()),
    found.missingFeeds > 0
      ? part('feeds', 'warning', words.feeds.missing({ count: found.missingFeeds }))
      : part('feeds', 'ok', words.feeds.ok()),
    certificatePart(found),
    clockPart(found),
    found.loopMs > LOOP_MS_MAX
      ? part('loop', 'warning', words.loop.late({ ms: found.loopMs }))
      : part('loop', 'ok', words.loop.ok()),
  ];
}

function part(name: PartName, status: Part['status'], { what, todo }: Pick<Part, 'what' | 'todo'>): Part {
  return { part: name, status, what, todo };
}

function databasePart({ database }: Findings): Part {
  if (database.fault === null) return part('database', 'ok', words.database.ok());
  return part(
    'database',
    'failed',
    database.fault === 'readOnly' ? words.database.readOnly() : words.database.unreachable(database),
  );
}

function diskPart({ disk }: Findings): Part {
  if (!disk) return part('disk', 'ok', words.disk.unknown());
  if (disk.free < FREE_BYTES_FAILED) return part('disk', 'failed', words.disk.low(disk));
  const isLow = disk.free < disk.size * FREE_SHARE_MIN && disk.free < FREE_BYTES_MIN;
  return isLow ? part('disk', 'warning', words.disk.low(disk)) : part('disk', 'ok', words.disk.ok(disk));
}

function workPart({ turnSeconds: seconds }: Findings): Part {
  if (seconds !== null && seconds > TURN_SECONDS_MAX)
    return part('work', 'failed', words.work.stuck({ seconds }));
  const isWorthAWord = seconds !== null && seconds > TURN_SECONDS_SHOWN;
  return part('work', 'ok', isWorthAWord ? words.work.waiting({ seconds }) : words.work.ok());
}

function mailPart({ mail }: Findings): Part {
  if (!mail.isSent) return part('mail', 'ok', words.mail.off(mail));
  return mail.seconds > LATE_SECONDS
    ? part('mail', 'warning', words.mail.late(mail))
    : part('mail', 'ok', words.mail.ok(mail));
}

function certificatePart({ certificate: { state, daysLeft: days } }: Findings): Part {
  switch (state) {
    case 'valid':
      return part('certificate', 'ok', words.certificate.ok({ days }));
    case 'expires soon':
      return part('certificate', 'warning', words.certificate.soon({ days }));
    case 'expired':
      return part('certificate', 'failed', words.certificate.expired({ days }));
    case 'not yet valid':
      return part('certificate', 'failed', words.certificate.early());
  }
}

function clockPart({ aheadSeconds, jumpSeconds }: Findings): Part {
  if (aheadSeconds !== null && Math.abs(aheadSeconds) > CLOCK_SECONDS_MAX)
    return part('clock', 'warning', words.clock.differs({ seconds: aheadSeconds }));
  if (jumpSeconds !== null) return part('clock', 'warning', words.clock.jumped({ seconds: jumpSeconds }));
  return part('clock', 'ok', words.clock.ok());
}

export interface Health {
  status: 'ok' | 'degraded' | 'database unreachable' | 'database read-only' | 'spool not writable';
  /** What is wrong; left out where nothing is. */
  reason?: string;
  parts: Part[];
}

/** The first thing that keeps the daemon from its work names the status; what does not is `degraded`. */
export function healthFrom(found: Findings): Health {
  const parts = partsOf(found);
  const { database, spoolFault } = found;
  if (database.fault === 'unreachable')
    return { status: 'database unreachable', reason: database.reason, parts };
  if (database.fault === 'readOnly')
    return { status: 'database read-only', reason: words.database.readOnly().what, parts };
  if (spoolFault !== null) return { status: 'spool not writable', reason: spoolFault, parts };
  const [wrong] = parts
    .filter(({ status }) => status !== 'ok')
    .sort((one, other) => Number(other.status === 'failed') - Number(one.status === 'failed'));
  if (!wrong) return { status: 'ok', parts };
  const reason = wrong.part === 'records' ? wrong.what : `${words.titles[wrong.part]}: ${wrong.what}`;
  return { status: 'degraded', reason, parts };
}

const TITLE_WIDTH = Math.max(...Object.values(words.titles).map(({ length }) => length)) + 2;
const STATUS_WIDTH = 9;

/** For a person at a terminal: what is wrong first, each with what to do. */
export function healthText({ status, parts }: Health): string {
  const rank = { failed: 0, warning: 1, ok: 2 };
  const lines = parts
    .toSorted((one, other) => rank[one.status] - rank[other.status])
    .flatMap(({ part: name, status: state, what, todo }) => [
      `${words.statuses[state].padEnd(STATUS_WIDTH)}${words.titles[name].padEnd(TITLE_WIDTH)}${what}`,
      ...(todo === null ? [] : [`${' '.repeat(STATUS_WIDTH)}${words.todo.padEnd(TITLE_WIDTH)}${todo}`]),
    ]);
  return `${[status, '', ...lines].join('\n')}\n`;
}
