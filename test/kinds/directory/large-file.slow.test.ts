/**
 * A file of many slices, applied by a daemon that is killed on the way. In the suite it is small;
 * `SPOOLGATE_RECORDS=200000` makes it as large as it is meant to be.
 */
import { createReadStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../../support/daemon.ts';
import { fixtures } from '../../support/organisation.ts';
import { person } from './directory.ts';

const RECORDS = Number(process.env['SPOOLGATE_RECORDS'] ?? 6_000);
const RESIDENT_MEGABYTES_MAX = 250;
const NAME = '1000001_DI_1.ldif';
/** Of a record done twice: an add would give 7, a rename 8. */
const EACH = 10;

async function* records(): AsyncGenerator<Buffer> {
  let text = 'version: 1\n\n';
  for (let n = 1; n <= RECORDS; n += 1) {
    const above = `ou=Users ${n % 97},o=Acme`;
    text +=
      n % EACH === 0
        ? `dn: cn=Person ${n - 1},ou=Users ${(n - 1) % 97},o=Acme\nchangetype: modrdn\nnewrdn: cn=Renamed ${n}\ndeleteoldrdn: 1\nnewsuperior: ${above}\n\n`
        : person(`cn=Person ${n},${above}`, { sn: `Person ${n}`, title: 'Chief', pager: ['1', `${n}`] });
    if (n % 500 !== 0 && n < RECORDS) continue;
    yield Buffer.from(text);
    text = '';
  }
}

/** The most that a process has had resident so far. */
async function residentMegabytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

async function until(database: TestDatabase, condition: string): Promise<void> {
  for (;;) {
    const { rowCount } = await database.query(`select 1 from change_file where ${condition}`);
    if (rowCount) return;
    await delay(5);
  }
}

it.runIf(process.platform === 'linux')(
  `${RECORDS} records are applied with flat memory, by a daemon that is killed twice, and none is done twice`,
  async () => {
    await using opened = new AsyncDisposableStack();
    const home = await temporaryHome();
    opened.defer(() => rm(home, { recursive: true, force: true }));
    const database = await cloneDatabase();
    opened.defer(() => database.drop());
    const caps = { perFile: RECORDS, daily: RECORDS + 1 };
    const { file } = await writeConfiguration(home, database.url, {
      organisation: await fixtures({ throttle: caps }),
    });
    const peaks: number[] = [];
    const started = performance.now();

    const runUntil = async (
      condition: string,
      work: (daemon: DaemonProcess) => Promise<void> = async () => {},
    ) => {
      await using daemon = await spawnDaemon(file);
      await work(daemon);
      await until(database, condition);
      peaks.push(await residentMegabytes(daemon.child.pid));
      await daemon.kill();
    };
    await runUntil(`entries > ${RECORDS * 0.3}`, async (daemon) => {
      await using courier = await daemon.courier();
      await courier.client.uploadFrom(Readable.from(records()), NAME);
    });
    await runUntil(`entries > ${RECORDS * 0.7}`);
    await runUntil(`state = 'filed'`);
    const seconds = (performance.now() - started) / 1000;

    const results = await database.query(
      'select code, count(*)::int as count, max(entry)::int as last from entry_result group by code',
    );
    expect(results.rows).toEqual([{ code: 0, count: RECORDS, last: RECORDS }]);
    const renamed = Math.floor(RECORDS / EACH);
    const entries = await database.query(
      `select count(*)::int as all, (count(*) filter (where dn like 'cn=Renamed %'))::int as renamed from directory_entry`,
    );
    expect(entries.rows).toEqual([{ all: RECORDS - renamed, renamed }]);
    const trace = path.join(home, 'spool', 'acme', '_processed', NAME.replace('.ldif', '_trace.ldif'));
    expect(await lastLine(trace)).toMatch(
      new RegExp(`^${RECORDS},\\d+,0,dn: cn=Person ${RECORDS - 1},.*,modrdn$`),
    );
    expect(Math.max(...peaks)).toBeLessThan(RESIDENT_MEGABYTES_MAX);
    if (process.env['SPOOLGATE_RECORDS'])
      console.log(
        `${RECORDS} records in ${seconds.toFixed(1)} s, peaks of ${peaks.map(Math.round).join(', ')} MB`,
      );
  },
  600_000,
);

async function lastLine(file: string): Promise<string> {
  let last = '';
  for await (const line of createInterface({ input: createReadStream(file) })) last = line;
  return last;
}
