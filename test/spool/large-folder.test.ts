/** What a customer with thousands of waiting files costs: counted in statements and rows, not in time. */
import { KINDS } from '../../src/kinds/registry.ts';
import { customers } from '../../src/accounts/customers/customer.ts';
import { utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIntake, type Intake } from '../../src/spool/intake.ts';
import { systemClock } from '../../src/clock.ts';
import type { Database, Queryable } from '../../src/database/open.ts';
import { startBatch } from '../../src/ledger/batch.ts';
import { nextInBatch } from '../../src/ledger/look.ts';
import { customerStatus, customerStatuses } from '../../src/ledger/status.ts';
import { statusText } from '../../src/report/status-file.ts';
import { openStation, type TestStation } from '../support/services.ts';
import { ACME, OTHER } from '../support/organisation.ts';

const FILES = 3_000;
const CAPS = { perFile: 200, hourly: 750, daily: 10_000 };
const nameOf = (number: number) => `${ACME}_HR_PRV_${number}.csv`;

let world: TestStation;
let intake: Intake;
const counts = { statements: 0, rows: 0 };

/** Counts what goes through. */
function counting(queryable: Queryable): Queryable['query'] {
  return async (text, values) => {
    const result = await queryable.query<never>(text, values);
    counts.statements += 1;
    counts.rows += result.rows.length;
    return result;
  };
}

async function counted(work: () => Promise<unknown>): Promise<{ statements: number; rows: number }> {
  Object.assign(counts, { statements: 0, rows: 0 });
  await work();
  return { ...counts };
}

beforeAll(async () => {
  world = await openStation();
  const { services, database, folder } = world;
  const counted: Database = {
    ...database,
    query: counting(database),
    transaction: (work) => database.transaction((tx) => work({ ...tx, query: counting(tx) })),
  };
  const { journal, spool } = services;
  intake = createIntake({ database: counted, clock: systemClock, journal, spool, types: KINDS.types });
  for (let number = 1; number <= FILES; number += 1) await put(folder, number);
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

async function put(folder: string, number: number): Promise<void> {
  const file = path.join(folder, nameOf(number));
  await writeFile(file, 'emailAddress,action\n');
  await utimes(file, new Date(0), new Date(0));
}

const place = () => ({ customer: ACME, folder: world.folder });

it('files that lie there already are entered in sets', async () => {
  const { statements } = await counted(() => intake.sweep(place()));
  expect(statements).toBeLessThan(20);
  const { rows } = await world.database.query('select count(*) as files from change_file');
  expect(rows).toEqual([{ files: FILES }]);
});

it('a notice of one name looks at that name alone', async () => {
  expect(await counted(() => intake.look(place(), [nameOf(7)]))).toEqual({ statements: 1, rows: 1 });
  await put(world.folder, FILES + 1);
  const looked = counted(async () =>
    expect(await intake.look(place(), [nameOf(FILES + 1)])).toEqual({ admitted: true, changing: [] }),
  );
  expect((await looked).rows).toBeLessThan(3);
});

it('a customer of whom nothing waits is swept without a statement', async () => {
  await intake.customers();
  const folder = path.join(world.services.spool, 'other');
  expect(await counted(() => intake.sweep({ customer: OTHER, folder }, false))).toEqual({
    statements: 0,
    rows: 0,
  });
  expect([...(await intake.waitingCustomers())]).toEqual([ACME]);
});

it('the status names the first files and counts the rest, and costs as much for all customers as for one', async () => {
  const db = { query: counting(world.database) };
  const facts = { caps: CAPS, countsHourly: KINDS.countsHourly, heldRefuses: KINDS.heldRefuses };
  const [acme, other] = await customers(world.database, [ACME, OTHER]);
  if (!acme || !other) throw new Error('both are there');
  const status = await customerStatus(db, acme, facts, new Date());
  expect(status).toMatchObject({ waiting: FILES + 1, files: { length: 100 } });
  expect(statusText(status, new Date())).toContain(`  … and ${FILES + 1 - 100} more\n`);
  const one = await counted(() => customerStatuses(db, [acme], facts, new Date()));
  const all = await counted(() => customerStatuses(db, [acme, other], facts, new Date()));
  expect(all.statements).toBe(one.statements);
});

it('the next file of a batch is found by an index, in the order of the numbers', async () => {
  const { database } = world;
  const batch = await startBatch(database, ACME, new Date());
  expect(await nextInBatch(database, batch?.id ?? 0)).toMatchObject({ file: { name: nameOf(1) } });
  await database.query('analyze change_file');
  const { rows } = await database.query<{ 'QUERY PLAN': string }>(
    `explain select id from change_file where batch_id = ${batch?.id} and state = 'waiting'
      order by rank, sequence, source collate "C", id limit 1`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('change_file_next');
  expect(plan).not.toContain('Sort');
});
