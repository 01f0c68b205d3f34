/**
 * What a scrape costs with a past: `npm run bench:metrics -- [customers] [past files] [waiting files]`. The embedded server
 * in a temporary folder; nothing else is touched. The statements alone, and the whole scrape with nothing kept.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readShared, tellShared } from '../daemon/shared-gauges.ts';
import { checkConfiguration } from '../src/configuration.ts';
import { systemClock } from '../src/clock.ts';
import { openEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { openDatabase } from '../src/database/open.ts';
import { Meters } from '../src/metrics/meters.ts';
import type { Gauges } from '../src/metrics/gauges.ts';
import { fillPast } from './past-files.ts';
import { figures } from './timing.ts';

const [customers = 1_000, files = 1_000_000, waiting = 1_000] = process.argv.slice(2).map(Number);
const SCRAPES = 100;

const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-bench-'));
await chmod(home, 0o711);
const server = await openEmbedded(home, ['synchronous_commit=off', 'fsync=off']);
try {
  const database = await openDatabase(server.connection, () => {});
  await migrate(database);
  await fillPast(database, systemClock.now(), { customers, files, waiting });
  for (const own of [0, 100]) {
    const configuration = checkConfiguration(`metrics: { customers: ${own} }`, 'bench');
    const parts = {
      configuration: { ...configuration, readFrom: null },
      database,
      clock: systemClock,
      meters: new Meters(),
    };
    const read: number[] = [];
    const whole: number[] = [];
    let bytes = 0;
    const { Scraper } = await import('../src/metrics/scrape.ts');
    const scraper = new Scraper(parts.meters, async () => {
      const all: Gauges = new Map();
      const began = performance.now();
      const shared = await readShared(parts);
      read.push(performance.now() - began);
      tellShared(all, shared, parts.configuration);
      return all;
    });
    for (let n = 0; n < SCRAPES; n += 1) {
      const began = performance.now();
      bytes = (await scraper.scrape('text')).length;
      whole.push(performance.now() - began);
    }
    process.stdout.write(
      `${customers} customers (${own} of their own), ${files} past files, ${waiting} waiting: ${bytes} bytes\n` +
        `  statements ${figures(read)}\n  whole scrape ${figures(whole)}\n`,
    );
  }
  await database.close();
} finally {
  await server.stop();
  await rm(home, { recursive: true, force: true });
}
