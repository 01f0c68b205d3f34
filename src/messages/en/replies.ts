/** What clients of FTPS and SFTP are answered. Short, as other servers say it: many clients show nothing else. */

/** Why something in the customer's folder cannot be done; both protocols. */
const folder = {
  notFound: 'No such file or directory',
  isFile: 'Is a file, not a directory',
  isFolder: 'Is a directory',
  badName: 'Invalid file name',
  notReadable: 'Permission denied: this file cannot be read',
  notWritable: 'Permission denied: this file cannot be written',
  notDeletable: 'Permission denied: this file cannot be deleted',
  journalKept: 'Permission denied: journal files cannot be deleted',
  uploadFolderOnly: 'Permission denied: upload to the top directory or to _validate only',
  otherFolder: 'Permission denied: files are renamed within their folder only',
  answerName: 'Permission denied: names of this form are those of answers',
  rightMissing: ({ right }: { right: string }) => `Permission denied: this account has no ${right} right`,
  sourcesOnly: ({ sources }: { sources: string }) =>
    `Permission denied: this account uploads files of ${sources} only`,
  nameTaken: 'File name is in use',
  newNameTaken: 'A file with the new name already exists',
  tooLarge: ({ bytesMax }: { bytesMax: number }) => `File too large: the limit is ${bytesMax} bytes`,
  tooManyFiles: ({ filesMax }: { filesMax: number }) =>
    `Too many files waiting: the limit is ${filesMax} (limits.folderFiles). Try again when some have been processed`,
  overQuota: ({ bytesMax, reserved }: { bytesMax: number; reserved: number }) =>
    `Quota exceeded: the limit is ${bytesMax} bytes (limits.folderBytes), of which ${reserved} are reserved for results. ` +
    'Delete files from _processed, _error and _report, or wait until they expire; the operator can raise limits.folderBytes',
  diskFull: 'No space left on the server, try again later',
  noResume: 'Resuming uploads is not supported, send the whole file',
  closedWithoutNotify: 'Data connection closed without TLS close_notify: file not stored',
  notStored: ({ why }: { why: string }) => `File not stored: ${why}`,
  partsMissing: 'File not stored: parts of it are missing',
};

/** Faults of the server: whose they are, and no path of its machine. */
const server = {
  noAccess: 'The server cannot access its own files. The error has been logged, try again later',
  localError: 'Internal server error, try again later',
  stopping: 'Service shutting down, try again later',
};

