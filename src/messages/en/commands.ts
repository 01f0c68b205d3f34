import { counted } from './counted.ts';
import { decide } from './decide-commands.ts';
import { accessCommands } from './access-commands.ts';
import { noticeCommands } from './notice-commands.ts';
import { journal } from './journal.ts';
import { queueCommands } from './queue-commands.ts';

/** The command line: help, results in words, wrong usage. */
const help = {
  title: 'Spoolgate: an integration server for change files uploaded over FTPS and SFTP.',
  usage: 'Usage: spoolgate COMMAND [--config FILE]',
  groups: {
    server: 'Run the server',
    customers: 'Customers and subscribers',
    files: 'Change files',
    access: 'Access',
    maintenance: 'Maintenance',
    shell: 'Getting started',
  },
  called: 'Once installed, the command is spoolgate; from a clone, run: npm run -s spoolgate -- COMMAND',
  more: 'For details of a command: spoolgate COMMAND --help',
  configuration:
    'The configuration is the first of --config, $SPOOLGATE_CONFIG, ./config/spoolgate.yaml and\n' +
    '/etc/spoolgate/spoolgate.yaml that exists, otherwise built-in defaults.',
  exitCodes: 'Exit codes: 0 success, 1 failure, 2 invalid usage or configuration, 3 nothing to do.',
  usageOf: (usage: string) => `Usage: spoolgate ${usage}`,
};

const wrong = {
  unknownCommand: (name: string) => `unknown command "${name}"`,
  unknownOption: (option: string) => `unknown option ${option}`,
  didYouMean: (word: string) => `; did you mean ${word}?`,
  see: (command: string) => `\nSee: spoolgate ${command}`,
  needsValue: (option: string) => `option ${option} requires a value`,
  takesNoValue: (option: string) => `option ${option} does not take a value`,
  customer: (text: string) => `CUSTOMER must be a numeric ID, not "${text}".`,
  positive: (option: string, text: string) =>
    `${option} must be a whole number from 1 to 999999999, not "${text}".`,
  since: (text: string) =>
    `--since ${text} is not a time. Use a form such as 2026-05-05, 2026-05-05T12:00Z, 90m, 24h or 7d.`,
  limit: (text: string, { least, most }: { least: number; most: number }) =>
    `--limit ${text} is not a number from ${least} to ${most}.`,
  organisationFile: (file: string, cause: string) => `cannot read the organisation file ${file}: ${cause}`,
  file: (file: string, cause: string) => `cannot read ${file}: ${cause}`,
};

const serve = {
  summary: 'run the daemon until SIGTERM or SIGINT',
  details:
    'Checks the configuration first, as spoolgate config does: exit 2 and one line for each fault, before anything\n' +
    'is opened.',
};

/** What an organisation file sets up, and the accounts that it no longer lists. */
const things = {
  customer: (name: string) => `customer ${name}`,
  group: (name: string) => `group ${name}`,
  'technician group': (name: string) => `technician group ${name}`,
  subscription: (name: string) => `subscription ${name}`,
  compatibility: (name: string) => `compatibility ${name}`,
  template: (name: string) => `template ${name}`,
  'forms file': (name: string) => `forms file ${name}`,
  'directory entry': (name: string) => `directory entry ${name}`,
  subscriber: (name: string) => `subscriber ${name}`,
  administrator: (name: string) => `administrator ${name}`,
  notices: (name: string) => `notices ${name}`,
  account: (name: string) => `account ${name}`,
  'removed account': (name: string) => `removed account ${name}`,
};

const setup = {
  summary: 'create or update the customers in an organisation file',
  details: 'Running it again changes nothing. Works whether or not the daemon is running.',
  things,
  change: (thing: string) => `set up ${thing}`,
  unchanged: 'Already up to date.',
  done: (count: number) => (count === 1 ? '1 change made.' : `${count} changes made.`),
};

