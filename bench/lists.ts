/**
 * Full lists of 50,000 people: `npm run bench:lists -- [people]`. A real daemon in a process of its own with its embedded
 * server, in a temporary folder. Each list is timed from its arrival to its report; the daemon's memory is what
 * the kernel says of its process. On a machine that does other work too, compare the processor time: that of the daemon and
 * of its database server together.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';

const PEOPLE = Number(process.argv[2] ?? 50_000);
const CUSTOMER = 1_000_001;
/** Of the kernel. */
const TICKS_PER_SECOND = 100;
const COMMAND_LINE = path.join(import.meta.dirname, '..', 'daemon', 'cli.ts');

type Keeps = 'accounts' | 'contacts';
/** What a person's department is called. */
type Department = (person: number) => string;

const HEADERS: Record<Keeps, string> = {
  accounts: 'emailAddress,objectId,givenName,familyName,department,jobTitle,status',
  contacts: 'mail,objectId,displayName,departmentNumber,title,telephoneNumber',
};

function list(keeps: Keeps, department: Department): string {
  const lines = [HEADERS[keeps]];
  for (let person = 1; person <= PEOPLE; person += 1) {
    const id = `b7e3a1c4-0000-4000-8000-${String(person).padStart(12, '0')}`;
    const own =
      keeps === 'accounts'
        ? `Given${person},Family${person},${department(person)},Clerk,enabled`
        : `Given${person} Family${person},${department(person)},Clerk,+1 555 ${person}`;
    lines.push(`given.family${person}@${keeps}.example.com,${id},${own}`);
  }
  return `${lines.join('\n')}\n`;
}

const LISTS: [title: string, department: Department][] = [
  ['first list, all created', () => 'Sales'],
  ['nobody changes', () => 'Sales'],
  ['1 % change', (person) => (person % 100 === 0 ? 'Research' : 'Sales')],
  ['everybody changes', () => 'Support'],
];

const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-bench-'));
await chmod(home, 0o711);
try {
  const daemon = await startDaemon();
  for (const keeps of ['accounts', 'contacts'] as const) {
    console.log(`\n${PEOPLE} ${keeps}`);
    let number = 0;
    for (const [title, department] of LISTS) {
      number += 1;
      const before = await processorSeconds(daemon.pid ?? 0);
      const seconds = await send(`${CUSTOMER}_${keeps}_SNAPSHOT_${number}.csv`, list(keeps, department));
      const worked = (await processorSeconds(daemon.pid ?? 0)) - before;
      const { now, peak } = await memoryOf(daemon.pid ?? 0);
      console.log(
        `${title}: ${seconds.toFixed(1)} s, processor ${worked.toFixed(1)} s, resident ${now} MB, peak so far ${peak} MB`,
      );
    }
  }
  daemon.kill('SIGTERM');
  await once(daemon, 'close');
} finally {
  await rm(home, { recursive: true, force: true });
}

async function startDaemon() {
  const organisations = path.join(home, 'organisation.yaml');
  const source = (keeps: Keeps) => ({ snapshot: { keeps, scope: 'all' } });
  const customer = {
    id: CUSTOMER,
    name: 'Acme',
    folder: 'acme',
    domains: ['accounts.example.com'],
    types: ['SNAPSHOT'],
    sources: { accounts: source('accounts'), contacts: source('contacts') },
  };
  await writeFile(organisations, stringify({ customers: [customer] }));
  const configuration = path.join(home, 'spoolgate.yaml');
  const door = { host: '127.0.0.1', port: 0 };
  await writeFile(
    configuration,
    stringify({
      data: path.join(home, 'data'),
      spool: path.join(home, 'spool'),
      organisations,
      ftps: { ...door, passive: 0 },
      sftp: door,
      http: door,
      cycle: { settleMs: 100 },
    }),
  );
  const child = spawn(process.execPath, [COMMAND_LINE, 'serve', '--config', configuration], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout) if (String(chunk).includes('daemon started')) break;
  child.stdout.resume();
  return child;
}

/** @returns seconds until it is filed */
async function send(name: string, content: string): Promise<number> {
  const folder = path.join(home, 'spool', 'acme');
  await writeFile(path.join(folder, `${name}.part`), content);
  const long = new Date(Date.now() - 60_000);
  await utimes(path.join(folder, `${name}.part`), long, long);
  const before = performance.now();
  await rename(path.join(folder, `${name}.part`), path.join(folder, name));
  for (;;) {
    await delay(50);
    if (existsSync(path.join(folder, '_processed', name))) return (performance.now() - before) / 1000;
    if (existsSync(path.join(folder, '_error', name))) throw new Error(`${name} has failed`);
  }
}

async function memoryOf(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const megabytes = (key: string) =>
    Math.round(Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}

/** Of a process, of all that it has begun, and of what these have left behind. */
async function processorSeconds(root: number): Promise<number> {
  const processes = new Map<number, { parent: number; ticks: number }>();
  for (const name of await readdir('/proc')) {
    const text = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => null) : null;
    if (text === null) continue;
    // The name of a program may have blanks in it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    processes.set(Number(name), { parent: Number(fields[1]), ticks });
  }
  const isBelow = (pid: number): boolean =>
    pid === root || (pid > 1 && isBelow(processes.get(pid)?.parent ?? 0));
  const own = [...processes].filter(([pid]) => isBelow(pid));
  return own.reduce((sum, [, { ticks }]) => sum + ticks, 0) / TICKS_PER_SECOND;
}
