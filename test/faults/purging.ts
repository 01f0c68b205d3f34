/** Deaths while files whose time is over are deleted. */
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { poll } from '../support/courier.ts';
import type { DaemonProcess } from '../support/daemon.ts';
import type { World } from './world.ts';

/** Deaths while it purges: after the first file, after the second, and after half of what is left. */
export const PURGE_DEATHS = 3;

const OLD = { customer: 1_000_001, login: 'acme' };
const YOUNG = { customer: 1_000_002, login: 'other' };
const FOLDERS = ['_processed', '_error', '_report'];

/** One customer's files are over their time, the other's are not: daemons die on the former, the last one finishes. */
export async function diePurging(world: World): Promise<void> {
  const { database } = world;
  await database.query(
    `update change_file set finished_at = finished_at - interval '31 days' where customer_id = $1`,
    [OLD.customer],
  );
  await database.query(`update batch set closed_at = closed_at - interval '31 days' where customer_id = $1`, [
    OLD.customer,
  ]);
  await database.query(`update receipt set at = at - interval '31 days' where customer_id = $1`, [
    OLD.customer,
  ]);
  const young = await left(world, YOUNG);
  const all = await left(world, OLD);
  let gone = 0;
  for (const count of [1, 2, Math.ceil((all.files.length - 3) / 2)]) {
    await database.query('delete from job_run');
    await dieOf(world, `purged:${count}`);
    gone += count;
    const now = await left(world, OLD);
    expect(now.files.length, 'files that are not deleted yet').toBe(all.files.length - gone);
    expect(now.results, 'results stay as long as files do').toBe(all.results);
  }
  await database.query('delete from job_run');
  await using daemon = await world.start();
  await poll('the purge to end', 20, async () => {
    const { rows } = await database.query('select 1 from job_run where finished_at is not null');
    return rows[0] ?? null;
  });
  expect(await daemon.stop(), daemon.output()).toBe(0);
  expect(await left(world, OLD)).toEqual({ files: [], results: 0, refused: all.refused, unpurged: 0 });
  expect(await left(world, YOUNG)).toEqual(young);
}

async function dieOf(world: World, step: string): Promise<void> {
  const daemon = await world
    .start({ SPOOLGATE_DIE_AT: step })
    .catch((error: unknown): DaemonProcess | null => {
      expect(String(error)).toMatch(/ended before it had started/);
      return null;
    });
  if (!daemon) return;
  if (daemon.child.signalCode === null) await once(daemon.child, 'exit');
  expect(daemon.child.signalCode, daemon.output()).toBe('SIGKILL');
}

async function left({ database, spool }: World, { customer, login }: typeof OLD) {
  const names = FOLDERS.map(async (folder) =>
    (await readdir(path.join(spool, login, folder)))
      .filter((name) => !name.endsWith('.pub'))
      .map((name) => `${folder}/${name}`),
  );
  const { rows } = await database.query<{ results: number; refused: number; unpurged: number }>(
    `select (select count(*) from entry_result r join change_file f on f.id = r.change_file_id
              where f.customer_id = $1 and r.code = 0) as results,
            (select count(*) from refused_entry where customer_id = $1) as refused,
            (select count(*) from change_file where customer_id = $1 and purged_at is null) as unpurged`,
    [customer],
  );
  return { files: (await Promise.all(names)).flat().toSorted(), ...rows[0] };
}
