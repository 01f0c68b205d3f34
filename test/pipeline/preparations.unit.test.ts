import { expect, it } from 'vitest';
import { Preparations } from '../../src/pipeline/preparations.ts';

const FILE = { id: 7, customer: 1 };

/** Preparations whose hashes are made when the test says so. */
function begin(fail = false) {
  const made: string[] = [];
  const gate = Promise.withResolvers<void>();
  const finished: Promise<void>[] = [];
  const preparations = new Preparations(async (password) => {
    made.push(password);
    await gate.promise;
    if (fail) throw new Error('no thread');
    return `hash of ${password}`;
  });
  preparations.listen((_, end) => finished.push(end));
  const finish = async () => {
    gate.resolve();
    await Promise.all(finished);
  };
  return { preparations, made, finish };
}

it('makes each hash once, and has it for the next turn', async () => {
  const { preparations, made, finish } = begin();
  const demands = new Map([
    [1, 'one'],
    [3, 'three'],
  ]);
  expect(preparations.take(FILE, demands)).toBeNull();
  expect(preparations.take(FILE, demands), 'while it is made').toBeNull();
  await finish();
  expect(preparations.take(FILE, demands)).toEqual(
    new Map([
      [1, 'hash of one'],
      [3, 'hash of three'],
    ]),
  );
  expect(made).toEqual(['one', 'three']);
});

it('makes what is missing where the accounts, or the file, have changed meanwhile', async () => {
  const { preparations, made, finish } = begin();
  preparations.take(FILE, new Map([[1, 'one']]));
  await finish();
  const changed = new Map([
    [1, 'another'],
    [2, 'two'],
  ]);
  expect(preparations.take(FILE, changed)).toBeNull();
  await finish();
  expect(preparations.take(FILE, changed)).toEqual(
    new Map([
      [1, 'hash of another'],
      [2, 'hash of two'],
    ]),
  );
  expect(made).toEqual(['one', 'another', 'two']);
});

it('tells the next turn of a fault, and begins anew after it', async () => {
  const { preparations, finish } = begin(true);
  preparations.take(FILE, new Map([[1, 'one']]));
  await finish();
  expect(() => preparations.take(FILE, new Map([[1, 'one']]))).toThrow('no thread');
  expect(preparations.take(FILE, new Map([[1, 'one']]))).toBeNull();
});

it('begins nothing once it is closed', () => {
  const { preparations, made } = begin();
  preparations.close();
  expect(preparations.take(FILE, new Map([[1, 'one']]))).toBeNull();
  expect(made).toEqual([]);
});

it('keeps nothing of a file that another one of the customer follows, or that needs nothing any more', async () => {
  const dropped: number[] = [];
  const gate = Promise.withResolvers<void>();
  const made: string[] = [];
  const preparations = new Preparations(
    async (password) => {
      made.push(password);
      await gate.promise;
      return `hash of ${password}`;
    },
    (customer) => dropped.push(customer),
  );
  const next = { id: 8, customer: 1 };
  preparations.take(FILE, new Map([[1, 'one']]));
  expect(preparations.take(next, new Map([[1, 'two']])), 'begins at once').toBeNull();
  expect({ dropped, made }).toEqual({ dropped: [1], made: ['one', 'two'] });
  expect(preparations.take(next, new Map())).toEqual(new Map());
  preparations.take(FILE, new Map([[1, 'one']]));
  expect(made, 'made anew').toEqual(['one', 'two', 'one']);
  preparations.forget(1);
  expect(dropped).toEqual([1, 1, 1]);
  gate.resolve();
});
