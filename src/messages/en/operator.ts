import { counted } from './counted.ts';

/** What an operator is told outside a configuration: each says what is wrong and what to do. */
const daemon = {
  alreadyRunning:
    'Another daemon is already running on this data folder. Stop it first, or set a different `data` folder.',
  runningStopFirst: 'A daemon is running on this data folder. Stop it first.',
  noData: (data: string) =>
    `There is no daemon and no data at ${data}. Start the daemon first, or name its configuration with --config FILE.`,
  notAllowed: (data: string) =>
    `Permission denied: this user cannot access the data in ${data}. Run the command as the daemon's user, or as root.`,
  startFailed: (why: string) => `The daemon failed to start: ${why}`,
  asRoot: 'Running as root. An unprivileged user is enough, and safer: see README, "Install".',
  stoppedWhileStarting: 'Stopped during startup.',
  stoppedWithWorkLeft: 'Stopped before all work was finished; the next start resumes it.',
  failed: 'Internal error. See the log of the daemon.',
  unknownAction: (name: string) =>
    `The running daemon does not know the action ${name}; it may be older than this command. Restart it.`,
  forbidden: (who: string, name: string) => `Permission denied: ${who} may not run ${name}.`,
  silent: (seconds: number) => `The daemon did not answer within ${seconds} s. See its log.`,
  stopped: 'The daemon stopped before it answered. Try again when it is running.',
  cutOff: 'The answer is incomplete: the daemon stopped, or the output was not read for too long. Try again.',
  requestTooLong: (bytesMax: number) =>
    `The request is larger than ${bytesMax} bytes. Split it, or run the command while the daemon is stopped.`,
  controlFolder: (folder: string, fault: string) =>
    `The control folder ${folder} ${fault}. Remove it, and restart the daemon.`,
  wrongOwner: (user: number) => `belongs to user ${user}, not to the daemon's user`,
  openToOthers: (mode: string) => `is accessible to other users (mode ${mode})`,
  foreignSocket: (socket: string, user: number) =>
    `${socket} belongs to user ${user}, not to the daemon's user. Remove it, and restart the daemon.`,
  noSocket: (socket: string) => `${socket} is not a socket. Remove it, and restart the daemon.`,
  pathTooLong: (path: string) => `data: the path ${path} is too long for a socket. Choose a shorter one.`,
};

const database = {
  unreachable: (where: string, why: string) =>
    `database: cannot connect to ${where}: ${why}. Start the server, or correct the URL.`,
  pooled: (where: string) =>
    `database: ${where} is a pooler in transaction mode, and a connection needs a session of its own. Connect directly, or pool by session.`,
  ofConfiguration: 'the configured database',
  tooOld: (version: string) =>
    `The database runs PostgreSQL ${version}; Spoolgate needs 15 or newer. Upgrade the server.`,
  newerSchema: (version: number) =>
    `The database has schema version ${version} of a newer Spoolgate. Start that version, or restore a backup.`,
  changedMigration: (name: string) =>
    `Migration ${name} in this database differs from the one in this program. Use the program version that created the database.`,
  embeddedSetup: (program: string, output: string) =>
    `Cannot set up the embedded PostgreSQL: ${program}: ${output}`,
  embeddedStart: (why: string, log: string) =>
    `The embedded PostgreSQL failed to start (${why}). Last lines of its log:\n${log}`,
  embeddedStop: (pid: number, seconds: number) =>
    `The embedded PostgreSQL (process ${pid}) did not stop within ${seconds} s. See its log.`,
  embeddedRoot: (users: string) =>
    `The embedded PostgreSQL cannot run as root, and none of the users ${users} exists. Start Spoolgate as an ordinary user, or set the key database.`,
  embeddedMissing: (name: string) =>
    `The embedded PostgreSQL is not available for this platform (${name} is not installed). Set the key database to a PostgreSQL server, or install the optional dependencies.`,
};

