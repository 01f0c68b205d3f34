import { counted } from './counted.ts';

/** What the health check tells an operator: of each part what is so, and what to do where it is not as it should be. */
interface Words {
  what: string;
  todo: string | null;
}

const fine = (what: string): Words => ({ what, todo: null });

const GIB = 1024 ** 3;
const gigabytes = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`;
const lasting = (seconds: number) => {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3_600)} hours`;
};

const database = {
  ok: () => fine('answers'),
  unreachable: ({ reason }: { reason: string }): Words => ({
    what: `cannot be reached: ${reason}`,
    todo: 'Start the database server, or correct the key database. Uploads are kept meanwhile, nothing is applied; work resumes on its own.',
  }),
  readOnly: (): Words => ({
    what: 'the database takes no changes; is it a standby?',
    todo: 'Let the key database name the primary server.',
  }),
};

const spool = {
  ok: () => fine('can be written'),
  notWritable: ({ reason }: { reason: string }): Words => ({
    what: reason,
    todo: "Mount its disk, or give the daemon's user the right to write there; work resumes on its own.",
  }),
};

const disk = {
  ok: ({ free, size }: { free: number; size: number }) =>
    fine(`${gigabytes(free)} of ${gigabytes(size)} are free`),
  unknown: () => fine('not known while the spool does not answer'),
  low: ({ free, size }: { free: number; size: number }): Words => ({
    what: `only ${gigabytes(free)} of ${gigabytes(size)} are free`,
    todo: 'Give the disk of the spool more room, or remove what is old: spoolgate purge --dry-run shows what can go.',
  }),
};

const records = {
  ok: () => fine('the ledger knows every file of the spool'),
  missing: ({ reason }: { reason: string }): Words => ({
    what: reason,
    todo: 'See spoolgate reconcile --dry-run, then run spoolgate reconcile.',
  }),
};

const work = {
  ok: () => fine('no file waits for the daemon'),
  waiting: ({ seconds }: { seconds: number }) => fine(`a file has waited ${lasting(seconds)} for its turn`),
  stuck: ({ seconds }: { seconds: number }): Words => ({
    what: `a file has waited ${lasting(seconds)}, though nothing holds it back`,
    todo: 'See spoolgate status, and the log for "processing failed". Restart the daemon where neither says why.',
  }),
};

const scanner = {
  off: () => fine('none is configured'),
  ok: () => fine('answers'),
  away: (): Words => ({
    what: 'clamd cannot be reached; every file waits for it',
    todo: 'Start clamd, or correct the key antivirus.clamd; files go on by themselves.',
  }),
  slow: (): Words => ({
    what: 'clamd does not answer in time; every file waits for it',
    todo: 'Look at the load of its machine and its log, and restart clamd.',
  }),
  fault: (): Words => ({
    what: 'clamd answers that it cannot scan; every file waits for it',
    todo: 'See the log of clamd; its signatures may be missing (freshclam).',
  }),
};

const mail = {
  off: ({ pending }: { pending: number }) =>
    fine(
      pending === 0
        ? 'no mail server is configured'
        : `no mail server is configured; ${pending} mails wait for one`,
    ),
  ok: ({ pending }: { pending: number }) =>
    fine(pending === 0 ? 'no mail waits' : `${pending} mails wait to be sent`),
  late: ({ pending, seconds }: { pending: number; seconds: number }): Words => ({
    what: `${pending} mails wait, the oldest for ${lasting(seconds)}`,
    todo: 'See the log for "mail failed"; it has the answer of the mail server. Correct the key mail.smtp or the server; they are tried again.',
  }),
};

const outbox = {
  ok: () => fine('nothing is overdue'),
  late: ({ pending, seconds }: { pending: number; seconds: number }): Words => ({
    what: `${pending} things that follow from changes wait, the oldest is ${lasting(seconds)} overdue`,
    todo: 'See the log for "job failed".',
  }),
};

const notices = {
  ok: () => fine('reach everybody who is to be told'),
  disabled: ({ count }: { count: number }): Words => ({
    what: count === 1 ? '1 receiver is disabled' : `${count} receivers are disabled`,
    todo: 'See spoolgate notices for which and why. When they work again: spoolgate notices enable ID; what waits is sent.',
  }),
};

const feeds = {
  ok: () => fine('no expected file is missing'),
  missing: ({ count }: { count: number }): Words => ({
    what: `expected files of ${count === 1 ? '1 source have' : `${count} sources have`} not come`,
    todo: 'See spoolgate feeds for which. Tell those who send them, or see spoolgate audit for refused sign-ins.',
  }),
};

const certificate = {
  ok: ({ days }: { days: number }) => fine(`ends in ${counted(days, 'day')}`),
  soon: ({ days }: { days: number }): Words => ({
    what: days === 0 ? 'ends today' : `ends in ${days} ${days === 1 ? 'day' : 'days'}`,
    todo: 'Put the new one in the place of the files under ftps.certificate and ftps.key; it is taken up without a restart.',
  }),
  expired: ({ days }: { days: number }): Words => ({
    what: `has ended ${-days} ${days === -1 ? 'day' : 'days'} ago; clients refuse it`,
    todo: 'Put a new one in the place of the files under ftps.certificate and ftps.key; it is taken up without a restart.',
  }),
  early: (): Words => ({
    what: 'is not valid yet; clients refuse it',
    todo: 'Put the right one in the place of the files under ftps.certificate and ftps.key, or correct the clock.',
  }),
};

const clock = {
  ok: () => fine('goes with that of the database'),
  differs: ({ seconds }: { seconds: number }): Words => ({
    what: `is ${lasting(Math.abs(seconds))} ${seconds > 0 ? 'ahead of' : 'behind'} that of the database`,
    todo: 'Set both machines by a time server (timedatectl, chronyc tracking). Caps, retention and certificates go by this clock.',
  }),
  jumped: ({ seconds }: { seconds: number }): Words => ({
    what: `was set ${lasting(Math.abs(seconds))} ${seconds > 0 ? 'forward' : 'back'} within the last hour`,
    todo: 'Make sure that it is right now. A clock that is far ahead makes the next purge remove too much: see docs/reliability.md.',
  }),
};

const loop = {
  ok: () => fine('answers in time'),
  late: ({ ms }: { ms: number }): Words => ({
    what: `was busy for ${(ms / 1000).toFixed(1)} s at a stretch within the last five minutes`,
    todo: 'See the log for "event loop blocked": it names what kept the daemon. Look at the load of the machine.',
  }),
};

/** Of each part, by what was found (src/http/health-parts.ts). */
export const health = {
  database,
  spool,
  disk,
  records,
  work,
  scanner,
  mail,
  outbox,
  notices,
  feeds,
  certificate,
  clock,
  loop,
  titles: {
    database: 'database',
    spool: 'spool',
    disk: 'disk space',
    records: 'records',
    work: 'work',
    scanner: 'virus scanner',
    mail: 'mail',
    outbox: 'follow-up work',
    notices: 'notices',
    feeds: 'expected files',
    certificate: 'certificate',
    clock: 'clock',
    loop: 'event loop',
  },
  statuses: { ok: 'ok', warning: 'WARNING', failed: 'FAILED' },
  todo: 'to do',
};
