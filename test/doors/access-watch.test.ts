import { expect, test } from 'vitest';
import type { Queryable } from '../../src/database/open.ts';
import { AccessWatch } from '../../src/doors/access-watch.ts';
import { outageSignIn } from '../../src/doors/sign-in/outage-sign-in.ts';
import { Sessions } from '../../src/doors/sessions.ts';
import { rememberingJournal, sessionOf, testSignIn } from '../support/door.ts';
import { LOGIN, PASSWORD } from '../support/sign-in.ts';

const NEVER_MS = 2 ** 30;

/** A watch over a database that can be away, looked at when the test says so. */
function prepare() {
  const state = { changes: 1, accounts: new Map([[LOGIN, '1']]), away: false, questions: 0 };
  const query = async (text: string) => {
    state.questions += 1;
    if (state.away) throw new Error('Connection terminated');
    const rows = text.includes('access_change')
      ? [{ changes: String(state.changes) }]
      : [...state.accounts].map(([login, revision]) => ({ login, revision }));
    return { rows };
  };
  const sessions = new Sessions();
  const { journal, events } = rememberingJournal();
  const signIn = outageSignIn(testSignIn('/nowhere'), { now: () => new Date(0) });
  const database = { query } as unknown as Queryable;
  const watch = new AccessWatch({ database, sessions, journal, remembered: signIn.remembered }, NEVER_MS);
  const ended: string[] = [];
  const enter = (login = LOGIN) => {
    const session = sessionOf(login, () => ended.push(login));
    sessions.arrive('192.0.2.1', () => undefined)?.enter(session);
    return session;
  };
  return { state, watch, ended, enter, signIn, events };
}

test('sessions of a changed and of a removed account end, and find no right any more', async () => {
  await using parts = prepareAsync();
  const { state, watch, ended, enter, events } = parts;
  state.accounts.set('kept', '1').set('gone', '1');
  const changed = enter();
  enter('kept');
  const gone = enter('gone');
  await watch.look();
  expect(ended).toEqual([]);
  state.accounts.set(LOGIN, '2').delete('gone');
  state.changes += 1;
  await watch.look();
  expect([...ended].sort()).toEqual([LOGIN, 'gone']);
  expect([changed.account.rights.size, gone.account.rights.size]).toEqual([0, 0]);
  expect(events.map(({ fields }) => fields)).toEqual([
    [LOGIN, 1, 'changed'],
    ['gone', 1, 'removed'],
  ]);
});

test('while nothing is changed one question is asked at a time, whoever is signed in', async () => {
  await using parts = prepareAsync();
  const { state, watch, enter } = parts;
  enter();
  await watch.look();
  state.questions = 0;
  await Promise.all([watch.look(), watch.look()]);
  expect(state.questions).toBe(1);
});

test('an account that is changed while its password is looked at does not slip through', async () => {
  await using parts = prepareAsync();
  const { state, watch, ended, enter } = parts;
  state.accounts.set(LOGIN, '2');
  state.changes += 1;
  await watch.look();
  enter();
  await watch.look();
  expect(ended).toEqual([LOGIN]);
});

test('a change during an outage is seen after it, and the outage is told once', async () => {
  await using parts = prepareAsync();
  const { state, watch, ended, enter, events } = parts;
  enter();
  await watch.look();
  state.away = true;
  for (let look = 0; look < 3; look += 1) await watch.look();
  expect(events.map(({ event }) => event)).toEqual(['warned']);
  state.away = false;
  state.accounts.clear();
  state.changes += 1;
  await watch.look();
  expect(ended).toEqual([LOGIN]);
});

test('who was removed is not let in by memory either, while the database is away', async () => {
  await using parts = prepareAsync();
  const { state, watch, signIn } = parts;
  await signIn.withPassword(LOGIN, PASSWORD, '192.0.2.1');
  expect(signIn.remembered.logins()).toEqual([LOGIN]);
  state.accounts.clear();
  state.changes += 1;
  await watch.look();
  expect(signIn.remembered.logins()).toEqual([]);
});

function prepareAsync() {
  const parts = prepare();
  return { ...parts, [Symbol.asyncDispose]: () => parts.watch[Symbol.asyncDispose]() };
}
