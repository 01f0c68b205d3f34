import { describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/database/open.ts';
import { cloneDatabase } from '../support/database.ts';

const END_MYSELF = 'select pg_terminate_backend(pg_backend_pid())';

/** A connection breaks while it is used, and no idle one breaks beside it. */
const USES: Record<string, (database: Database) => Promise<unknown>> = {
  'a statement': (database) => database.query(END_MYSELF),
  'a transaction': (database) => database.transaction((tx) => tx.query(END_MYSELF)),
  'a transaction that goes on after the loss': (database) =>
    database.transaction(async (tx) => {
      await tx.query(END_MYSELF).catch(() => undefined);
      return tx.query('select 1');
    }),
};

describe('a connection that breaks in use is told, and not only to its user', () => {
  for (const [what, use] of Object.entries(USES))
    it(what, async () => {
      await using world = await open();
      await expect(use(world.database)).rejects.toThrow(/terminat|not queryable/);
      expect(world.lost).toHaveLength(1);
    });

  it('but no statement that was refused', async () => {
    await using world = await open();
    await expect(world.database.query('select 1/0')).rejects.toThrow('division by zero');
    await expect(world.database.transaction((tx) => tx.query('select 1/0'))).rejects.toThrow(
      'division by zero',
    );
    expect(world.lost).toEqual([]);
  });
});

async function open() {
  const clone = await cloneDatabase();
  const lost: Error[] = [];
  const database = await openDatabase(clone.url, (error) => lost.push(error));
  return {
    database,
    lost,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await clone.drop();
    },
  };
}
