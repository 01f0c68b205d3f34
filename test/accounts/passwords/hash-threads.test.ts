import { randomBytes, type Argon2Parameters } from 'node:crypto';
import { expect, it } from 'vitest';
import { HashThreads, SIGN_IN, type Whose } from '../../../src/accounts/passwords/hash-threads.ts';

const PARAMETERS: Argon2Parameters = {
  message: 'a password',
  nonce: randomBytes(16),
  memory: 8,
  passes: 1,
  parallelism: 1,
  tagLength: 32,
};

/** Puts work in at once. @returns in which order it was done */
async function orderOf(work: Whose[]): Promise<Whose[]> {
  const threads = new HashThreads(1);
  const order: Whose[] = [];
  await Promise.all(
    work.map(async (whose) => {
      await threads.hash(PARAMETERS, whose);
      order.push(whose);
    }),
  );
  return order;
}

it('customers have their turns, one password each, and a sign-in comes before all', async () => {
  expect(await orderOf([1, 1, 1, 2, 2, 3, SIGN_IN])).toEqual([1, SIGN_IN, 1, 2, 3, 1, 2]);
});

it('what has not been begun can be dropped, and nobody else loses anything', async () => {
  const threads = new HashThreads(1);
  const begun = threads.hash(PARAMETERS, 1);
  const waiting = threads.hash(PARAMETERS, 1);
  const other = threads.hash(PARAMETERS, 2);
  threads.drop(1);
  await expect(waiting).rejects.toThrow('not needed any more');
  expect(await begun).toHaveLength(32);
  expect(await other).toHaveLength(32);
});

it('parameters that cannot be used fail alone', async () => {
  const threads = new HashThreads(1);
  await expect(threads.hash({ ...PARAMETERS, memory: -1 }, 1)).rejects.toThrow();
  expect(await threads.hash(PARAMETERS, 1)).toHaveLength(32);
});

it('sign-ins, however many, leave every fourth turn to customers', async () => {
  const order = await orderOf([...Array.from({ length: 6 }, () => SIGN_IN as Whose), 1, 2]);
  expect(order).toEqual([SIGN_IN, SIGN_IN, SIGN_IN, 1, SIGN_IN, SIGN_IN, SIGN_IN, 2]);
});
