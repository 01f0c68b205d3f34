import { expect, test } from 'vitest';
import { guardJob } from '../../src/jobs/guard.ts';
import { TestClock } from '../support/clock.ts';
import { cloneDatabase } from '../support/database.ts';

test('a held file is discarded after 24 hours by a clock that was set back meanwhile', async () => {
  const database = await cloneDatabase();
  try {
    const clock = new TestClock();
    await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
    await database.query(
      `insert into change_file (customer_id, name, state, received_at, bytes, modified_at, hold, held_until)
       values (1, 'a.csv', 'held', $1, 9, $1, '{"absent":6,"disabled":0}', $1::timestamptz + interval '1 year')`,
      [clock.now()],
    );
    const changed: number[] = [];
    const { run } = guardJob({ database, clock }, (customer) => changed.push(customer));
    await run();
    expect(changed).toEqual([]);
    clock.advance(24 * 60 * 60_000);
    await run();
    expect(changed).toEqual([1]);
  } finally {
    await database.drop();
  }
});
