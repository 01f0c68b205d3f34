/**
 * Fills the tables of the guides from the data the program runs on: `npm run docs`. A table stands between
 * `<!-- table: NAME -->` and `<!-- end -->`; a test fails when a guide and the data differ.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { OPERATIONS } from '../src/kinds/provisioning/operations.ts';
import { notices } from '../src/messages/en/notices.ts';
import { CUSTOMER_TYPES, MAIL_TYPES, NOTICE_TYPES, OPERATOR_MAIL_TYPES } from '../src/notice-types.ts';
import { exampleMessages } from '../src/messages/result-text.ts';
import { symbolOf, type ResultCode } from '../src/change-file/result-code.ts';
import { CODE_SELECTION } from '../src/tables/code-selection.ts';
import { COUNTRIES } from '../src/tables/countries.ts';
import { JOURNAL_ACTIONS } from '../src/tables/journal-actions.ts';
import { JOURNAL_COMPONENTS } from '../src/tables/journal-components.ts';
import { JOURNAL_EXTRA_KEYS } from '../src/tables/journal-extra-keys.ts';
import { JOURNAL_REASONS } from '../src/tables/journal-reasons.ts';
import { JOURNAL_TYPES } from '../src/tables/journal-types.ts';
import { LANGUAGES } from '../src/tables/languages.ts';
import { LIMITS } from '../src/tables/limits.ts';
import { CODES } from '../src/metrics/labels.ts';
import { METRIC_NAMES, metricOf, type Metric } from '../src/metrics/table.ts';
import { PRV_FIELDS } from '../src/tables/prv-fields.ts';
import { PRV_OPERATIONS } from '../src/tables/prv-operations.ts';
import { RESULT_CODES } from '../src/tables/result-codes.ts';
import { TECHNICIAN_COLUMNS } from '../src/tables/technician-columns.ts';
import { TIME_ZONES } from '../src/tables/time-zones.ts';
import { lengthMax as technicianLengthMax } from '../src/kinds/technicians/columns.ts';
import { aliasesOf, headersOf, lengthMax as listLengthMax } from '../src/kinds/snapshot/columns.ts';
import { lengthMax } from '../src/kinds/users/values.ts';
import { USER_COLUMNS } from '../src/tables/user-columns.ts';
import { USER_LOCALES } from '../src/tables/user-locales.ts';
import { USER_TIME_ZONES } from '../src/tables/user-time-zones.ts';
import { USER_VALUES } from '../src/tables/user-values.ts';

export const GUIDES = [
  'provisioning.md',
  'users.md',
  'technicians.md',
  'full-lists.md',
  'journal.md',
  'metrics.md',
  'notices.md',
];

const TABLES: Record<string, () => string> = {
  notices: () =>
    table(
      ['type', 'such as', 'customers', 'mail by default', 'operators by default'],
      NOTICE_TYPES.map((type) => [
        `\`${type}\``,
        noticeExample(type),
        yes(CUSTOMER_TYPES.includes(type)),
        yes(MAIL_TYPES.includes(type)),
        yes(OPERATOR_MAIL_TYPES.includes(type)),
      ]),
    ),
  operations: () =>
    table(
      ['operation', 'required', 'optional', 'effect'],
      PRV_OPERATIONS.map((row) => [
        `**${row.operation}**`,
        row.required_fields,
        row.optional_fields,
        row.effect,
      ]),
    ),
  fields: () =>
    table(
      ['field', 'longest', 'values', 'read by'],
      PRV_FIELDS.filter(({ name }) => !name.startsWith('region')).map((row) => [
        `\`${row.name}\``,
        /\d+/.exec(row.max_length.replace(/^100 \(99.*/, '99'))?.[0] ?? '',
        row.allowed_values,
        readersOf(row.name),
      ]),
    ),
  checks: () => OPERATIONS.map(({ name }) => `### ${name}\n\n${checksOf(`PRV ${name}`)}`).join('\n\n'),
  'checks of every entry': () => checksOf('PRV any'),
  'checks of a file': () => checksOf('file gate'),
  codes: () =>
    table(
      ['code', 'symbol', 'what the report says'],
      RESULT_CODES.map((row) => Number(row.code) as ResultCode)
        .filter((code) => code !== 0 && (code < 7 || code === 9 || (code >= 1000 && code < 2000)))
        .map((code) => [String(code), `\`${symbolOf(code)}\``, exampleMessages(code).join('<br>')])
        .filter(([, , text]) => text !== ''),
    ),
  limits: () =>
    table(
      ['limit', 'value', 'unit', 'of'],
      LIMITS.filter(({ scope }) => !OTHER_KINDS.test(scope)).map((row) => [
        row.name.replaceAll('_', ' '),
        row.value,
        row.unit,
        row.scope,
      ]),
    ),
  languages: () => LANGUAGES.map(({ value, name }) => `\`${value}\` ${name}`).join(', '),
  'time zones': () => TIME_ZONES.map(({ value }) => `\`${value}\``).join(', '),
  'user columns': () =>
    table(
      ['column', 'in Danish', 'also', 'longest', 'values'],
      USER_COLUMNS.map((row) => [
        `**${row.header}**`,
        row.header_danish,
        row.aliases.replaceAll(';', ', '),
        Number.isFinite(lengthMax(row.key)) ? String(lengthMax(row.key)) : '',
        VALUES_OF[row.key] ?? row.allowed,
      ]),
    ),
  'user values': () =>
    table(
      ['meaning', 'kind', 'spellings, in any case'],
      USER_VALUES.map((row) => [
        `\`${row.canonical}\``,
        row.kind,
        spellingsOf(row)
          .map((word) => `\`${word}\``)
          .join(', '),
      ]),
    ),
  'user time zones': () =>
    table(
      ['value', 'offset', 'stored as'],
      USER_TIME_ZONES.map((row) => [`\`${row.value}\``, row.gmt_offset, row.iana_zone_inferred]),
    ),
  'user locales': () => USER_LOCALES.map(({ value, language }) => `\`${value}\` ${language}`).join(', '),
  'user codes': () => codesOf('USERS'),
  'technician columns': () =>
    table(
      ['column', 'in Dutch', 'key in JSON', 'longest', 'values'],
      TECHNICIAN_COLUMNS.map((row) => [
        row.value_required === 'yes' ? `**${row.header}**` : row.header,
        row.header_dutch,
        `\`${row.json_key}\``,
        Number.isFinite(technicianLengthMax(row.json_key)) ? String(technicianLengthMax(row.json_key)) : '',
        TECHNICIAN_VALUES[row.json_key] ?? 'TRUE or FALSE, in any spelling of [users.md](users.md#values)',
      ]),
    ),
  'technician codes': () => codesOf('TECHNICIANS'),
  'list columns': () =>
    table(
      ['`keeps`', 'columns, with their other names, and how long values may be'],
      (['contacts', 'accounts', 'technicians'] as const).map((keeps) => [
        `\`${keeps}\``,
        headersOf(keeps)
          .map((name) => {
            const aliases = aliasesOf(keeps, name).map((alias) => `\`${alias}\``);
            const also = aliases.length > 0 ? `${aliases.join(', ')}; ` : '';
            return `\`${name}\` (${also}${listLengthMax(keeps, name)})`;
          })
          .join(', '),
      ]),
    ),
  'list codes': () => codesOf('SNAPSHOT', LIST_CODES),
  metrics: () =>
    table(
      ['metric (`spoolgate_…`)', 'type', 'labels', 'meaning'],
      METRIC_NAMES.map((name) => [
        `\`${name}\`${metricOf(name).perCustomer ? ' ©' : ''}`,
        `${metricOf(name).type}${metricOf(name).shared ? ', _shared_' : ''}`,
        metricLabels(metricOf(name)),
        metricOf(name).help,
      ]),
    ),
  'journal components': () =>
    table(
      ['token', 'component', 'what it is about'],
      JOURNAL_COMPONENTS.map((row) => [`\`${row.file_token}\``, row.component, row.covers]),
    ),
  'journal actions': () =>
    JOURNAL_COMPONENTS.map(({ component, file_token }) => {
      const rows = JOURNAL_ACTIONS.filter((row) => row.component === component);
      const cells = rows.map(({ action, meaning }) => [`\`${action}\``, meaning]);
      return `### ${file_token}\n\n${table(['action', 'meaning'], cells)}`;
    }).join('\n\n'),
  'journal reasons': () =>
    table(
      ['component', 'action', 'reason', 'meaning'],
      JOURNAL_REASONS.map(({ component, action, reason, text }) => [
        tokenOf(component),
        action === '*' ? 'any' : `\`${action}\``,
        reason.startsWith('(') ? reason.slice(1, -1) : `\`${reason}\``,
        text,
      ]),
    ),
  'journal keys': () =>
    table(
      ['component', 'action', 'key', 'meaning'],
      JOURNAL_EXTRA_KEYS.map(({ component, action, key, meaning }) => [
        tokenOf(component),
        `\`${action}\``,
        `\`${key}\``,
        meaning,
      ]),
    ),
  'journal types': () =>
    table(
      ['component', 'types of objects and targets'],
      JOURNAL_COMPONENTS.map(({ component }) => [
        tokenOf(component),
        JOURNAL_TYPES.filter((row) => row.component === component)
          .map(({ type }) => `\`${type}\``)
          .join(', '),
      ]).filter(([, types]) => types !== ''),
    ),
  countries: () => COUNTRIES.map(({ code }) => code).join(' '),
};

