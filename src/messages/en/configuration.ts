/** What is wrong with a value of a configuration or organisation file: follows key and value, and says what to write. */
const values = {
  port: 'is not a port; write a number from 1 to 65535',
  portRange: 'is not a port range; write one such as 61000-61999, lower port first',
  wholeNumber: (range: string) => `is not a whole number ${range}; write one`,
  from: (min: number) => `of ${min} or more`,
  between: (min: number, max: number) => `from ${min} to ${max}`,
  databaseUrl: 'is not a PostgreSQL URL; write one that begins with postgres://',
  smtpUrl: 'is not an SMTP URL; write one that begins with smtp:// or smtps://',
  files: 'is neither a file nor a list of files; write a path, or one per line with a dash',
  clamd: 'is not a clamd address; write the path of its socket, or host:port',
  clientCaNeeded: 'requireClientCertificate needs clientCa; set clientCa, or remove requireClientCertificate',
  certificatePair: 'certificate and key must be set together; set both, or remove both',
  undoDays:
    'days must not be more than retention.historyDays, since what is undone is found in the history; lower it, or keep the history longer',
  journalDays:
    'must be less than historyDays and auditDays, since a lost archive is made again from history and events; lower it, or keep both longer',
  resultBytes: 'resultBytes must be less than folderBytes; lower resultBytes, or raise folderBytes',
  capNeverReached: (daily: number) =>
    `is above daily (${daily}) and can never be reached; write ${daily} or less, or raise daily`,
  network: 'is not an address or network; write one such as 192.0.2.7 or 192.0.2.0/24',
  networkIpv4:
    'is not an address or network; an IPv4 address has four decimal numbers from 0 to 255 without leading zeros, such as 192.0.2.7',
  networkPrefix: (bits: number) => `has an invalid prefix length; write one from 0 to ${bits}`,
  keyType: (curves: string) =>
    `is not a supported public key; copy the line from the .pub file, which begins with ssh-ed25519, ssh-rsa or ${curves}`,
  keyBroken: (type: string) => `is not a complete ${type} key; copy the whole line from the .pub file`,
  rsaBits: (bits: number) => ` (RSA keys need at least ${bits} bits)`,
  email: 'is not an e-mail address; write one such as name@example.com',
  domain: 'is not a domain; write one such as example.com',
  language: 'is not a supported language; write one such as en_US',
  addressTimeZone: 'is not a supported time zone; write one such as America/New_York',
  country: 'is not a country code; write one such as US',
  timeZone: 'is not a time zone; write one such as Europe/Oslo',
  emptyName: 'is empty; write a name',
  onlyWithKind: (kind: string) => `can only be used with kind: ${kind}; remove the key, or change the kind`,
  neededWithKind: (kind: string) => `is required with kind: ${kind}; add it`,
  initialPassword:
    'does not meet the password policy; write 8 to 64 characters without blanks, 4 letters and 1 other character among them, none three times in a row',
  neededWithScope: 'is required with scope: group; add it',
  notWithScopeAll: 'cannot be used with scope: all; remove one of them',
  onlyWithTechnicians:
    'can only be used with keeps: technicians; remove the key, or change what the list keeps',
  neededWithTechnicians: 'is required with keeps: technicians; add it',
  password: 'is too short; write at least 8 characters',
  passwordHash: 'is not an argon2id hash; write one such as $argon2id$v=19$…',
  passwordTwice: 'password and passwordHash cannot be used together; remove one of them',
  noCredential: 'no way to log in; set password, passwordHash or keys',
  folder: 'is not a plain folder name; write letters, digits, dots, dashes and underscores only',
  groupName: 'contains ";", or begins or ends with a space; remove them',
  moment: 'is not a time; write one such as 2026-05-01T08:00:00Z',
  onePrimary: 'exactly one of the groups must be primary',
  groupTwice: 'the same group is listed twice; remove one of the two',
  oneDefault: 'only one group can be the default',
  areaCode: 'is not an area code; write three digits, in quotes',
  timeOfDay: 'is not a time of day; write HH:MM, in quotes, such as "06:30"',
  noSources: 'is an empty list; name a source, or remove the key for all of them',
  webhookUrl:
    'is not a URL for a webhook; write one such as https://example.com/hooks, without user, password or #',
  noticeType: 'is not a type of notice; write one of those in docs/notices.md, such as file.held or file.*',
  plainName: 'is not a plain name; write letters, digits, dots, dashes and underscores only',
  secretName:
    'is not the name of a file in the folder of secrets; write letters, digits, dots, dashes and underscores only',
  mailAddress: 'is not an e-mail address; write one such as name@example.com',
  twice: (value: string) => `${value} is listed twice; remove one of the two`,
};

