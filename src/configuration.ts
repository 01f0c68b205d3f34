/**
 * The configuration, read once and checked whole: raw YAML → checked → typed. A misspelt key or an impossible value
 * stops the start with the key, the reason and the line.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type YAMLParseError,
} from 'yaml';
import { z } from 'zod';
import { causeOf } from './cause.ts';
import { capsMakeSense } from './caps-fault.ts';
import { codeOf, OperatorFault } from './fault.ts';
import { networkFault } from './network.ts';
import { endpointSchemas, shownUrl } from './notice-settings.ts';
import { NOTICE_TYPES } from './notice-types.ts';
import { unstorableTexts, valueFaults, wholeNumber, wordsOf } from './value-faults.ts';
import { configuration as words } from './messages/en/configuration.ts';

// 0, any free port, is for tests.
const PORT_WORDS = words.values.port;
const port = z.int(PORT_WORDS).min(0, PORT_WORDS).max(65_535, PORT_WORDS);
const positive = wholeNumber(1);

const PORT_RANGE = words.values.portRange;

/** `61000-61999`, or 0 for any free port (tests). */
const portRange = z.union([z.literal(0), z.string()], PORT_RANGE).transform((given, context) => {
  const [, min, max] = given === 0 ? [0, 0, 0] : (/^(\d{1,5})-(\d{1,5})$/.exec(given) ?? []).map(Number);
  if (min !== undefined && max !== undefined && (given === 0 || (min >= 1 && max <= 65_535 && min <= max)))
    return { min, max };
  context.addIssue(PORT_RANGE);
  return z.NEVER;
});

const DAY_SECONDS = 86_400;

