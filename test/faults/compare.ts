import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { codesOf, linesAbout } from '../journeys/courier.ts';
import { ENTRIES_PER_FILE, nameOf, UPLOADERS, type Uploader } from './uploads.ts';
import type { World } from './world.ts';

/** Everything that must be the same with and without faults; nothing of what may differ: ids, times, batches. */
export interface Picture {
  accounts: unknown[];
  seats: unknown[];
  counters: unknown[];
  used: unknown[];
  followUps: unknown[];
  results: unknown[];
  files: Record<string, { places: string[]; codes: number[]; told: string[][] }>;
}

export async function pictureOf(world: World): Promise<Picture> {
  const { database } = world;
  const all = async (text: string) => (await database.query(text)).rows;
  return {
    accounts: await all(
      `select customer_id, email, state, given_name, family_name, department, last_change_file, last_change_line, origin
         from subscriber order by email collate "C"`,
    ),
    seats: await all(
      `select s.email, t.subscription_id, u.seats_taken from seat t join subscriber s on s.id = t.subscriber_id
         join subscription u on u.customer_id = t.customer_id and u.id = t.subscription_id order by 1, 2`,
    ),
    counters: await all('select customer_id, source, type, last from sequence_counter order by 1'),
    used: await all(
      `select customer_id, sum(used) as used from cap_usage where period = 'day' group by 1 order by 1`,
    ),
    followUps: await all(
      `select o.topic, s.email, o.entry, f.name from outbox o left join subscriber s on s.id = o.subscriber_id
         left join change_file f on f.id = o.change_file_id order by 2, 1, 4, 3`,
    ),
    results: await all(
      `select f.name, r.entry, r.line, r.code, r.operation, r.subject, r.detail
         from entry_result r join change_file f on f.id = r.change_file_id order by f.name, r.entry`,
    ),
    files: await filesOf(world),
  };
}

async function filesOf(world: World): Promise<Picture['files']> {
  const files: Picture['files'] = {};
  for (const uploader of UPLOADERS) {
    const folder = path.join(world.spool, uploader.folder);
    const names = Object.fromEntries(
      await Promise.all(
        ['', '_processed', '_error', '.taken'].map(
          async (part) => [part, await readdir(path.join(folder, part))] as const,
        ),
      ),
    );
    const reports = await textsIn(path.join(folder, '_report'));
    for (let file = 1; file <= (world.uploaded.get(uploader) ?? 0); file += 1) {
      const name = nameOf(uploader, file);
      const trace = name.replace('.csv', '_trace.csv');
      const places = Object.entries(names).flatMap(([part, inside]) =>
        [name, trace].filter((one) => inside.includes(one)).map((one) => `${part}/${one}`),
      );
      const text = await readFile(path.join(folder, '_error', trace), 'utf8').catch(() => '');
      const told = reports.map((report) => linesAbout(report, name)).filter((lines) => lines.length > 0);
      files[name] = { places, codes: codesOf(text), told };
    }
  }
  return files;
}

async function textsIn(folder: string): Promise<string[]> {
  return Promise.all((await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')));
}

/** What holds by itself, whatever the model says. */
export async function expectInvariants(world: World): Promise<void> {
  const { database, spool, uploaded } = world;
  const once = await database.query(`select name from change_file group by name having count(*) > 1`);
  expect(once.rows, 'each file is in the ledger once').toEqual([]);
  const counts = await database.query(
    `select f.name from change_file f left join entry_result r on r.change_file_id = f.id
      group by f.id having count(r.*) <> ${ENTRIES_PER_FILE} or f.entries <> ${ENTRIES_PER_FILE}`,
  );
  expect(counts.rows, 'each entry has one result').toEqual([]);
  const order = await database.query(
    `select one.name from change_file one join change_file later on later.customer_id = one.customer_id
      where later.sequence > one.sequence and later.finished_at < one.finished_at`,
  );
  expect(order.rows, 'files of a customer in order').toEqual([]);
  const open = await database.query(
    `select 1 from batch where closed_at is null union all select 1 from turn_queue where phase not in ('idle', 'settling')`,
  );
  expect(open.rowCount, 'nothing is left to do').toBe(0);
  for (const uploader of UPLOADERS)
    expect(await strays(spool, uploader, uploaded.get(uploader) ?? 0)).toEqual([]);
}

/** Every name in a customer's folder that has no business there. */
async function strays(spool: string, uploader: Uploader, files: number): Promise<string[]> {
  const expected = new Set([
    '_status.txt',
    '_status.json',
    '.taken',
    '.staging',
    '_processed',
    '_error',
    '_report',
    'journal',
  ]);
  for (let file = 1; file <= files; file += 1) {
    expected.add(path.join('_error', nameOf(uploader, file)));
    expected.add(path.join('_error', nameOf(uploader, file).replace('.csv', '_trace.csv')));
  }
  const found = await readdir(path.join(spool, uploader.folder), { recursive: true });
  return found.filter(
    (name) => !expected.has(name) && !/^_report\/llis_report_\d{8}_\d{6}(_\d+)?\.txt$/.test(name),
  );
}
