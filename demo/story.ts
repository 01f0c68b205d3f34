import { styleText } from 'node:util';
import type { Organisation, Subscriber } from '../src/accounts/subscribers/organisation.ts';
import type { Downloads, Door } from './client.ts';
import { demo as words } from '../src/messages/en/demo.ts';
import { DEMO_CUSTOMER, type DemoFile } from './files.ts';

/** Colours only where a person looks at a terminal; styleText asks standard output and NO_COLOR. */
export function heading(text: string): string {
  return `\n${styleText('bold', text)}\n`;
}

export function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line.trim() === '' ? '' : `  ${line}`))
    .join('\n');
}

/** A chapter of the story: a change file, and what came of it. */
export function uploadTold(title: string, { name, text }: DemoFile): string {
  return `${heading(title)}\n${fileTold(name, text)}`;
}

export function reportTold(report: DemoFile): string {
  return `${explained(words.report)}\n${fileTold(`_report/${report.name}`, report.text)}`;
}

export function traceTold({ trace }: Downloads): string {
  const { folder, name, text } = trace;
  return [explained(words.trace(folder)), fileTold(`${folder}/${name}`, text)].join('\n');
}

export function fileTold(name: string, text: string): string {
  return `  ${name}\n${indented(indented(text))}`;
}

/** A sentence between two pieces of output. */
export function explained(text: string): string {
  return `\n  ${text}\n`;
}

/** What an operator typed, and what came back. */
export function commandTold(words: string, output: string): string {
  return `  $ ${words}\n${indented(output)}\n`;
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
  [words.columns.state, ({ state }) => state],
  [words.columns.name, ({ givenName, familyName }) => `${givenName} ${familyName}`],
  [words.columns.seats, ({ seats }) => seats.map((seat) => seat.subscription).join(' + ')],
];

/** A cell says `before → after` where the two differ. */
export function changesTold(title: string, changes: readonly Change[]): string {
  const cell = (change: Change, read: (subscriber: Subscriber) => string) => {
    const [before, after] = [change.before, change.after].map((one) => (one && read(one)) || '–');
    return before === after ? `${after}` : `${before} → ${after}`;
  };
  const rows = changes.map((change) => [change.email, ...COLUMNS.map(([, read]) => cell(change, read))]);
  const titles = [words.columns.email, ...COLUMNS.map(([title]) => title)];
  return `${heading(title)}\n${table([titles, ...rows])}`;
}

function table([titles = [], ...rows]: string[][]): string {
  const widths = titles.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    `  ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('   ')}`.trimEnd();
  return [line(titles), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Where the demo lives, for the lines that a person can paste. */
export interface Home {
  door: Door;
  sftpPort: number;
  fingerprint: string;
  hostKeys: readonly string[];
  configuration: string;
  /** Change files for the person to upload and to check. */
  handFile: string;
  checkedList: string;
  log: string;
}

/** How to go on by hand: every command line works when pasted. */
export function invitation(title: string, spoolgate: string, home: Home): string {
  const { door, sftpPort, fingerprint, hostKeys, handFile, checkedList, log } = home;
  const { host, port, user, password } = door;
  const url = `ftps://${host}:${port}`;
  const curl = `curl -k --ssl-reqd --user ${quoted(`${user}:${password}`)}`;
  const operator = (words: string) => `    ${spoolgate} ${words} --config ${quoted(home.configuration)}`;
  return [
    heading(title),
    table([
      [words.door.host, words.door.hostIs(host)],
      [words.door.port, String(port)],
      [words.door.sftpPort, String(sftpPort)],
      [words.door.user, user],
      [words.door.password, password],
      [words.door.certificate, `SHA-256 ${fingerprint}`],
      ...hostKeys.map((key) => [words.door.hostKey, key]),
      [words.door.log, log],
    ]).replace(/\n.*─.*/, ''),
    `\n  ${words.upload}\n`,
    `    ${curl} -T ${quoted(handFile)} ${url}/`,
    `    sftp -P ${sftpPort} ${user}@${host}`,
    `\n  ${words.reports}\n`,
    `    ${curl} ${url}/_report/`,
    `    ${curl} -s "${url}/_report/$(${curl} -s -l ${url}/_report/ | grep llis_report | sort | tail -n 1)"`,
    `\n  ${words.commands}\n`,
    operator('status'),
    operator(`show ${DEMO_CUSTOMER} lena.vik@example.com`),
    operator(`history ${DEMO_CUSTOMER} lena.vik@example.com`),
    operator(`check ${quoted(checkedList)}`),
  ].join('\n');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
