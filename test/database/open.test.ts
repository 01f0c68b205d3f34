import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isDatabaseAway } from '../../src/database/away.ts';
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
      await expect(use(world.database)).rejects.toSatisfy(isDatabaseAway);
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

/** A message of the server: its letter, its length, its content. */
function message(type: string, content: string | Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + Buffer.byteLength(content));
  return Buffer.concat([Buffer.from(type), length, Buffer.from(content)]);
}
const READY = message('Z', 'I');
const WELCOME = Buffer.concat([message('R', Buffer.alloc(4)), READY]);
const FATAL = message('E', 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');

describe('a connection that breaks while it changes hands', () => {
  it('fails its user, and does not end the process', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      const isFirst = connections === 1;
      socket.once('data', () => {
        // "Ready" and the end in one piece: the user is only about to be told that it has the connection.
        socket.write(isFirst ? WELCOME : Buffer.concat([WELCOME, FATAL]));
        socket.on('data', () => socket.write(Buffer.concat([message('C', 'SELECT 1\0'), READY])));
      });
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const database = await openDatabase(`postgres://user@127.0.0.1:${port}/base`, () => {});
    const [first, second] = await Promise.allSettled([
      database.transaction((tx) => tx.query('select 1')),
      database.transaction((tx) => tx.query('select 1')),
    ]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
    await database.close();
    server.close();
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