/** What a customer needs to connect, for the operator to send: no password. */
const setupNotice = {
  to: (name: string, customer: number) =>
    `Connection details for ${name} (customer ${customer}); send passwords separately:`,
  ftps: (host: string, port: number) => `  FTPS    ${host}, port ${port}, implicit TLS, passive mode`,
  certificate: (fingerprint: string) => `          certificate SHA-256 ${fingerprint}`,
  sftp: (host: string, port: number) => `  SFTP    ${host}, port ${port}`,
  hostKeys: (keys: string) => `          host keys ${keys}`,
  folder: (folder: string) => `  folder  ${folder}`,
  logins: (logins: string) => `  logins  ${logins}`,
  types: (types: string) => `  types   ${types}`,
  madeLater: 'generated when the daemon first starts',
  noLogins: 'none yet',
  none: 'none',
};

const status = {
  summary: 'show customers, waiting files, caps, latest reports and expiring certificates',
  details:
    'What needs attention comes first: a certificate that expires within 30 days, has expired or cannot be used, and\n' +
    'files in the spool that the database does not know. --json also lists certificates that are fine.\n\n' +
    'With CUSTOMER everything about one: since when, by whom and why it is held or paused, waiting files with what to type\n' +
    'for those that are held, the last number of each source, the latest results, undos that are not done.\n' +
    '--waiting lists the waiting files of all customers, oldest first, with why and until when.',
  either: 'Give either CUSTOMER or --waiting.',
  nothingWaits: 'No files are waiting.',
  undo: {
    waiting: (undo: number, file: string, { by, since }: { by: string | null; since: string }) =>
      `undo ${undo} of ${file}, requested${by === null ? '' : ` by ${by}`} at ${since}: not carried out yet`,
    applied: (undo: number, file: string, { by, since }: { by: string | null; since: string }) =>
      `undo ${undo} of ${file}, requested${by === null ? '' : ` by ${by}`} at ${since}: carried out, its report is not written yet`,
  },
  heldSince: (customer: number, since: string, by: string) =>
    `on hold since ${since} by ${by}; to end it: spoolgate release ${customer}`,
  toRelease: (customer: number) => `to end the hold: spoolgate release ${customer}`,
  toResume: (customer: number) => `to end the pause: spoolgate resume ${customer}`,
  source: (source: string, type: string, last: string) => `source ${source}, ${type}: last number ${last}`,
  toLook: (customer: number) => `more about numbers: spoolgate sequence ${customer}`,
  results: 'latest results:',
  people: (counts: string) => `people: ${counts}`,
  noCustomers: 'No customers. See: spoolgate setup --help',
  warning: (what: string) => `WARNING: ${what}`,
  unknownFiles: (customer: number, files: string) =>
    `The database has no record of files of customer ${customer}: ${files}. It lost its last commits, or the files were put there by hand. See: spoolgate reconcile --dry-run`,
  loop: (budgetMs: number, times: string, ms: number, at: string, by: string) =>
    `NOTE: The event loop was blocked for more than ${budgetMs} ms ${times} since the start; last for ${ms} ms at ${at}${by}. All work is delayed meanwhile.`,
  once: 'once',
  times: (count: number) => `${count} times`,
  by: (work: string) => ` by ${work}`,
  onHold: ' (on hold)',
  paused: ({ since, by, reason }: { since: string; by: string; reason: string }) =>
    ` (paused since ${since} by ${by}${reason === '' ? '' : `: ${reason}`})`,
  caps: (hour: string, day: string, perFile: number) => `caps: hour ${hour}, day ${day}, ${perFile} per file`,
  used: (used: number, limit: number, until: string) => `${used} of ${limit} until ${until}`,
  expected: (at: string) => `expected ${at}`,
  decide: (
    customer: number,
    file: string,
    {
      why,
      people: count,
      until,
      behind,
    }: { why: string; people: number; until: string | null; behind: number },
  ) =>
    `${why}; spoolgate approve ${customer} ${file} --people ${count}, or spoolgate discard ${customer} ${file}; ${until === null ? 'waits until somebody decides' : `rejected automatically at ${until} unless somebody decides`}${behind === 0 ? '' : behind === 1 ? '; 1 file waits behind it' : `; ${behind} files wait behind it`}`,
  noEstimate: 'no estimate',
  more: (count: number) => `… and ${count} more`,
  andMore: (count: number) => ` and ${count} more`,
  missing: (source: string, numbers: string) => `missing numbers of source "${source}": ${numbers}`,
  noFiles: 'no files waiting; ',
  lastReport: (name: string) => `last report: ${name}`,
  noReport: 'none',
};

