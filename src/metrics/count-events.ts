/**
 * What each recorded event adds to the metrics. The log is told of the same events at the same time, so what stands in
 * the log is counted, once it is committed, and nothing else. A type that adds nothing stands in `UNCOUNTED`.
 */
import { typeIn } from '../change-file/change-file.ts';
import type { EntriesTally, EventType, StoredEvent } from '../events/catalog.ts';
import { CODES, listed, OPERATIONS, OTHER, PROTOCOLS, TYPES } from './labels.ts';
import type { Meter } from './meters.ts';
import { METRICS, type LabelsOf } from './table.ts';

type Counted = Pick<StoredEvent, 'type' | 'customer' | 'subject' | 'data'>;
type Count = (event: Counted, meter: Meter) => void;

const numberIn = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : 0;
const protocolOf = ({ data }: Counted) => listed(PROTOCOLS, data.protocol);
const typeOf = ({ subject }: Counted) => listed(TYPES, subject === null ? null : typeIn(subject));

type RefusedSignIn = LabelsOf<'sign_ins_total'>['result'];
type RefusalReason = LabelsOf<'sign_in_refusals_total'>['reason'];

/** By the code of the reason (messages/en/replies.ts); null: it was refused for nothing about the client. */
const SIGN_IN_REASONS: Readonly<Record<string, readonly [RefusedSignIn, RefusalReason | null]>> = {
  'signIn.wrongPassword': ['refused', 'password'],
  'signIn.wrongPasswordOrKey': ['refused', 'password'],
  'signIn.noKnownKey': ['refused', 'key'],
  'signIn.noClientCertificate': ['refused', 'certificate'],
  'signIn.addressNotAllowed': ['refused', 'network'],
  'signIn.tooManySessions': ['limit', null],
  'signIn.banned': ['banned', null],
  'signIn.notChecked': ['fault', null],
  'ftp.signInLate': ['refused', 'time'],
};

function countRefusedSignIn(
  meter: Meter,
  protocol: LabelsOf<'sign_ins_total'>['protocol'],
  code: unknown,
  more = 1,
) {
  const known =
    typeof code === 'string' && Object.hasOwn(SIGN_IN_REASONS, code) ? SIGN_IN_REASONS[code] : null;
  const [result, reason] = known ?? ['refused', OTHER];
  meter.add('sign_ins_total', { protocol, result }, more);
  if (reason !== null) meter.add('sign_in_refusals_total', { protocol, reason }, more);
}

/** Of a door: the client or its network broke off, though the words are about the folder. */
const CUT = new Set(['folder.closedWithoutNotify', 'folder.partsMissing', 'sftp.connectionEnded']);

function uploadResult(code: unknown): LabelsOf<'uploads_total'>['result'] {
  if (typeof code !== 'string') return 'fault';
  if (CUT.has(code) || code.startsWith('channel.')) return 'cut';
  return code.startsWith('server.') ? 'fault' : 'refused';
}

const file =
  (decision: LabelsOf<'files_total'>['decision']): Count =>
  (event, meter) =>
    meter.add('files_total', { type: typeOf(event), decision }, 1, event.customer);

function countEntries(event: Counted, meter: Meter): void {
  const { entries = {}, codes = {} } = (event.data.tally ?? {}) as Partial<EntriesTally>;
  const type = typeOf(event);
  for (const [name, [ok, refused]] of Object.entries(entries)) {
    const operation = listed(OPERATIONS, name);
    meter.add('entries_total', { type, operation, result: 'ok' }, numberIn(ok), event.customer);
    meter.add('entries_total', { type, operation, result: 'refused' }, numberIn(refused), event.customer);
  }
  for (const [code, more] of Object.entries(codes))
    meter.add('refusals_total', { type, code: listed(CODES, code) }, numberIn(more));
}

function decided(decision: LabelsOf<'decisions_total'>['decision']): Count {
  return ({ data: { why } }, meter) => {
    const by = why === undefined || why === 'rejected' ? 'person' : why === 'replaced' ? 'newer' : 'time';
    meter.add('decisions_total', { decision, by: why === 'expired' || by !== 'time' ? by : OTHER });
  };
}

const all =
  (...counts: Count[]): Count =>
  (event, meter) => {
    for (const count of counts) count(event, meter);
  };

const countFloods: Count = ({ data }, meter) => {
  const each = Array.isArray(data.tally)
    ? (data.tally as { protocol?: unknown; reason?: unknown; count?: unknown }[])
    : [];
  for (const { protocol, reason, count } of each)
    countRefusedSignIn(meter, listed(PROTOCOLS, protocol), reason, numberIn(count));
};

const DISCARDED = 2202;