/** Of other kinds too: what a line of accounts may say wrong, or ask for in vain. */
const LIST_CODES: ReadonlySet<string> = new Set(['1000', '1006', '1023', '1049', '1050', '1054', '2019']);

/** In a reader's words, where the table's are for programs. */
const VALUES_OF: Readonly<Record<string, string>> = {
  email: 'name@example.com; always needed',
  new_email: 'an address that nobody has',
  initials: 'any; more than 4 give a warning (2910)',
  time_zone: 'below',
  ui_locale: 'below',
  groups: 'below',
  status: 'ACTIVE or INACTIVE',
  account_admin: 'TRUE or FALSE',
  can_sign: 'TRUE or FALSE',
};

const TECHNICIAN_VALUES: Readonly<Record<string, string>> = {
  name: 'shown in the organisation tree and the console',
  nickname: 'shown to customers in a chat; empty: the name',
  email: 'the sign-in address',
  sso_id: 'to sign in with where single sign-on is active; unique',
  description: 'for the administrator',
  password: 'the first one, 8 to 64 characters',
  tech_group_id: 'number of a technician group; blank where one is chosen for all',
};

const tokenOf = (name: string) =>
  `\`${JOURNAL_COMPONENTS.find(({ component }) => component === name)?.file_token ?? name}\``;

