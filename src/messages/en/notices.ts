import { counted } from './counted.ts';

/** What mails and webhooks say of what has happened: what it is, what to do, where to look. Each text is one line. */

/** Of the event; what one does not have is empty or 0. */
export interface NoticeValues {
  file: string;
  subject: string;
  entries: number;
  refused: number;
  people: number;
  of: number;
  until: string;
  reason: string;
  count: number;
}

interface Words {
  what: (values: NoticeValues) => string;
  /** Left out: nothing. */
  todo?: (values: NoticeValues) => string;
}

const entries = (count: number) => (count === 1 ? '1 entry' : `${count} entries`);
const people = (count: number) => (count === 1 ? '1 person' : `${count} people`);

const types = {
  'file.received': { what: ({ file }) => `${file} was received.` },
  'file.deferred': { what: ({ file, until }) => `${file} waits until ${until}.` },
  'file.held': {
    what: ({ file, people: hit, of, until }) =>
      `${file} is held: it would affect ${people(hit)} of ${of}. Nothing of it was applied. It is discarded at ${until}.`,
    todo: ({ file }) =>
      `Check the file. If it is right, approve it: upload ${file}.approve. If not, discard it: upload ${file}.discard.`,
  },
  'file.decided': { what: ({ file, reason }) => `${file} was held; it is now ${reason}.` },
  'file.applied': { what: ({ file, entries: all }) => `${file} was applied: ${entries(all)}.` },
  'file.applied_with_errors': {
    what: ({ file, entries: all, refused }) => `${file} was applied; ${refused} of ${entries(all)} failed.`,
    todo: () => 'Correct the failed entries and upload them in a new file.',
  },
  'file.refused': {
    what: ({ file, reason }) => `${file} was rejected; none of its entries was applied${reason}.`,
    todo: () => 'Correct the file and upload it under a new number.',
  },
  'file.set_aside': {
    what: ({ file }) => `${file} could not be processed to the end and was moved to _error.`,
    todo: () => 'This is not a fault of the file: the operator has to look at the log.',
  },
  'file.quarantined': {
    what: ({ file }) => `${file} was put into quarantine by the virus scanner; it is not processed.`,
    todo: () => 'Check the computer that the file came from, and upload a clean file.',
  },
  'file.withdrawn': { what: ({ file }) => `${file} was deleted before it was processed.` },
  'report.written': { what: ({ subject }) => `The report ${subject} was written.` },
  'undo.applied': { what: ({ file }) => `What ${file} did was taken back.` },
  'undo.set_aside': {
    what: ({ file }) => `Taking back what ${file} did failed.`,
    todo: () => 'The operator has to look at the log.',
  },
  'feed.late': {
    what: ({ subject }) => `Files of source ${subject} are late.`,
    todo: () => 'Check whether the system that sends them still runs.',
  },
  'feed.missing': {
    what: ({ subject }) => `Files of source ${subject} are missing.`,
    todo: () => 'Check whether the system that sends them still runs.',
  },
  'feed.unusual': {
    what: ({ subject }) => `A file of source ${subject} has an unusual size.`,
    todo: () => 'Check whether the file is complete.',
  },
  'sequence.gap': {
    what: ({ file, count }) =>
      `${file} has arrived; ${count === 1 ? 'a file' : `${count} files`} before it by number did not.`,
    todo: () => 'Upload the missing files, or check why they were not sent.',
  },
  'cap.reached': { what: ({ until }) => `The limit of entries is reached; files wait until ${until}.` },
  'customer.held': { what: () => 'Processing was stopped by the operator; files wait.' },
  'customer.released': { what: () => 'Processing goes on.' },
  'account.banned': {
    what: ({ subject, until }) => `${subject} is banned until ${until} for failed logins.`,
  },
  'certificate.expiring': {
    what: ({ count }) => `The FTPS certificate expires in ${count === 1 ? '1 day' : `${count} days`}.`,
    todo: () => 'Renew it; a new file is taken up at once.',
  },
  'job.failed': {
    what: ({ subject }) => `The job ${subject} failed.`,
    todo: () => 'See the log for the reason.',
  },
  'webhook.disabled': {
    what: ({ subject, reason }) => `Notices to ${subject} are switched off: ${reason}.`,
    todo: () => 'Mend the receiver; then the operator switches them on again: spoolgate notices enable ID.',
  },
  test: { what: () => 'This is a test: notices arrive here.' },
} satisfies Record<string, Words>;

/** Why something could not be delivered. `http_` codes are the receiver's own status. */
const failures = {
  timeout: 'the receiver did not answer in time',
  connection: 'no connection, or it was closed early',
  tls: 'the certificate of the receiver is not trusted',
  name_not_found: 'the name of the receiver cannot be resolved',
  address_refused: 'the receiver is not on the public Internet; see notices.allowNetworks',
  not_https: 'the URL is not https; see notices.allowHttp',
  secret_missing: 'there is no file with the secret',
  secret_unreadable: 'the file with the secret cannot be read',
  secret_open: 'the file with the secret can be read by everybody; take the permission away (chmod o-rwx)',
  secret_wrong: 'the file with the secret does not hold one to three lines whsec_…',
  mail_refused: 'the mail server refused the address',
  mail_failed: 'the mail server did not take the mail',
  gone: 'the receiver answered 410: it wants no more',
  queue_full: 'too many notices waited',
};

export const notices = {
  types,
  failures,
  status: (code: string) => `the receiver answered ${code}`,
  decided: { 'file.approved': 'approved', 'file.discarded': 'discarded' } as Record<string, string>,
  refusedFor: (code: number) => ` (code ${code})`,
  lookCustomer: (where: string) => `See ${where} in your folder.`,
  lookOperator: (customer: string) => `spoolgate status ${customer}`,
  places: { error: '_error and _report', report: '_report', waiting: 'the file' },
  mail: {
    subject: (organisation: string, what: string) => `[${organisation}] ${what}`,
    digestSubject: (organisation: string, count: number) => `[${organisation}] ${counted(count, 'notice')}`,
    operators: 'Spoolgate',
    of: (organisation: string, customer: string) => `${organisation} (${customer})`,
    at: (moment: string) => `Time: ${moment} UTC`,
    todo: (text: string) => `What to do: ${text}`,
    where: (text: string) => `Where to look: ${text}`,
    digest: (count: number, from: string, to: string) =>
      `${counted(count, 'notice')} from ${from} to ${to} UTC:`,
    more: (count: number) => `… and ${count} more. Where to look: the reports, or spoolgate events.`,
    footerCustomer: (to: string) =>
      `${to} gets these mails because the operator of the service has entered it for notices. To get fewer or none, ask the operator to change "notices" in the organisation file.`,
    footerOperator: (to: string) =>
      `${to} gets these mails because it stands under "notices.mail" in the configuration of Spoolgate. To get none, take it out there and restart the daemon.`,
  },
};