const COUNTS = {
  'sign_in.accepted': (event, meter) =>
    meter.add('sign_ins_total', { protocol: protocolOf(event), result: 'ok' }),
  'sign_in.refused': (event, meter) => countRefusedSignIn(meter, protocolOf(event), event.data.reason),
  'sign_in.flood': countFloods,
  'account.banned': ({ data }, meter) =>
    meter.add('bans_total', { kind: listed(METRICS.bans_total.labels.kind, data.kind) }),
  'upload.stored': (event, meter) => {
    const protocol = protocolOf(event);
    meter.add('uploads_total', { protocol, result: 'stored' }, 1, event.customer);
    meter.add('upload_bytes_total', { protocol }, numberIn(event.data.bytes), event.customer);
    meter.observe('upload_seconds', { protocol }, numberIn(event.data.ms) / 1000);
  },
  'upload.failed': (event, meter) =>
    meter.add(
      'uploads_total',
      { protocol: protocolOf(event), result: uploadResult(event.data.reason) },
      1,
      event.customer,
    ),
  'download.sent': (event, meter) =>
    meter.add('download_bytes_total', { protocol: protocolOf(event) }, numberIn(event.data.bytes)),
  'download.failed': (event, meter) =>
    meter.add('download_bytes_total', { protocol: protocolOf(event) }, numberIn(event.data.bytes)),

  'file.withdrawn': file('withdrawn'),
  'file.held': all(file('held'), ({ data }, meter) =>
    meter.add('guard_holds_total', { guard: listed(METRICS.guard_holds_total.labels.guard, data.reason) }),
  ),
  'file.approved': decided('approved'),
  'file.discarded': all(file('discarded'), decided('discarded')),
  'file.refused': (event, meter) => {
    const { code } = event.data;
    // The turn that carries out what was decided of a held file: it counts as discarded already.
    if (code !== DISCARDED) file('refused')(event, meter);
    if (typeof code === 'number')
      meter.add('refusals_total', { type: typeOf(event), code: listed(CODES, String(code)) });
  },
  'file.progressed': countEntries,
  'file.applied': all(file('applied'), countEntries),
  'file.applied_with_errors': all(file('applied_with_errors'), countEntries),
  'file.set_aside': file('set_aside'),
  'file.quarantined': file('quarantined'),
  'undo.applied': ({ data }, meter) => {
    meter.add('undo_entries_total', { result: 'ok' }, numberIn(data.takenBack));
    meter.add('undo_entries_total', { result: 'refused' }, numberIn(data.leftOut));
  },
  'cap.reached': ({ customer, data }, meter) =>
    meter.add(
      'caps_reached_total',
      { period: listed(METRICS.caps_reached_total.labels.period, data.period) },
      1,
      customer,
    ),

  'mail.sent': (_, meter) => meter.add('deliveries_total', { topic: 'mail', result: 'ok' }),
  'mail.failed': (_, meter) => meter.add('deliveries_total', { topic: 'mail', result: 'retry' }),
  'removals.finished': ({ data }, meter) =>
    meter.add('deliveries_total', { topic: 'removal', result: 'ok' }, numberIn(data.count)),
  'purge.finished': ({ data }, meter) => {
    meter.add('purged_files_total', {}, numberIn(data.files));
    meter.add('purged_bytes_total', {}, numberIn(data.bytes));
  },
} satisfies Partial<Record<EventType, Count>>;

/** Told in the log and the audit, and of no use as a number: rare, or counted with another type. */
export const UNCOUNTED: readonly EventType[] = [
  'sessions.ended',
  'door.deleted',
  'door.renamed',
  'certificate.replaced',
  'certificate.expiring',
  'temporary_files.swept',
  'file.received',
  'file.replaced',
  'file.deferred',
  'file.tried',
  'file.repeated',
  'file.filed',
  'undo.requested',
  'undo.set_aside',
  'report.written',
  'sequence.gap',
  'feed.late',
  'feed.missing',
  'feed.resumed',
  'feed.unusual',
  'customer.held',
  'customer.released',
  'customer.paused',
  'customer.resumed',
  'sequence.skipped',
  'sequence.awaited',
  'caps.changed',
  'ban.lifted',
  'account.removed',
  'spool.reconciled',
  'claim.decided',
  'invitations.sent',
  'setup.applied',
  'notices.disabled',
  'notice.given_up',
  'notices.enabled',
  'notices.resent',
  'notices.tested',
  'backup.written',
  'job.failed',
  'database.back',
];

export const COUNTED_TYPES = Object.keys(COUNTS) as EventType[];

/** An event of a type that this version does not know adds nothing. */
export function countEvent(event: Counted, meter: Meter): void {
  if (Object.hasOwn(COUNTS, event.type)) (COUNTS as Record<string, Count>)[event.type]?.(event, meter);
}

/** Followers are told of an event at least once: it is counted the first time. More of them are in no flood on their way. */
const REMEMBERED = 5_000;

/** Counts each event once, of all that it is told. */
export function eventCounter(meter: Meter): (events: readonly StoredEvent[]) => void {
  const seen = new Set<string>();
  return (events) => {
    for (const event of events) {
      if (seen.has(event.id)) continue;
      seen.add(event.id);
      countEvent(event, meter);
    }
    for (const id of seen) {
      if (seen.size <= REMEMBERED) break;
      seen.delete(id);
    }
  };
}