const show = {
  summary: "show a subscriber with its seats, a directory entry, or a customer's groups",
  whom: 'Specify an e-mail address, a distinguished name or --groups.',
  group: (name: string, isDefault: boolean, members: number, canSend: boolean) =>
    `${name}${isDefault ? ' (default)' : ''}: ${members === 1 ? '1 member' : `${members} members`}${canSend ? '' : '; new members may not send'}`,
};

const claim = {
  summary: 'record the decision of a person who was taken over from another organization',
  details:
    'move: the account becomes an ordinary one. leave: the account is removed. After 14 days without a decision the\n' +
    'account has moved. Exit 3 if there is nothing to decide.',
  moveOrLeave: (decision: string) => `The decision is move or leave, not "${decision}".`,
  none: (address: string) => `There is no open claim for ${address}.`,
  moved: (address: string) => `${address} has moved.`,
  leaves: (address: string) => `${address} is being removed.`,
};

const activationMail = {
  summary: 'send an invitation to everybody who is not verified',
  details:
    'Also to those with an invitation on its way: the old link stops working. Federated people and those with a one-time\n' +
    'password are left out. If it is interrupted, run it again: it goes on where it was, and nobody is invited twice. Exit 3\n' +
    'if nobody was invited.',
  progress: (sent: number) => `inviting: ${counted(sent, 'invitation')}`,
  resumed: (customer: number) =>
    `Customer ${customer}: resumed an interrupted run. To invite everybody once more, run the command again.`,
  noMailServer: 'No mail server is configured: nothing will be sent before mail.smtp is set.',
  sent: (customer: number, sent: number, left: number) =>
    `Customer ${customer}: ${sent === 1 ? '1 invitation' : `${sent} invitations`} to send.${left === 0 ? '' : ` ${left} not verified cannot be invited.`}`,
};

const history = {
  summary: 'show every change to a subscriber or directory entry, and who made it',
  details: `Oldest first: when, what, which entry of which file, and who sent it from where, followed by the fields that
changed. Includes removed subscribers and entries, earlier addresses and DNs, and refused entries with their code.
Password changes are listed without the password. How far back it goes: retention.historyDays.

Exit 1 if there is no history for the name.`,
  none: 'No changes are kept.',
  entry: (entry: string, line: string, file: string) => `entry ${entry}, line ${line} of ${file}`,
  absent: (file: string) => `not in the list ${file}`,
  of: (kind: string, subject: string) => ` of ${kind} ${subject}`,
  refused: (head: string) => `${head}: refused`,
  changed: 'changed',
  by: (who: string) => `by ${who}`,
  otherMeans: 'not uploaded over FTPS or SFTP',
  sentBy: (who: string, from: string) => `sent by ${who} from ${from}`,
};

const changes = (count: number) => (count === 1 ? '1 change' : `${count} changes`);

const undo = {
  summary: 'take back what a change file did',
  details:
    'FILE is the whole name, as it was uploaded. What cannot come back is listed, and left out: what was changed later, an\n' +
    'address or a seat that somebody else has by now, passwords, mail that was sent. --entries 3,7-9 takes back what these\n' +
    'entries did; --dry-run only lists. The server carries it out as soon as it is done with the file in hand, and writes\n' +
    'report and trace into _report. No mail is sent, no caps are used. Exit 3 if there is nothing to take back.',
  entries: (given: string) => `--entries must be a list such as 3,7-9, not "${given}".`,
  would: (done: number, left: number) => `Would be undone: ${changes(done)}; left out: ${changes(left)}.`,
  requested: (undo: number, file: string, done: number, left: number) =>
    `Undo ${undo} of ${file} is requested. To be undone: ${changes(done)}; left out: ${changes(left)}.`,
  nothing: (file: string, left: number) =>
    `Nothing of ${file} can be undone${left === 0 ? ': it has changed nobody.' : `; left out: ${changes(left)}.`}`,
};

