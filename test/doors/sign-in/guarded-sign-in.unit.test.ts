import { setImmediate as soon } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { SignIn } from '../../../src/doors/sign-in/access-account.ts';
import type { Bans } from '../../../src/doors/sign-in/bans.ts';
import { guardedSignIn } from '../../../src/doors/sign-in/guarded-sign-in.ts';

const bans: Bans = {
  standing: async (login, address) => ({
    trusted: login === 'trusted',
    spotless: address !== 'guesser',
    blemished: false,
    banned: new Set(),
    refused: false,
  }),
  failed: async () => undefined,
  succeeded: async () => undefined,
};

test('who has signed in there before passes newcomers, and both pass addresses that guesses came from', async () => {
  const looked: string[] = [];
  const gate = Promise.withResolvers<void>();
  const slow: SignIn = {
    withPassword: async (login) => {
      looked.push(login);
      await gate.promise;
      return null;
    },
    withKey: async () => null,
    knowsKey: async () => false,
  };
  const signIn = guardedSignIn(slow, bans);
  const given = [
    ['at once', 'guesser'],
    ['at once too', 'guesser'],
    ['one more guess', 'guesser'],
    ['newcomer', 'elsewhere'],
    ['trusted', 'guesser'],
    ['last guess', 'guesser'],
  ] as const;
  const answers = given.map(([login, address]) => signIn.withPassword(login, 'x', address));
  await soon();
  expect(looked).toEqual(['at once', 'at once too']);
  gate.resolve();
  await Promise.all(answers);
  expect(looked.slice(2)).toEqual(['trusted', 'newcomer', 'one more guess', 'last guess']);
});
