import { styleText } from 'node:util';
import type { Organisation, Subscriber } from '../src/accounts/subscribers/organisation.ts';
import type { Downloads, Door } from './client.ts';
import type { DemoFile } from './files.ts';

/** Colours only where a person looks at a terminal; styleText asks standard output and NO_COLOR. */
export function heading(text: string): string {
  return `\n${styleText('bold', text)}\n`;
}

export function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

export function uploadsTold(files: readonly DemoFile[]): string {
  const parts = files.map(({ name, text }) => `  ${name}\n${indented(indented(text))}`);
  return `${heading('1  Two change files are uploaded over FTPS')}\n${parts.join('\n\n')}`;
}

export function downloadsTold({ reports, traces }: Downloads): string {
  const told = (file: { name: string; text: string }, folder: string) =>
    `  ${folder}/${file.name}\n${indented(indented(file.text))}`;
  return [
    heading(`2  The ${reports.length === 1 ? 'report' : 'reports'}, downloaded from _report`),
    reports.map((report) => told(report, '_report')).join('\n\n'),
    heading('3  The traces, downloaded from where the change files lie now'),
    '  Entry, line and result code stand in front of every line; 0 is success.\n',
    traces.map((trace) => told(trace, trace.folder)).join('\n\n'),
  ].join('\n');
}

/** One person before and after; null where there was, or is, no account. */
export interface Change {
  email: string;
  before: Subscriber | null;
  after: Subscriber | null;
}

export function changesBetween(
  before: Organisation,
  after: Organisation,
  addresses: readonly string[],
): Change[] {
  return addresses
    .map((email) => ({
      email,
      before: before.subscribers.get(email) ?? null,
      after: after.subscribers.get(email) ?? null,
    }))
    .filter((change) => change.before !== null || change.after !== null);
}

const COLUMNS: readonly [string, (subscriber: Subscriber) => string][] = [
  ['state', ({ state }) => state],
  ['name', ({ givenName, familyName }) => `${givenName} ${familyName}`],
  ['seats', ({ seats }) => seats.map((seat) => seat.subscription).join(' + ')],
];

/** A cell says `before → after` where the two differ. */
export function changesTold(changes: readonly Change[]): string {
  const cell = (change: Change, read: (subscriber: Subscriber) => string) => {
    const [before, after] = [change.before, change.after].map((one) => (one && read(one)) || '–');
    return before === after ? `${after}` : `${before} → ${after}`;
  };
  const rows = changes.map((change) => [change.email, ...COLUMNS.map(([, read]) => cell(change, read))]);
  const titles = ['e-mail', ...COLUMNS.map(([title]) => title)];
  return `${heading('4  The accounts, before → after')}\n${table([titles, ...rows])}`;
}

function table([titles = [], ...rows]: string[][]): string {
  const widths = titles.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    `  ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('   ')}`.trimEnd();
  return [line(titles), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** How to go on by hand: every command line works when pasted. */
export function invitation(door: Door, fingerprint: string, handFile: string, logFile: string): string {
  const { host, port, user, password } = door;
  const url = `ftps://${host}:${port}`;
  const curl = `curl -k --ssl-reqd --user ${quoted(`${user}:${password}`)}`;
  return [
    heading('5  Your turn: the daemon is up'),
    table([
      ['host', `${host}, implicit TLS, passive mode`],
      ['port', String(port)],
      ['user', user],
      ['password', password],
      ['fingerprint', `SHA-256 ${fingerprint}`],
      ['log', logFile],
    ]).replace(/\n.*─.*/, ''),
    '\n  Upload a third change file:\n',
    `    ${curl} -T ${quoted(handFile)} ${url}/`,
    '\n  List the reports, and read the newest:\n',
    `    ${curl} ${url}/_report/`,
    `    ${curl} -s "${url}/_report/$(${curl} -s -l ${url}/_report/ | sort | tail -n 1)"`,
  ].join('\n');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
