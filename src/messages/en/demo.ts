/** What the demo tells between what its programs print. */
export const demo = {
  summary: 'show the main job on a temporary home, and stay up to play with',
  details:
    'Uses its own ports, files and database and removes them at the end. --exit ends right after the story.',
  clientMissing:
    'The demo uploads with the FTPS client basic-ftp, a development dependency that is not installed here. Install it with: npm ci --include=dev',
  starting: 'Starting Spoolgate on a temporary home …',
  cleanFile: '1  A clean file, over FTPS',
  faultyFile: '2  A file with three bad rows, over SFTP',
  waitingFile: '3  A file that waits for the hourly cap',
  customerReads: 'The customer reads why, and until when:',
  operatorReads: 'The operator reads the same, raises the cap, and the file runs at once:',
  removals: '4  A file that would remove six of eight people',
  removalsExplained: [
    '`check` says what a file would do, and applies nothing. A guard that holds such a file until a person',
    'approves it is planned; it is not there yet.',
  ],
  accounts: '5  The accounts, before → after',
  yourTurn: '6  Your turn: the daemon is up',
  report: 'Its report, downloaded from _report:',
  trace: (folder: string) =>
    `Its trace, downloaded from ${folder}: entry, line and result code before each row; 0 is success.`,
  columns: { email: 'e-mail', state: 'state', name: 'name', seats: 'seats' },
  door: {
    host: 'host',
    hostIs: (host: string) => `${host}, FTPS with implicit TLS and passive mode, or SFTP`,
    port: 'port',
    sftpPort: 'SFTP port',
    user: 'user',
    password: 'password',
    certificate: 'certificate',
    hostKey: 'host key',
    log: 'log',
  },
  upload: 'Upload another change file over FTPS, or log in over SFTP with the password above:',
  reports: 'List the reports, and read the newest:',
  commands: 'As the operator: what waits, one person, her history, and what a file would do:',
  stop: 'Press Ctrl-C to stop.',
  stopping: 'Stopping, and removing the temporary home.',
};