const check = {
  summary: 'show what change files would do, without applying them',
  details:
    'Prints the trace and report that each file would get now, given the current accounts. The customer is taken from\n' +
    'the file name, or from --customer ID. Exit 1 if any file or entry would fail, or a file would be held for approval.',
  held: (file: string, why: string) => `${file} would be held: ${why}`,
  options: (file: string, options: string) => `Options for ${file}: ${options}`,
  trace: (file: string, trace: string, report: string) => `Trace of ${file}:\n${trace}\nReport:\n${report}`,
  progress: (file: string, percent: number) => `checking ${file}: ${percent} % sent`,
  working: (file: string) => `checking ${file}: processing`,
};

const exportLdif = {
  summary: "export a customer's directory as LDIF",
  details:
    'Writes add records, which are a valid change file and input for ldapmodify; with --content, records without\n' +
    'changetype for slapadd. --containers also writes the entries above (o=, ou=, dc=): a server needs them, a change\n' +
    'file skips them. Schema requirements of servers: docs/directory.md.',
  form: 'Specify a format: spoolgate export CUSTOMER --ldif',
  progress: (entries: number) => `exporting: ${counted(entries, 'entry', 'entries')}`,
};

const events = {
  summary: 'show logins, transfers, changes to files, acts of operators and failures, as they happen',
  details: (
    limit: number,
    max: number,
  ) => `For changes to subscribers and directory entries: spoolgate history.
Oldest first; the newest ${limit} unless --limit sets another number, up to ${max}.

  --customer ID   of one customer
  --type TYPES    of these types, separated by commas; file.* for all that begin with file.
  --since TIME    since a time: 2026-05-05, 2026-05-05T12:00Z, 90m, 24h or 7d
  --follow        then print new events as they come, until interrupted
  --json          one object; with --follow one object per line

The number at the end identifies the event; in the log it is the field "event". How long events are kept:
retention.auditDays.

Exit 3 if nothing was found.`,
  more: 'There may be more; see --limit and --since.',
  none: 'Nothing found.',
  by: (who: string) => `by ${who}`,
  from: (address: string) => `from ${address}`,
};

const purge = {
  summary: 'delete files that have expired from _processed, _error and _report',
  details:
    'The daemon does this every hour. --dry-run lists what would be deleted, one file per line.\n' +
    'Retention: retention.days of the configuration, or retentionDays of the customer.',
  nothing: 'Nothing to delete.',
  would: (files: number) => (files === 1 ? '1 file would be deleted.' : `${files} files would be deleted.`),
  deleted: (files: number, bytes: number) =>
    `${files === 1 ? '1 file' : `${files} files`} deleted (${bytes} bytes).`,
  failed: (files: number) =>
    `${files === 1 ? '1 file' : `${files} files`} could not be deleted; see the log.`,
};

const verify = {
  summary: 'check that the tables of the accounts agree with each other',
  details: `Looks for people without a customer, seats without a person or a subscription, subscriptions whose seats are
miscounted, technicians without a person, and mails or removals that belong to nothing. No key of the database checks these. Changes nothing; prints
at most 100 rows of each kind. Exit 1 if there are any.`,
  nothing: 'The accounts are consistent.',
  misfit: (customer: number, what: string) => `${customer}: ${what}`,
  'person-without-customer': (id: number) => `person ${id} belongs to no customer`,
  'seat-without-person': (id: number) => `a seat of person ${id}, who does not exist`,
  'seat-without-subscription': (id: number) => `a seat of subscription ${id}, which does not exist`,
  'seats-miscounted': (id: number) => `subscription ${id} counts more or fewer seats than are taken`,
  'technician-without-person': (id: number) => `technician ${id} is a person of another customer, or none`,
  'follow-up-without-customer': (id: number) => `mail or removal ${id} belongs to no customer`,
  'follow-up-without-person': (id: number) => `mail or removal ${id} is about a person who does not exist`,
  'follow-up-without-file': (id: number) =>
    `mail or removal ${id} follows from a change file that does not exist`,
};

