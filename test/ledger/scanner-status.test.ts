import { customerById } from '../../src/accounts/customers/customer.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerStatus } from '../../src/ledger/status.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-05-05T12:01:00Z');
const CAPS = { perFile: 200, hourly: 750, daily: 10_000 };

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme');
     insert into change_file (customer_id, name, type, source, sequence, state, received_at, bytes, modified_at)
     select 1, '1_PRV_' || number || '.csv', 'PRV', '', number, 'waiting', now(), 9, now() from generate_series(1, 3) number`,
  );
});
afterAll(() => database.drop());

test.each([
  [{ cause: 'away', reason: 'connect ENOENT /run/clamd.ctl' }, 'scanner-unreachable'],
  [{ cause: 'slow', reason: 'no answer within 60 s' }, 'scanner-timeout'],
  [{ cause: 'fault', reason: 'it answers "x"' }, 'scanner-error'],
  [{ reason: 'noted by an earlier version' }, 'scanner-unreachable'],
])(
  'a file that waits for the scanner is shown with the cause, and without paths: %j',
  async (noted, reason) => {
    await database.query('update change_file set detail = $1 where sequence = 2', [
      { waits: 'scanner', ...noted },
    ]);
    const customer = await customerById(database, 1);
    const status = await customerStatus(
      database,
      customer,
      { caps: CAPS, countsHourly: KINDS.countsHourly, heldRefuses: KINDS.heldRefuses },
      NOW,
    );
    expect(status.files.map(({ place, expected }) => [place, expected])).toEqual([
      [1, NOW],
      [2, null],
      [3, null],
    ]);
    expect(status.files[1]).toMatchObject({ reason, values: {} });
    expect(JSON.stringify(status)).not.toContain(noted.reason);
  },
);