const spool = {
  unknown: (spool: string) =>
    `No daemon has used this database with the spool ${spool} yet. Start the daemon first, or correct the key spool.`,
  unreadable: (spool: string, code: string) =>
    `Cannot read the spool ${spool} (${code}). Fix its disk or permissions; processing resumes on its own.`,
  wrong: (spool: string) => `${spool} is not the spool of this database:`,
  silent: (spool: string) => `the spool ${spool} does not respond`,
  notWritable: (spool: string, why: string) => `cannot write to the spool ${spool}: ${why}`,
  noRecord: (files: string) =>
    `the database has no record of ${files} in the spool; see: spoolgate reconcile --dry-run`,
  check: 'Check that its disk is mounted and that the key spool is right.',
  noWaitingFiles: (file: string) =>
    `none of the waiting files is there. Check that its disk is mounted and that the key spool is right. If the files are lost for good, create ${file} with any text, and start again.`,
  onPurpose: (identity: string, file: string) => `If this is the right folder, write ${identity} to ${file}.`,
  another: (file: string) => `${file} belongs to a different one.`,
  withoutIdentity: (file: string) => `${file} is missing.`,
};

const certificates = {
  cannotRead: (path: string, why: string) =>
    `Cannot read ${path}: ${why}. Correct the path or its permissions.`,
  cannotReadKey: (key: string, path: string, why: string) =>
    `${key}: cannot read ${path}: ${why}. Correct the path or its permissions.`,
  notPem: (what: string, why: string) =>
    `${what}: certificate or key is not valid PEM: ${why}. Give the PEM files.`,
  wrongKey: (what: string) =>
    `${what}: the private key does not match the certificate. Give the key of this certificate.`,
  clientCaNotPem: (why: string) =>
    `ftps.clientCa is not valid PEM: ${why}. Give a PEM file with the CA certificate.`,
  clientCaEmpty: 'ftps.clientCa contains no certificate. Give a PEM file with the CA certificate.',
  hostKeyTwice: (path: string, type: string) =>
    `sftp.hostKey: ${path} is a second ${type} key. Give one file per key type.`,
  hostKeyUnreadable: (path: string, why: string) =>
    `${path} is not a private key, or has a passphrase: ${why}. Give a private key without a passphrase.`,
  hostKeyPublic: (path: string) => `${path} is a public key. Give the private key.`,
  unnamed: 'unnamed',
  publicAddress: (address: string) =>
    `ftps.publicAddress ${address} is not an IPv4 address; write one, because PASV supports no other`,
  passiveRange: (range: string) => `ftps.passive ${range} is not a port range; write the lower port first`,
  renewGiven: (certificate: string, key: string) =>
    `Install a new certificate and key in ${certificate} and ${key}; they are reloaded within seconds, without a restart.`,
  renewOwn: (certificate: string, key: string) =>
    `Delete ${certificate} and ${key}; the daemon generates new ones within seconds. Tell customers the new fingerprint.`,
  unusable: (why: string, renewal: string) =>
    `The FTPS certificate cannot be used: ${why} A running daemon keeps the previous one. ${renewal}`,
  name: (subject: string) => `The FTPS certificate (${subject})`,
  expires: (name: string, at: string, left: string) => `${name} expires on ${at}, in ${left}.`,
  expired: (name: string, at: string, ago: string) =>
    `${name} expired on ${at}, ${ago} ago; clients reject it.`,
  notYetValid: (name: string, at: string, left: string) =>
    `${name} is not valid until ${at}, in ${left}; clients reject it until then. Check the clock of this machine.`,
  days: (count: number) => (count === 0 ? 'less than a day' : count === 1 ? '1 day' : `${count} days`),
};

const backup = {
  intoEmpty: 'Back up into a new or empty folder.',
  restoreIntoEmptySpool: 'Restore into an empty spool.',
  folderNotEmpty: (folder: string, remedy: string) => `${folder} is not empty. ${remedy}`,
  databaseNotEmpty: (table: string) =>
    `The database is not empty (table ${table}). Restore into an empty database.`,
  incomplete: (folder: string, manifest: string) =>
    `${folder} is not a complete backup: ${manifest} is missing. Choose another backup.`,
  unreadable: (folder: string) => `The backup in ${folder} cannot be read by this version of Spoolgate.`,
  table: (name: string) => `table ${name}`,
  files: (count: number) => (count === 1 ? '1 file' : `${count} files`),
  spool: 'spool',
  notWritten: 'The backup was sent, but not written to the end. It is not complete.',
  otherVersion: 'The backup was made by a different version of Spoolgate. Restore it with that version.',
};