const reconcile = {
  summary: 'requeue files whose results were lost by the database',
  details: `For a database that lost its last commits, after failover to a lagging standby or a crash with synchronous_commit
off: _processed and _error then contain files, with traces and reports, that the database has no record of. Files
put there by hand or from a backup look the same, so move those away first.

Applied files go back to the upload folder under their original names, without their traces, and are processed
as if they had just arrived. Refused files, reports, and traces without a file stay where they are. The daemon
compares the spool with the database at its start and after every reconnect; differences show in the log, in the
health check and in spoolgate status.

--dry-run shows what would be done. Exit 1 if a file could not be requeued, 3 if there is nothing to do.`,
  nothing: 'The spool and the database agree. Nothing to do.',
  requeued: (name: string) => `requeued as ${name}`,
  wouldRequeue: (name: string) => `would be requeued as ${name}`,
  kept: 'left in place',
  wouldKeep: 'would be left in place',
  notRequeued: (name: string) => `not requeued as ${name}`,
  note: (text: string) => ` (${text})`,
};

const backup = {
  summary: 'copy the database and the spool into a new folder',
  details:
    'Works while the daemon is running: the daemon sends the data, and the command writes it. The folder belongs to the\n' +
    'user who runs the command, and is closed to others. The backup contains password hashes: protect it like the\n' +
    'database. It does not contain the configuration, the certificate or the host key.',
  keys: 'Keys in it: the public keys of receipts, in the spool. Not in it: FTPS certificate and key, SFTP host keys, receipt-key.pem, secrets of notices.',
  saved: (tables: number, files: number, folder: string) =>
    `Saved ${counted(tables, 'table')} and ${counted(files, 'file')} to ${folder}.`,
  incomplete: (folder: string) =>
    `The backup in ${folder} is not complete and cannot be restored. Delete it.`,
  restoreSummary: 'fill an empty database and an empty spool from a backup',
  restoreDetails:
    'The daemon must not be running. Start it afterwards: it continues with the files that were waiting.',
  restored: (tables: number, files: number) =>
    `Restored ${counted(tables, 'table')} and ${counted(files, 'file')}.`,
  progress: (step: string) => `backing up: ${step}`,
  restoreProgress: (step: string) => `restoring: ${step}`,
};

const config = {
  summary: 'check the configuration and print it, with secrets masked',
  details:
    'Checks everything that serve checks before it starts: folders, files, certificates, organisation files, addresses,\n' +
    'ports and the database. Exit 2 and one line for each fault. Leaves nothing behind.',
  readFrom: (file: string) => `Read from ${file}.`,
  defaults: 'No configuration file found; using built-in defaults.',
  defaultsUsed: (data: string, spool: string) =>
    `No configuration file found; using built-in defaults: data ${data}, spool ${spool}. Name a file with --config FILE.`,
  hostKeys: (keys: string) => `SFTP host keys: ${keys}.`,
  hostKeysUnusable: 'not usable, see below',
  hostKeysLater: 'generated at the first start',
  valid: 'Configuration is valid.',
};

const template = {
  summary: 'print a change file to start from',
  details: (types: string) =>
    `TYPE is ${types}. The row is an example: replace it before you upload the file.`,
  none: (type: string, types: string) => `There is no template for ${type}. Use ${types}.`,
};

const completion = {
  summary: 'print a completion script for bash, zsh or fish',
  helpSummary: 'show the commands, or the details of one',
  details: `bash:  eval "$(spoolgate completion bash)"    in ~/.bashrc
zsh:   eval "$(spoolgate completion zsh)"     in ~/.zshrc, after compinit
fish:  spoolgate completion fish | source     in ~/.config/fish/config.fish`,
  unknownShell: (shell: string) => `Unknown shell "${shell}". Use bash, zsh or fish.`,
};

export const commands = {
  help,
  wrong,
  serve,
  setup,
  setupNotice,
  status,
  show,
  claim,
  activationMail,
  history,
  ...queueCommands,
  decide,
  undo,
  check,
  exportLdif,
  ...accessCommands,
  ...noticeCommands,
  events,
  journal,
  purge,
  reconcile,
  verify,
  backup,
  config,
  template,
  completion,
};