/** In place of the schema library's own words. */
const kinds = {
  noKeys: 'the file has no keys; write lines such as "key: value"',
  file: 'the file',
  missing: (key: string) => `${key} is missing; add it`,
  noValue: (key: string) => `${key} has no value; write one, or remove the key`,
  unknownKey: (key: string) => `unknown key ${key}`,
  didYouMean: (key: string) => `; did you mean ${key}?`,
  removeKey: '; remove it',
  string: 'is not text; put it in quotes',
  number: 'is not a number; write one without quotes',
  int: 'is not a whole number; write one without quotes',
  boolean: 'is not true or false; write one of the two',
  array: 'is not a list; write one item per line, each with a dash',
  object: 'is not a section; write its keys indented below it',
  otherKind: 'is of the wrong type; see the example configuration',
  notAllowed: (allowed: string) => `is not allowed; write ${allowed}`,
  or: (all: string, last: string) => `${all} or ${last}`,
  empty: 'is empty; write a value, or remove the key',
  emptyList: 'is an empty list; add an item, or remove the key',
  tooShort: (min: number) => `is too short; write at least ${min} characters`,
  tooLong: (max: number) => `is too long; write at most ${max} characters`,
  tooFewItems: (min: number) => `has too few items; write at least ${min}`,
  tooManyItems: (max: number) => `has too many items; write at most ${max}`,
  tooSmall: (min: number) => `is too small; write ${min} or more`,
  tooLarge: (max: number) => `is too large; write ${max} or less`,
  ipv4: 'is not an IPv4 address; write one such as 192.0.2.10',
  url: 'is not a URL; write one such as https://example.com/register',
  nul: 'contains a NUL character, which cannot be stored; remove it',
  halfPair: 'contains half of a surrogate pair, which cannot be stored; remove it',
  otherFormat: 'is not in a supported format; see the example configuration',
  otherFault: 'is not valid; see the example configuration',
  noneOfForms: 'is in none of the forms allowed here',
  isNot: (kind: string) => `is not ${kind}; write one`,
  isNeither: (kinds: string) => `is neither ${kinds}; write one of these`,
  nor: ' nor ',
  names: {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a section',
    record: 'a section',
  },
};

/** The file is not YAML. By the code of the YAML library; else its own words. */
const yaml = {
  duplicateKey: 'duplicate key; remove one of the two',
  tabs: 'tab used for indentation; use spaces',
  indentation: 'wrong indentation, or a bracket that is never closed; indent the keys of a section equally',
  unclosed: 'quote or bracket is never closed; close it',
  other: (what: string) => `not valid YAML: ${what}`,
};

/** What a start needs, looked at before anything is opened. */
const files = {
  unreadable: (file: string, cause: string) => `cannot read the configuration ${file}: ${cause}`,
  environmentUrl: '$DATABASE_URL is not a PostgreSQL URL; write one that begins with postgres://',
  defaults: 'the built-in defaults',
  organisationUnreadable: (file: string, cause: string) =>
    `organisations: cannot read ${file}: ${cause}. Correct the path, or remove it from the list.`,
  unreadableKey: (key: string, file: string, cause: string) =>
    `${key}: cannot read ${file}: ${cause}. Correct the path.`,
  notFolder: (key: string, path: string) =>
    `${key}: ${path} is a file, not a folder. Remove it, or write another path.`,
  unusable: (key: string, path: string, cause: string) =>
    `${key}: cannot use ${path}: ${cause}. Correct the path or its permissions.`,
  notWritable: (key: string, path: string, user: string, cause: string) =>
    `${key}: user ${user} cannot write to ${path}: ${cause}. Change its owner, or write another path.`,
  notCreatable: (key: string, path: string, parent: string, user: string, cause: string) =>
    `${key}: user ${user} cannot create ${path} in ${parent}: ${cause}. Change the owner of ${parent}, or write another path.`,
  logIsFolder: (path: string) => `log.file: ${path} is a folder, not a file. Write the path of a file.`,
  logIsPipe: (path: string) =>
    `log.file: ${path} is a pipe. Remove the key, and pipe standard output instead.`,
  logFolder: (fault: string, path: string) => `${fault} (needed for the log file ${path})`,
};

/** Why an address cannot be listened on. */
const listen = {
  inUse: (portKey: string, port: number, host: string) =>
    `${portKey} ${port}: the port is already in use on ${host}. Stop the other program, or write another port.`,
  notPermitted: (portKey: string, port: number) =>
    `${portKey} ${port}: this user may not listen on ports below 1024. Write another port, or grant the permission: README, "Install".`,
  notHere: (hostKey: string, host: string) =>
    `${hostKey} ${host} is not an address of this machine. Write one of its addresses, or 0.0.0.0 for all.`,
  notFound: (hostKey: string, host: string) =>
    `${hostKey} ${host} cannot be resolved. Write an address, or a name that resolves.`,
  noFamily: (hostKey: string, host: string) =>
    `${hostKey} ${host}: this machine has no addresses of that family. Write another address.`,
  other: (hostKey: string, host: string, portKey: string, port: number, code: string) =>
    `${hostKey} ${host}, ${portKey} ${port}: cannot listen (${code}). Write another address or port.`,
};

/** Why the system refused something, as operators know it. */
const causes = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'part of the path is a file, not a folder',
  EISDIR: 'is a folder, not a file',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  EIO: 'input/output error',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  ESTALE: 'stale file handle',
  ENXIO: 'no reader on the other end',
};

export const configuration = { values, kinds, yaml, files, listen, causes };