/** What `setup` refuses, and what it did. */
const setup = {
  noGroupOfSource: (customer: number, group: string) =>
    `customer ${customer}: a source acts for the group ${group}, and there is no such group. List it under groups.`,
  noTechnicianGroupOfSource: (customer: number, group: number) =>
    `customer ${customer}: a source puts technicians into group ${group}, and there is no such group. List it under technicianGroups.`,
  noTechnicianGroup: (customer: number, email: string, group: number) =>
    `customer ${customer}: ${email} is a technician of group ${group}, and there is no such group. List it under technicianGroups.`,
  ssoIdTaken: (customer: number, email: string, ssoId: string) =>
    `customer ${customer}: the single sign-on ID ${ssoId} of ${email} is already assigned to another technician. Use a unique ID.`,
  objectTwice: (at: string) =>
    `${at}: two subscribers have the same objectId of one source. Correct managedBy of one of them.`,
  noGroup: (customer: number, email: string, group: string) =>
    `customer ${customer}: ${email} is in the group ${group}, and there is no such group. List it under groups.`,
  folderTaken: (at: string, folder: string) =>
    `${at}: folder ${folder} is used by another customer. Choose another folder.`,
  notesNameTwice: (at: string) =>
    `${at}: two subscribers have the same Notes name. Give one of them another notesDN.`,
  tooFewSeats: (at: string) =>
    `${at}: a subscription has fewer seats than are assigned. Raise its seats, or revoke some first.`,
  emailTaken: (customer: number, email: string) =>
    `customer ${customer}: ${email} belongs to another customer. Use another address.`,
  noSeats: (customer: number, email: string, subscription: number) =>
    `customer ${customer}: ${email} has a seat of subscription ${subscription}, which has no seats or does not exist. Correct the ID.`,
  noSeatLeft: (customer: number, subscription: number, email: string) =>
    `customer ${customer}: subscription ${subscription} has no free seat for ${email}. Raise its seats.`,
  template: (customer: number, email: string, part: string, value: string, known: string) =>
    `customer ${customer}: ${email}: notesTemplate: unknown ${part} "${value}". Use one of: ${known}.`,
  none: 'none',
  loginTaken: (customer: number, login: string, owner: number) =>
    `customer ${customer}: account ${login} belongs to customer ${owner}. Choose another login.`,
  compatibleUnknown: (customer: number, subscription: number, other: number) =>
    `customer ${customer}: subscription ${subscription} is compatibleWith ${other}, which does not exist. Correct the ID.`,
  administrator: (customer: number, address: string, why: string) =>
    `customer ${customer}: administrator ${address} ${why}. Name a subscriber who has the role administrator, or remove the key.`,
  notSubscriber: 'is not a subscriber of this customer',
  notAdministrator: 'does not have the role administrator',
};

/** What actions refuse. */
const actions = {
  onlyContact: (email: string) =>
    `${email} is the only company contact and cannot leave. Name another company contact first.`,
  lastAdministrator: (email: string) =>
    `${email} is the last administrator and cannot leave. Make someone else an administrator first.`,
  noEventType: (name: string, all: string) => `There is no event type ${name}. Use one of: ${all}.`,
  invitationWaits: 'not sent yet: waiting for the mail server',
  invitationUnsent: 'not sent: no mail server configured',
  notUndoable: {
    unknown: (file: string) =>
      `The customer has sent no file ${file}. FILE is the whole name, as it was uploaded.`,
    'undo-file': (file: string) =>
      `${file} is an undo, and an undo cannot be undone: send the file again under the next number.`,
    waiting: (file: string) => `${file} waits, and has changed nothing yet.`,
    applying: (file: string) => `${file} is still being applied; undo it when it is done.`,
    'not-applied': (file: string) => `${file} was not applied: there is nothing to undo.`,
    'too-old': (file: string, days: number) =>
      `${file} was applied more than ${counted(days, 'day')} ago (undo.days): it can no longer be undone.`,
  },
  noCustomer: (customer: number) => `There is no customer ${customer}.`,
  noHistory: (customer: number, name: string) => `Customer ${customer} has no history for ${name}.`,
  neitherAddressNorDn: (name: string) => `${name} is neither an e-mail address nor a distinguished name.`,
  noSubscriber: (customer: number, address: string) => `Customer ${customer} has no subscriber ${address}.`,
  noEntry: (customer: number, dn: string) => `Customer ${customer} has no directory entry ${dn}.`,
  fileTooLarge: (file: string, bytesMax: number) =>
    `${file} is larger than ${bytesMax} bytes, the limit for change files (limits.fileBytes).`,
  whoseFile: (name: string) => `${name}: the file name does not contain a customer ID. Use --customer ID.`,
  cannotPutBack: (file: string, why: string) => `${file} cannot be requeued: ${why}`,
};

