import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/kinds/provisioning/operations.ts';
import { showSubscriber } from '../../src/actions/show.ts';
import { PRV_OPERATIONS } from '../../src/tables/prv-operations.ts';
import type { Courier } from '../support/courier.ts';
import { startAfresh, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';
import { PRECONDITIONS, STORED_AFTER } from './preconditions.ts';

const SAMPLES = new URL('../samples/', import.meta.url);

interface Example {
  name: string;
  text: string;
  codes: number[];
}

const index = parse<Record<string, string>>(readFileSync(new URL('INDEX.csv', SAMPLES)), { columns: true });

const examples: Example[] = index
  .filter(({ file }) => file?.startsWith('prv/'))
  .map(({ file = '', expected_result_codes: codes = '' }) => ({
    name: path.basename(file, '.csv'),
    text: readFileSync(new URL(file, SAMPLES), 'utf8'),
    codes: codes.split(';').map(Number),
  }));

const carriedOut = new Set<string>(OPERATIONS.map(({ name }) => name.toLowerCase()));
const documented = new Set<string>(PRV_OPERATIONS.map(({ operation }) => operation.toLowerCase()));

/** Whether this program carries out every operation of the file; a name that no operation has is an example too. */
function isCarriedOut({ text }: Example): boolean {
  const rows = parse<Record<string, string>>(text, { columns: true, relax_column_count: true });
  const actions = rows.map(({ action = '' }) => action.toLowerCase());
  return actions.every((action) => carriedOut.has(action) || !documented.has(action));
}

let world: TestDaemon;
let acme: Courier;
let sequence = 0;

beforeAll(async () => {
  world = await startTestDaemon();
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

async function expectStored(name: string): Promise<void> {
  for (const [address, expected] of Object.entries(STORED_AFTER[name] ?? {})) {
    const shown = showSubscriber(world.database, ACME, address);
    if (expected === null) await expect(shown).rejects.toThrow(/no subscriber/);
    else expect(await shown).toMatchObject(expected);
  }
}

async function expectSeatsCounted(): Promise<void> {
  const { rows } = await world.database.query(
    `select id, seats_taken, (select count(*) from seat s where s.subscription_id = b.id and s.customer_id = b.customer_id)
       from subscription b where seats_taken <>
         (select count(*) from seat s where s.subscription_id = b.id and s.customer_id = b.customer_id)`,
  );
  expect(rows).toEqual([]);
}

describe('every documented provisioning example gives its documented codes', () => {
  it.for(examples.filter(isCarriedOut))('$name: $codes', async ({ name, text, codes }) => {
    await startAfresh(world, await fixtures(PRECONDITIONS[name]));
    const filed = await acme.send(`1000001_PRV_${(sequence += 1)}.csv`, text);
    expect(filed.codes).toEqual(codes);
    expect(filed.folder).toBe(codes.every((code) => code === 0) ? '_processed' : '_error');
    await expectStored(name);
    await expectSeatsCounted();
  });
});

it('every example that asks for a state, or is followed by one, is in the index', () => {
  const known = examples.map(({ name }) => name);
  expect(Object.keys({ ...PRECONDITIONS, ...STORED_AFTER }).filter((name) => !known.includes(name))).toEqual(
    [],
  );
});
