/**
 * While one customer, or a stranger, does its worst: how long do another customer's one-line uploads take, and how soon
 * does health answer?
 *
 *     npm run bench:attacks -- [seconds an attack] [number of the one attack]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Client } from 'basic-ftp';
import ssh2, { type SFTPWrapper } from 'ssh2';
import { hostilePem, SshAttacker } from '../test/support/ssh-attacker.ts';
import { figures, timed } from './timing.ts';

const SECONDS = Number(process.argv[2] ?? 15);
/** Of the attacks, by the number they begin with; all where none is given. */
const ONLY = process.argv[3];
const CLI = fileURLToPath(new URL('../daemon/cli.ts', import.meta.url));
const VICTIM = 1_000_002;
const BUSY = 1_000_001;
const PASSWORD = 'Upload-4-Bench';
const MEGABYTE = 1_048_576;
const OUTPUT_MAX = 1_000_000;

interface Ports {
  ftps: number;
  sftp: number;
  http: number;
}

let sequence = 0;
const next = () => (sequence += 1);
const upload = async (client: Client, customer: number, content: Buffer) =>
  client.uploadFrom(Readable.from([content]), `/${customer}_HR_PRV_${next()}.csv`);

/** Each goes on until it is told to stop. */
const ATTACKS: Record<string, (ports: Ports, goesOn: () => boolean) => Promise<void>> = {
  'nobody attacks': async (_, goesOn) => {
    while (goesOn()) await delay(100);
  },
  '1 key offers that are a PEM text': async ({ sftp }, goesOn) => {
    const key = hostilePem(34_000);
    while (goesOn()) {
      // Once it is banned nothing more comes in; it tries on.
      const attacker = await SshAttacker.connect(sftp).catch(() => delay(50).then(() => null));
      if (!attacker) continue;
      await using _ = attacker;
      let closed = false;
      void attacker.closed.then(() => (closed = true));
      for (let offers = 1; offers <= 20 && !closed; offers += 1) {
        attacker.offer(`c${BUSY}`, 'rsa-sha2-256', key);
        while (!closed && attacker.refusals < offers) await delay(1);
      }
    }
  },
  '2 a file of 62 MB of short lines': ({ ftps }, goesOn) =>
    asBusy(ftps, goesOn, async (client) => {
      const lines = Buffer.from(`emailAddress,action\n${'a,b\n'.repeat((62 * MEGABYTE) / 4)}`);
      await upload(client, BUSY, lines);
    }),
  '2 a file of lone quotes': ({ ftps }, goesOn) =>
    asBusy(ftps, goesOn, async (client) => {
      await upload(client, BUSY, Buffer.from(`emailAddress,action\n${'"\n'.repeat(MEGABYTE / 2)}`));
      await delay(500);
    }),
  '3 1,000 passwords in a refused file': ({ ftps }, goesOn) =>
    asBusy(ftps, goesOn, async (client) => {
      const rows = Array.from({ length: 1_000 }, (_, n) => `p${n}@c.example.com,Add,1,P${n},N,Secret-12\n`);
      await upload(
        client,
        BUSY,
        Buffer.from(`emailAddress,action,subscriptionId,givenName,familyName,password\n${rows.join('')}`),
      );
      await delay(200);
    }),
  '5 the folder is filled with refused files': ({ ftps }, goesOn) =>
    asBusy(ftps, goesOn, async (client) => {
      await client
        .uploadFrom(Readable.from([Buffer.alloc(2 * MEGABYTE, 'x')]), `/bad${next()}.csv`)
        .catch(() => {});
      await delay(50);
    }),
  '7 requests of 200 KB on 12 connections of 8 channels': ({ sftp }, goesOn) =>
    Promise.all(Array.from({ length: 12 }, () => statsAhead(sftp, goesOn, 200_000))).then(() => {}),
  '7 requests of 32 KB on 12 connections of 8 channels': ({ sftp }, goesOn) =>
    Promise.all(Array.from({ length: 12 }, () => statsAhead(sftp, goesOn, 32_000))).then(() => {}),
};

async function asBusy(
  port: number,
  goesOn: () => boolean,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  while (goesOn()) {
    const client = await signedIn(port, BUSY);
    await work(client).catch(() => delay(200));
    client.close();
  }
}

/** Requests without end, whose answers nobody reads. */
async function statsAhead(port: number, goesOn: () => boolean, length: number): Promise<void> {
  while (goesOn()) {
    const client = new ssh2.Client();
    client.on('error', () => {});
    const closed = once(client, 'close').catch(() => {});
    client.connect({ host: '127.0.0.1', port, username: `c${BUSY}`, password: PASSWORD });
    if (
      !(await Promise.race([once(client, 'ready').then(() => true), closed.then(() => false)]).catch(
        () => false,
      ))
    ) {
      await delay(200);
      continue;
    }
    for (let channel = 0; channel < 8; channel += 1)
      client.sftp((error: Error | undefined, sftp: SFTPWrapper) => {
        if (error) return;
        const name = 'x'.repeat(length);
        for (let request = 0; request * length < 4 * MEGABYTE; request += 1) sftp.stat(name, () => {});
      });
    await Promise.race([closed, delay(2_000)]);
    client.end();
    await Promise.race([closed, delay(500)]);
  }
}