const databaseUrl = z.string().regex(/^postgres(ql)?:\/\//, words.values.databaseUrl);

/** To operators: of all customers, and of the program. */
const endpoints = endpointSchemas(
  z.string().regex(/^[^\s@,;:<>"()[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}$/, words.values.mailAddress),
  NOTICE_TYPES,
);

const network = z.string().check(({ value, issues }) => {
  const fault = networkFault(value);
  if (fault !== null) issues.push({ code: 'custom', input: value, message: fault });
});

const settings = z.strictObject({
  data: z.string().min(1).default('./data'),
  spool: z.string().min(1).default('./spool'),
  database: databaseUrl.optional(),
  organisations: z
    .union([z.string(), z.array(z.string())], words.values.files)
    .transform((files) => (typeof files === 'string' ? [files] : files))
    .default([]),
  ftps: z
    .strictObject({
      host: z.string().default('0.0.0.0'),
      port: port.default(990),
      passive: portRange.default({ min: 61_000, max: 61_999 }),
      publicAddress: z.ipv4().optional(),
      certificate: z.string().optional(),
      key: z.string().optional(),
      explicitPort: port.optional(),
      requireSessionReuse: z.boolean().default(false),
      requireCloseNotify: z.boolean().default(true),
      clientCa: z.string().optional(),
      requireClientCertificate: z.boolean().default(false),
    })
    .refine(
      (ftps) => !ftps.requireClientCertificate || ftps.clientCa !== undefined,
      words.values.clientCaNeeded,
    )
    .refine(
      (ftps) => (ftps.certificate === undefined) === (ftps.key === undefined),
      words.values.certificatePair,
    )
    .prefault({}),
  sftp: z
    .strictObject({
      host: z.string().default('0.0.0.0'),
      port: port.default(2022),
      hostKey: z
        .union([z.string(), z.array(z.string()).min(1)], words.values.files)
        .transform((files) => (typeof files === 'string' ? [files] : files))
        .optional(),
    })
    .prefault({}),
  limits: z
    .strictObject({
      waitingConnections: positive.default(1000),
      sessions: positive.default(500),
      sessionsPerAddress: positive.default(100),
      sessionsPerAccount: positive.default(50),
      commandsPerSecond: positive.default(1000),
      keyOffers: positive.default(20),
      keyExchangesPerMinute: positive.default(60),
      backlogPerAccount: positive.default(16 * 1024 * 1024),
      backlogPerAddress: positive.default(64 * 1024 * 1024),
      signInSeconds: wholeNumber(1, 3600).default(60),
      idleSeconds: wholeNumber(1, 86_400).default(300),
      // Below the age at which what was begun counts as left by a dead daemon (jobs/housekeeping.ts).
      stalledSeconds: wholeNumber(1, 240).default(60),
      fileBytes: positive.default(64 * 1024 * 1024),
      folderBytes: positive.default(1024 * 1024 * 1024),
      resultBytes: wholeNumber(0).optional(),
      folderFiles: positive.default(20_000),
    })
    .refine(({ resultBytes = 0, folderBytes }) => resultBytes < folderBytes, words.values.resultBytes)
    .prefault({}),
  antivirus: z
    .strictObject({
      clamd: z
        .string()
        .regex(/^(\/.+|[^/:]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5})$/, words.values.clamd)
        .optional(),
      maxBytes: positive.default(25 * 1024 * 1024),
      tooLarge: z.enum(['quarantine', 'apply']).default('quarantine'),
      scanSeconds: wholeNumber(1, 3600).default(60),
    })
    .prefault({}),
  http: z.strictObject({ host: z.string().default('127.0.0.1'), port: port.default(8990) }).prefault({}),
  cycle: z
    .strictObject({
      settleMs: wholeNumber(0, 3_600_000).default(2000),
      quietSeconds: wholeNumber(1, 3600).default(10),
      sweepSeconds: wholeNumber(1, 86_400).default(60),
      workers: wholeNumber(1, 64).optional(),
      loopBudgetMs: wholeNumber(1, 60_000).default(200),
    })
    .prefault({}),
  throttle: z
    .strictObject({
      hourly: positive.optional(),
      daily: positive.optional(),
      perFile: positive.optional(),
    })
    // Of what is written: a lower daily cap alone is no slip.
    .superRefine(capsMakeSense)
    .transform(({ hourly = 750, daily = 10_000, perFile = 200 }) => ({ hourly, daily, perFile }))
    .prefault({}),
  trace: z.strictObject({ maskPasswords: z.boolean().default(false) }).prefault({}),
  stop: z.strictObject({ graceSeconds: wholeNumber(0, 8).default(5) }).prefault({}),
  retention: z
    .strictObject({
      days: positive.default(30),
      journalDays: positive.default(7),
      historyDays: positive.default(400),
      auditDays: positive.default(400),
    })
    .prefault({}),
  mail: z
    .strictObject({
      smtp: z
        .string()
        .regex(/^smtps?:\/\//, words.values.smtpUrl)
        .optional(),
      from: z.string().default('Spoolgate <noreply@localhost>'),
      registrationUrl: z.url().default('https://localhost/register'),
    })
    .prefault({}),
  metrics: z.strictObject({ customers: wholeNumber(0, 500).default(0) }).prefault({}),
  notices: z
    .strictObject({
      mail: endpoints.mail.default([]),
      webhooks: endpoints.webhooks.default([]),
      secrets: z.string().min(1).optional(),
      allowNetworks: z.array(network).default([]),
      allowHttp: z.boolean().default(false),
    })
    .prefault({}),
  undo: z.strictObject({ days: positive.default(14) }).prefault({}),
  removal: z.strictObject({ finishSeconds: wholeNumber(0).optional() }).prefault({}),
  log: z
    .strictObject({
      level: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
      file: z.string().optional(),
      // Some thousand lines: a burst of uploads while a reader is away, and no burden for the daemon.
      bufferBytes: positive.default(1024 * 1024),
    })
    .prefault({}),
});

/** What is undone is found in the history of changes; an archive that is lost is made again from it, and from the events. */
const schema = settings.superRefine(({ undo, retention }, context) => {
  // Of a day that has ended: it is a day older than its archive.
  if (retention.journalDays >= Math.min(retention.historyDays, retention.auditDays))
    context.addIssue({
      code: 'custom',
      path: ['retention', 'journalDays'],
      message: words.values.journalDays,
    });
  if (undo.days > retention.historyDays)
    context.addIssue({ code: 'custom', path: ['undo', 'days'], message: words.values.undoDays });
});

/** What an operator writes; every key is optional. */
export type RawConfiguration = z.input<typeof schema>;

/** What is left out has its default, some of which follow from others. */
type Checked = Omit<z.output<typeof schema>, 'removal' | 'notices'> & {
  removal: { finishSeconds: number };
  notices: z.output<typeof schema>['notices'] & { secrets: string };
};

export interface Configuration extends Checked {
  /** Where it was read from; null for the built-in defaults. */
  readFrom: string | null;
}

const PLACES = ['./config/spoolgate.yaml', '/etc/spoolgate/spoolgate.yaml'];

/**
 * Finds and reads the configuration: `--config`, `$SPOOLGATE_CONFIG`, then the usual places, else defaults. Relative
 * paths in it mean the same from wherever a command is typed: see `baseOf`. `$DATABASE_URL` stands in for `database`.
 *
 * @throws {OperatorFault} exit code 2, with every wrong key, the reason and the line
 */
export async function readConfiguration(
  given: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Configuration> {
  const demanded = given ?? environment.SPOOLGATE_CONFIG;
  for (const file of demanded ? [demanded] : PLACES) {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' && !demanded) return null;
      throw new OperatorFault(words.files.unreadable(file, causeOf(error)), 2);
    });
    if (text !== null)
      return { ...checkConfiguration(text, file, environment, baseOf(file, environment)), readFrom: file };
  }
  return {
    ...checkConfiguration('', words.files.defaults, environment, baseOf(null, environment)),
    readFrom: null,
  };
}

/**
 * The folder that relative paths are relative to: that of the file, and the one above for `config/spoolgate.yaml`. Below
 * /etc nothing but configuration lies: there it is /var/lib/spoolgate. Without a file it is the folder that the program
 * is started in. `$SPOOLGATE_HOME` comes before all of these.
 */
export function baseOf(file: string | null, environment: NodeJS.ProcessEnv): string {
  if (environment.SPOOLGATE_HOME) return path.resolve(environment.SPOOLGATE_HOME);
  if (file === null) return process.cwd();
  const folder = path.dirname(path.resolve(file));
  if (folder === '/etc/spoolgate') return '/var/lib/spoolgate';
  return path.basename(folder) === 'config' ? path.dirname(folder) : folder;
}

/**
 * Checks a configuration text whole.
 *
 * @param file names it in messages
 * @param base what relative paths are relative to
 */
export function checkConfiguration(
  text: string,
  file: string,
  environment: NodeJS.ProcessEnv = {},
  base: string = process.cwd(),
): Checked {
  const raw: unknown = readYaml(text, file, schema);
  const configuration = raw as z.output<typeof schema>;
  const url = configuration.database ?? (environment.DATABASE_URL || undefined);
  if (url !== undefined && !databaseUrl.safeParse(url).success)
    throw new OperatorFault(words.files.environmentUrl, 2);
  const { undo, removal, notices, data } = configuration;
  return {
    ...withAbsolutePaths(configuration, base),
    // As long as a Remove can be taken back.
    removal: { finishSeconds: removal.finishSeconds ?? undo.days * DAY_SECONDS },
    notices: { ...notices, secrets: path.resolve(base, notices.secrets ?? path.join(data, 'secrets')) },
    ...(url === undefined ? {} : { database: url }),
  };
}

function withAbsolutePaths(given: z.output<typeof schema>, base: string): z.output<typeof schema> {
  const at = (file: string) => path.resolve(base, file);
  const all = <Section extends object>(section: Section, ...keys: (keyof Section)[]): Section => {
    const changed = { ...section };
    for (const key of keys)
      if (typeof section[key] === 'string') changed[key] = at(section[key]) as Section[typeof key];
    return changed;
  };
  return {
    ...all(given, 'data', 'spool'),
    organisations: given.organisations.map(at),
    ftps: all(given.ftps, 'certificate', 'key', 'clientCa'),
    sftp: { ...given.sftp, ...(given.sftp.hostKey && { hostKey: given.sftp.hostKey.map(at) }) },
    log: all(given.log, 'file'),
  };
}

/**
 * Reads a YAML text against a schema.
 *
 * @throws {OperatorFault} exit code 2; one line per fault: `file:line: key value is …; write …`
 */
export function readYaml<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntaxError] = document.errors;
  if (syntaxError)
    throw new OperatorFault(
      `${file}:${lines.linePos(syntaxError.pos[0]).line}: ${syntaxText(syntaxError)}`,
      2,
    );
  const raw: unknown = document.toJS() ?? {};
  const result = schema.safeParse(raw, { error: wordsOf });
  const found = result.success ? unstorableTexts(raw) : valueFaults(schema, raw, result.error.issues);
  if (result.success && found.length === 0) return result.data;
  const faults = found.map(({ key, text }) => {
    const line = lineOf(document, lines, key);
    return `${file}${line ? `:${line}` : ''}: ${text}`;
  });
  throw new OperatorFault(faults.join('\n'), 2);
}