/** What cannot be said of a sequence number. */
interface NumberFacts {
  number: string;
  source: string;
  /** The file that had it; null: not known. */
  file: string | null;
  last: string;
  highest: string;
}

const sequence = {
  noSources: (customer: number) => `Customer ${customer} has sent no files with sequence numbers.`,
  noSource: (customer: number, source: string, known: string) =>
    `Customer ${customer} has sent no files of source ${source}${known === '' ? '.' : `. Its sources: ${known}.`}`,
  nearSource: (customer: number, source: string, near: string) =>
    `Customer ${customer} has sent no files of source ${source}; did you mean ${near}?`,
  noType: (type: string, known: string) =>
    `No files of type ${type} have come from there. Types that have: ${known}.`,
  several: (counters: string) =>
    `Each source counts for itself, and so does each type. Name both, one of: ${counters}.`,
  backwards: (first: string, last: string) =>
    `${first}-${last} is not a range. Write the lower number first.`,
  past: (until: string) => `${until} is over. Give a moment to come.`,
  tooLong: (until: string, days: number) =>
    `${until} is more than ${counted(days, 'day')} from now, the longest that files wait for a number.`,
  notMissing: {
    'none-processed': ({ number, source }: NumberFacts) =>
      `Number ${number} of source ${source} is not missing: nothing of it has been processed yet, and any number may be the first.`,
    processed: ({ number, source, file, last }: NumberFacts) =>
      file === null
        ? `Number ${number} of source ${source} cannot come any more: ${last} has been processed, and a file with a lower number is refused with code 4.`
        : `Number ${number} of source ${source} is not missing: ${file} had it and was processed.`,
    came: ({ number, source, file }: NumberFacts) =>
      `Number ${number} of source ${source} is not missing: ${file ?? 'a file with it'} has come.`,
    future: ({ number, source, last, highest }: NumberFacts) =>
      `Number ${number} of source ${source} lies in the future: the last processed number is ${last}, and the highest that has come ${highest}.`,
  },
};

/** Why `reconcile` leaves a file where it is, or what becomes of it. */
/** What is to be known of a file besides what becomes of it, by the code that the action answers with. */
const reconcileNotes = {
  'report-kept': () => 'report unknown to the database; left for the customer',
  'trace-alone': () => 'trace without its change file; nothing to requeue',
  refused: () => 'it was refused as a whole while the customer was on hold',
  'no-trace': () => 'it has no trace: it was most likely refused as a whole, and nothing in it was applied',
  'long-name': () => 'its name may have been shortened; upload it again under its original name',
  'name-waits': () => 'a file of this name is already waiting; run reconcile again after it',
  'late-number': ({ last }: { last: string }) =>
    `number ${last} has been processed since, so it will be refused with code 4, and its report asks the customer to send it again`,
};

const reconcile = {
  running: 'Another reconcile is running. Run this one again when it has finished.',
  notes: reconcileNotes,
};

const notices = {
  noEndpoint: (id: number) => `There is no receiver of notices ${id}. For a list: spoolgate notices`,
  isDisabled: (name: string) => `${name} is disabled. Enable it first: spoolgate notices enable ID`,
  resendWhat: 'Say what to send again: a notice, or a receiver and since when.',
  noNotice: (id: string) => `There is no notice ${id}. For a list: spoolgate notices failed`,
};

export const operator = {
  daemon,
  database,
  spool,
  certificates,
  backup,
  setup,
  actions,
  sequence,
  reconcile,
  notices,
};