/** What a row of this type can get. @param besides codes that it shares with other types */
function codesOf(
  type: 'USERS' | 'TECHNICIANS' | 'SNAPSHOT',
  besides: ReadonlySet<string> = new Set(),
): string {
  return table(
    ['code', 'symbol', 'what the report says'],
    RESULT_CODES.filter((row) => row.applies_to.includes(type) || besides.has(row.code))
      .map((row) => Number(row.code) as ResultCode)
      .map((code) => [String(code), `\`${symbolOf(code)}\``, exampleMessages(code).join('<br>')]),
  );
}

/** Each once: case does not count. */
function spellingsOf(row: (typeof USER_VALUES)[number]): string[] {
  const words: string[] = [row.canonical, row.seed_form, ...row.also_accepted.split(';')];
  const folded = words.map((word) => word.toLowerCase());
  return words.filter((word, index) => word !== '' && folded.indexOf(word.toLowerCase()) === index);
}

/** Kinds of change files that this guide is not about. */
const OTHER_KINDS = /\b(USERS|TECHNICIANS|SNAPSHOT)\b/;

function readersOf(field: string): string {
  if (field === 'emailAddress' || field === 'action') return 'all operations';
  return OPERATIONS.filter(({ reads }) => (reads as readonly string[]).includes(field))
    .map(({ name }) => name)
    .join(', ');
}

function checksOf(operation: string): string {
  const rows = CODE_SELECTION.filter((row) => row.operation === operation);
  return table(
    ['order', 'where this is so', 'code'],
    rows.map((row) => [row.check_order, row.condition, row.code]),
  );
}

function table(head: string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The documented codes stand in the guides of the kinds. */
function metricLabels({ labels = {} }: Metric): string {
  return Object.entries(labels)
    .map(([label, values]) => {
      if (values.length === 0) return `\`${label}\``;
      if (values === CODES) return `\`${label}\`: the result codes`;
      return `\`${label}\`: ${values.join(', ')}`;
    })
    .join('; ');
}

const yes = (is: boolean) => (is ? 'yes' : '');

/** What the event could say. */
const NOTICE_VALUES = {
  file: 'FILE',
  subject: 'NAME',
  entries: 7,
  refused: 2,
  people: 60,
  of: 400,
  until: '2026-05-02 08:00',
  reason: '',
  count: 3,
};

function noticeExample(type: string): string {
  const { what } = notices.types[type as keyof typeof notices.types];
  const reason = { 'file.decided': 'approved', 'webhook.disabled': notices.failures.timeout }[type] ?? '';
  return what({ ...NOTICE_VALUES, reason });
}

/** @returns the guide's text with every table made anew */
export async function filledGuide(name: string): Promise<string> {
  const text = await readFile(new URL(name, import.meta.url), 'utf8');
  return text.replaceAll(/<!-- table: ([^>]+) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const make = TABLES[name];
    if (!make) throw new Error(`no table is called "${name}"`);
    return `<!-- table: ${name} -->\n\n${make()}\n\n<!-- end -->`;
  });
}

if (import.meta.main)
  for (const guide of GUIDES) await writeFile(new URL(guide, import.meta.url), await filledGuide(guide));