/** In words of ours where the fault is a common one. */
function syntaxText({ code, message }: YAMLParseError): string {
  const { duplicateKey, tabs, indentation, unclosed, other } = words.yaml;
  if (code === 'DUPLICATE_KEY') return duplicateKey;
  if (code === 'TAB_AS_INDENT') return tabs;
  if (code === 'BAD_INDENT') return indentation;
  if (code === 'MISSING_CHAR') return unclosed;
  return other(message.replace(/ at line \d+, column \d+:?[^]*$/, ''));
}

/** The line of a key, or of the nearest key above it that stands in the file. */
function lineOf(document: Document, lines: LineCounter, path: PropertyKey[]): number | null {
  let line: number | null = null;
  let node: unknown = document.contents;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === part) : undefined;
    const item = isSeq(node) ? node.items[Number(part)] : undefined;
    const found = pair?.key ?? item;
    if (!isNode(found) || !found.range) break;
    line = lines.linePos(found.range[0]).line;
    node = pair ? pair.value : item;
  }
  return line;
}

/** Where a URL's user stands: `smtp://user:`. */
const USER_IN_URL = /\b\w+:\/\/[^:/?#@\s]*:/;

/** `user:password@`: up to the last `@`, for a password may hold one, encoded or not. Rather too much than too little. */
function maskUrl(word: string): string {
  const user = USER_IN_URL.exec(word);
  const end = word.lastIndexOf('@');
  const begin = user ? user.index + user[0].length : Infinity;
  return end < begin ? word : `${word.slice(0, begin)}***${word.slice(end)}`;
}

/** `?password=…`, and other parameters that the drivers take secrets from. */
const SECRET_PARAMETER = /([?&](?:\w*pass(?:word)?|\w*secret|\w*token)=)[^&#\s]*/gi;

function maskText(text: string): string {
  return text.replaceAll(/\S+/g, maskUrl).replace(SECRET_PARAMETER, '$1***');
}

/** The effective configuration for people's eyes: passwords in URLs are masked, and what URLs of webhooks may hold. */
export function maskSecrets(configuration: Configuration): unknown {
  const { notices } = configuration;
  const webhooks = notices.webhooks.map((one) => ({ ...one, url: shownUrl(one.url) }));
  const text = JSON.stringify({ ...configuration, notices: { ...notices, webhooks } }, (_, value: unknown) =>
    typeof value === 'string' ? maskText(value) : value,
  );
  return JSON.parse(text);
}
