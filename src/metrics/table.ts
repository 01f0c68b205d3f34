/**
 * Every metric of the program: its name (all begin with `spoolgate_`), what it means, and its labels with all the values
 * that they may have. The scrape, the page docs/metrics.md and the tests are made from this.
 *
 * A `shared` gauge is read from the database when it is asked for: every daemon says the same, so take `max`, never `sum`.
 * All else is of one daemon, so take `sum`. One that is `perCustomer` has the label `customer` where `metrics.customers`
 * is set.
 */
import { CODES, OPERATIONS, OTHER, PROTOCOLS, TOPICS, TYPES } from './labels.ts';

export interface Metric {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels?: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds, in seconds. */
  buckets?: readonly number[];
  shared?: true;
  perCustomer?: true;
  /** Its labels say which program this is; their values are its own. */
  free?: true;
}

const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const REPORT = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const WAIT = [1, 10, 60, 300, 900, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800];

/** What keeps a file waiting. `turn`: nothing does, so it is ours to work on. */
export const WHY = [
  'settle',
  'turn',
  'cap_hour',
  'cap_day',
  'sequence',
  'scanner',
  'decision',
  'pause',
] as const;

/** Those whose runs are kept. */
export const JOBS = ['journal', 'purge', OTHER] as const;

export const METRICS = {
  build_info: { type: 'gauge', help: 'Always 1', labels: { version: [], node: [] }, free: true },
  database_up: { type: 'gauge', help: '1 while the database answers' },
  database_pool_connections: {
    type: 'gauge',
    help: 'Connections to the database; waiting: work that has none yet',
    labels: { state: ['idle', 'busy', 'waiting'] },
  },
  database_seconds: {
    type: 'histogram',
    help: 'How long the steps of a turn take that are statements',
    labels: { step: ['claim', 'load'] },
    buckets: FAST,
  },

  door_sessions: { type: 'gauge', help: 'Signed in', labels: { protocol: PROTOCOLS } },
  door_connections_highest: {
    type: 'gauge',
    help: 'The most that anybody has now, of what is limited',
    labels: { kind: ['waiting', 'sessions', 'address', 'account'] },
  },
  door_connections_limit: {
    type: 'gauge',
    help: 'Its limit',
    labels: { kind: ['waiting', 'sessions', 'address', 'account'] },
  },
  sign_ins_total: {
    type: 'counter',
    help: 'Sign-ins at the doors',
    labels: { protocol: PROTOCOLS, result: ['ok', 'refused', 'banned', 'limit', 'fault'] },
  },
  sign_in_refusals_total: {
    type: 'counter',
    help: 'Why sign-ins were refused',
    labels: { protocol: PROTOCOLS, reason: ['password', 'key', 'network', 'certificate', 'time', OTHER] },
  },
  bans: {
    type: 'gauge',
    help: 'Bans in force',
    labels: { kind: ['address', 'account', 'pair'] },
    shared: true,
  },
  bans_total: {
    type: 'counter',
    help: 'Bans that were set',
    labels: { kind: ['address', 'account', 'pair', OTHER] },
  },
  uploads_total: {
    type: 'counter',
    help: 'Uploads; cut: the client or its network broke off',
    labels: { protocol: PROTOCOLS, result: ['stored', 'cut', 'refused', 'fault'] },
    perCustomer: true,
  },
  upload_bytes_total: {
    type: 'counter',
    help: 'Bytes of stored uploads',
    labels: { protocol: PROTOCOLS },
    perCustomer: true,
  },
  download_bytes_total: {
    type: 'counter',
    help: 'Bytes sent to clients',
    labels: { protocol: PROTOCOLS },
  },
  upload_seconds: {
    type: 'histogram',
    help: 'From the first byte of an upload until it is durable',
    labels: { protocol: PROTOCOLS },
    buckets: FAST,
  },
  certificate_expires_timestamp_seconds: {
    type: 'gauge',
    help: 'When the certificate ends',
    labels: { door: ['ftps'] },
  },

  files_waiting: {
    type: 'gauge',
    help: 'Change files that are not decided',
    labels: { state: ['waiting', 'deferred', 'held', 'applying'], type: TYPES },
    shared: true,
    perCustomer: true,
  },
  entries_waiting: {
    type: 'gauge',
    help: 'Entries of these that are known and not decided',
    labels: { type: TYPES },
    shared: true,
  },
  oldest_wait_seconds: {
    type: 'gauge',
    help: 'How long the file that has waited longest has waited, by what it waits for; turn: for us',
    labels: { why: WHY },
    shared: true,
  },
  caps_reached_total: {
    type: 'counter',
    help: 'Files that had to wait for a cap',
    labels: { period: ['hour', 'day', OTHER] },
    perCustomer: true,
  },
  customers: { type: 'gauge', help: 'Customers', labels: { state: ['active', 'held'] }, shared: true },
  feeds: {
    type: 'gauge',
    help: 'Sources with a rhythm, by how they stand; quiet: hardly any sends today',
    labels: { state: ['on_time', 'late', 'missing', 'quiet'] },
    shared: true,
  },
  workers: { type: 'gauge', help: 'Turns that may run at the same time' },
  workers_busy: { type: 'gauge', help: 'Turns that run' },
  turns_total: {
    type: 'counter',
    help: 'Turns; fault: of ours',
    labels: { result: ['worked', 'nothing', 'fault'] },
  },

  files_total: {
    type: 'counter',
    help: 'What was decided of change files',
    labels: {
      type: TYPES,
      decision: [
        'applied',
        'applied_with_errors',
        'refused',
        'held',
        'discarded',
        'set_aside',
        'quarantined',
        'withdrawn',
      ],
    },
    perCustomer: true,
  },
  entries_total: {
    type: 'counter',
    help: 'Entries of change files that were decided',
    labels: { type: TYPES, operation: OPERATIONS, result: ['ok', 'refused'] },
    perCustomer: true,
  },
  refusals_total: {
    type: 'counter',
    help: 'Result codes other than 0, of entries and of whole files',
    labels: { type: TYPES, code: CODES },
  },
  apply_seconds: {
    type: 'histogram',
    help: 'How long the steps of a file, or of a slice of it, take',
    labels: { type: TYPES, step: ['read', 'decide', 'save', 'depart'] },
    buckets: FAST,
  },
  upload_to_report_seconds: {
    type: 'histogram',
    help: 'From the upload to the report, of files that nothing held back',
    labels: { type: TYPES },
    buckets: REPORT,
  },
  wait_seconds: {
    type: 'histogram',
    help: 'The same, of files that something held back',
    labels: { why: ['cap_hour', 'cap_day', 'sequence', 'scanner', 'decision', 'pause'] },
    buckets: WAIT,
  },
  decisions_total: {
    type: 'counter',
    help: 'Decisions on held files; newer: a newer list was applied, time: nobody has answered',
    labels: { decision: ['approved', 'discarded'], by: ['person', 'newer', 'time', OTHER] },
  },
  guard_holds_total: {
    type: 'counter',
    help: 'Files that a guard has held for a person',
    labels: {
      guard: ['people', 'percent', 'day', 'scope', 'addresses', 'size', 'more-than-approved', OTHER],
    },
  },
  undo_entries_total: {
    type: 'counter',
    help: 'Changes that undo was asked to take back',
    labels: { result: ['ok', 'refused'] },
  },
  scanner_up: { type: 'gauge', help: '1 while the virus scanner answers; left out where none is configured' },
  scans_total: {
    type: 'counter',
    help: 'Files that were scanned',
    labels: { result: ['clean', 'infected', 'too_large', 'fault'] },
  },

  outbox_pending: {
    type: 'gauge',
    help: 'What is to be sent or finished',
    labels: { topic: TOPICS },
    shared: true,
  },
  outbox_oldest_seconds: {
    type: 'gauge',
    help: 'How long the oldest of it is due',
    labels: { topic: TOPICS },
    shared: true,
  },
  deliveries_total: {
    type: 'counter',
    help: 'Deliveries from the outbox',
    labels: {
      topic: ['mail', 'removal', 'webhook', OTHER],
      result: ['ok', 'retry', 'refused', 'given_up'],
    },
  },

  spool_size_bytes: { type: 'gauge', help: 'Size of the disk of the spool' },
  spool_free_bytes: { type: 'gauge', help: 'What is free of it for the daemon' },
  purged_files_total: { type: 'counter', help: 'Files removed because their time was over' },
  purged_bytes_total: { type: 'counter', help: 'Bytes of these' },
  upkeep_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When a regular job last finished',
    labels: { job_name: JOBS },
    shared: true,
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

type OfType<Type extends Metric['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name] extends { type: Type } ? Name : never;
}[MetricName];

export type CounterName = OfType<'counter'>;
export type HistogramName = OfType<'histogram'>;
export type GaugeName = OfType<'gauge'>;

/** The labels of a metric, each with one of its values. */
export type LabelsOf<Name extends MetricName> = (typeof METRICS)[Name] extends {
  labels: infer Labels extends Readonly<Record<string, readonly string[]>>;
}
  ? { readonly [Label in keyof Labels]: Labels[Label] extends readonly [] ? string : Labels[Label][number] }
  : { readonly [Label in never]: string };

export function metricOf(name: MetricName): Metric {
  return METRICS[name];
}