const ftp = {
  greeting: 'Spoolgate ready',
  goodbye: 'Goodbye',
  signedIn: 'Login successful',
  passwordNeeded: 'Password required',
  signInFirst: 'Log in with USER and PASS first',
  signInRefused: 'Login incorrect',
  signInTriesUsed: 'Too many failed logins',
  signInLate: 'Login timed out',
  signedInAlready: 'Already logged in',
  userFirst: 'Send USER first',
  idle: 'Idle timeout, closing connection',
  full: 'Too many sessions, try again later',
  accountChanged: 'Account changed, log in again',
  flooded: 'Too many pipelined commands',
  unknownVerb: 'Unknown command',
  lineTooLong: 'Command line too long',
  lineNotUtf8: 'Command line is not valid UTF-8',
  lineBadCharacter: 'Command line contains CR or NUL',
  argumentNeeded: 'Argument required',
  argumentUnknown: 'Invalid argument',
  passiveFirst: 'Use PASV or EPSV first',
  protectFirst: 'Data connections must be encrypted: send PBSZ 0 and PROT P first',
  tlsFirst: 'TLS required: send AUTH TLS before logging in',
  authAccepted: 'Proceed with TLS negotiation',
  authUnknown: 'Only AUTH TLS is supported',
  certificateRefused: 'A valid client certificate is required',
  opening: 'Opening data connection',
  transferred: 'Transfer complete',
  done: 'OK',
  passive: (numbers: string) => `Entering Passive Mode (${numbers})`,
  extendedPassive: (port: number) => `Entering Extended Passive Mode (|||${port}|)`,
  workingFolder: (path: string) => `"${path}" is the current directory`,
  end: 'End',
  status: 'Status',
  signedInAs: (login: string) => `Logged in as ${login}`,
  controlConnection: (cipher: string) => `Control connection: ${cipher}`,
  dataConnections: 'Data connections: TLS',
  features: 'Features',
  commands: 'Commands',
  facts: 'Facts',
  onlyOneOf: (name: string, values: string) => `Only ${name} ${values} is supported`,
  typeSet: 'OK: files are transferred unchanged',
  onlyTypes: 'Only TYPE A and TYPE I are supported',
  protectionSet: 'Data connections are encrypted',
  onlyProtected: 'Only PROT P is supported: data connections must be encrypted',
  onlyProtP: 'Only PROT P is supported',
  utf8: 'UTF-8 is always on',
  statTakesNoPath: 'STAT with a path is not supported, use MLST',
  noSiteCommands: 'SITE commands are not supported',
  sendRnto: 'Send RNTO with the new name',
  rnfrFirst: 'Send RNFR first',
  nothingToAbort: 'No transfer in progress',
  epsvOnly: 'Only EPSV is allowed after EPSV ALL',
  epsvAll: 'OK: only EPSV is allowed from now on',
  pasvIsIpv4: 'PASV is not available over IPv6, use EPSV',
  protocolUnsupported: (own: string) => `Network protocol not supported, use (${own})`,
  restartAt: (offset: number) => `Restarting at ${offset}`,
  restartBeyondEnd: (offset: number, size: number) =>
    `Restart position ${offset} is beyond the end of the file (${size} bytes)`,
  room: 'OK: enough space',
  fileUseMlst: 'Is a file, use MLST',
};

/** The data connection failed: the client's network, its TLS, or its ABOR. */
const channel = {
  portFailed: 'Passive port failed',
  portsInUse: 'All passive ports are in use, try again later',
  timedOut: 'Timed out waiting for the data connection',
  stalled: 'Data connection stalled',
  missing: 'No data connection',
  foreignCertificate:
    'Data connection must use the client certificate of the control connection, or resume its TLS session',
  lost: 'Data connection lost',
  sessionNotResumed: 'TLS session of the control connection must be resumed on the data connection',
  tlsFailed: ({ code }: { code: string | null }) =>
    `TLS handshake failed on the data connection${code === null ? '' : ` (${code})`}`,
  controlLost: 'Control connection lost',
  aborted: 'Transfer aborted',
};

const sftp = {
  endOfFile: 'End of file',
  tooManyHandles: 'Too many open handles',
  noSuchHandle: 'Invalid handle',
  wrongHandle: 'Handle was opened for a different purpose',
  handleIsFolder: 'Handle is a directory',
  readOrWrite: 'Open the file either for reading or for writing',
  exists: 'File already exists',
  tooManyBlocks: 'Too many blocks out of order',
  noTruncate: 'Truncating files is not supported',
  noFolders: 'Creating and removing directories is not supported',
  noLinks: 'Links are not supported',
  noExtensions: 'Extended requests are not supported',
  connectionEnded: 'Connection closed before the file was closed',
  pathTooLong: 'Path too long',
  badRequest: 'Malformed request',
};

/** Why a sign-in was refused: for the log and the audit; clients learn less. */
const signIn = {
  wrongPassword: 'Wrong name or password',
  wrongPasswordOrKey: 'Wrong name, password or key',
  noKnownKey: 'No known key offered',
  noClientCertificate: 'No valid client certificate',
  tooManySessions: 'Too many sessions',
  banned: 'Too many failed logins',
  addressNotAllowed: 'Not allowed from this address',
  notChecked: 'The database does not answer',
};

export const replies = { folder, server, ftp, channel, sftp, signIn };