/** The attacker has a thread of its own: what it costs itself must not count. */
interface Order {
  name: string;
  ports: Ports;
  end: number;
}

if (isMainThread) {
  await using opened = new AsyncDisposableStack();
  const home = await mkdtemp(path.join(tmpdir(), 'spoolgate-bench-'));
  await chmod(home, 0o711);
  opened.defer(() => rm(home, { recursive: true, force: true }));
  for (const name of Object.keys(ATTACKS)) if (!ONLY || name.startsWith(ONLY)) await measure(home, name);
} else {
  const { name, ports, end } = workerData as Order;
  await ATTACKS[name]?.(ports, () => Date.now() < end);
}

async function attackUntil(order: Order): Promise<void> {
  const attacker = new Worker(new URL(import.meta.url), { workerData: order });
  await once(attacker, 'exit');
}

async function measure(home: string, name: string): Promise<void> {
  await rm(path.join(home, 'data'), { recursive: true, force: true });
  await rm(path.join(home, 'spool'), { recursive: true, force: true });
  await using daemon = await startDaemon(home);
  const end = Date.now() + SECONDS * 1_000;
  const goesOn = () => Date.now() < end;
  const attacking = attackUntil({ name, ports: daemon.ports, end });
  const [uploads, health]: [number[], number[]] = [[], []];
  const victim = async () => {
    const client = await signedIn(daemon.ports.ftps, VICTIM);
    while (goesOn()) {
      uploads.push(
        await timed(() =>
          upload(client, VICTIM, Buffer.from('emailAddress,action\nx@c.example.com,Suspend\n')),
        ),
      );
      await delay(50);
    }
    client.close();
  };
  const doctor = async () => {
    while (goesOn()) {
      health.push(
        await timed(async () => (await fetch(`http://127.0.0.1:${daemon.ports.http}/health`)).text()),
      );
      await delay(50);
    }
  };
  await Promise.all([victim(), doctor(), attacking]);
  process.stdout.write(
    `${name}\n  upload of another customer: ${figures(uploads)}\n  health: ${figures(health)}\n`,
  );
}

async function startDaemon(home: string): Promise<AsyncDisposable & { ports: Ports }> {
  const customer = (id: number) => `  - id: ${id}
    name: C${id}
    folder: c${id}
    subscriptions: [{ id: 1, kind: mail, mail: notes, name: Mail, seats: 1000 }]
    accounts: [{ login: c${id}, password: ${PASSWORD}, rights: [upload, download] }]
`;
  await writeFile(path.join(home, 'organisation.yaml'), `customers:\n${customer(BUSY)}${customer(VICTIM)}`);
  const configuration = path.join(home, 'spoolgate.yaml');
  await writeFile(
    configuration,
    `data: ${home}/data\nspool: ${home}/spool\norganisations: ${home}/organisation.yaml\nlimits: { folderBytes: 200000000 }
ftps: { host: 127.0.0.1, port: 0, passive: 0 }\nsftp: { host: 127.0.0.1, port: 0 }\nhttp: { host: 127.0.0.1, port: 0 }\n`,
  );
  const child = spawn(process.execPath, [CLI, 'serve', '--config', configuration], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<Ports>();
  child.stdout.on('data', (chunk: Buffer) => {
    if (output.length < OUTPUT_MAX) output += chunk.toString();
    const line = /^.*"message":"daemon started".*$/m.exec(output)?.[0];
    if (!line) return;
    const { ftps, sftp, http } = JSON.parse(line) as Record<keyof Ports, string>;
    const portOf = (address: string) => Number(address.split(':').at(-1));
    resolve({ ftps: portOf(ftps), sftp: portOf(sftp), http: portOf(http) });
  });
  child.on('exit', () => reject(new Error(`the daemon ended:\n${output}`)));
  const ports = await promise;
  const [client, other] = [await signedIn(ports.ftps, VICTIM), await signedIn(ports.ftps, BUSY)];
  client.close();
  other.close();
  return {
    ports,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null) child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function signedIn(port: number, customer: number): Promise<Client> {
  const client = new Client(60_000);
  const secureOptions = { rejectUnauthorized: false };
  await client.access({
    host: '127.0.0.1',
    port,
    user: `c${customer}`,
    password: PASSWORD,
    secure: 'implicit',
    secureOptions,
  });
  return client;
}
