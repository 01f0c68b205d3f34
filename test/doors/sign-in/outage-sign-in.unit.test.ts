import { describe, expect, it } from 'vitest';
import type { AccessAccount, SignIn } from '../../../src/doors/sign-in/access-account.ts';
import { outageSignIn } from '../../../src/doors/sign-in/outage-sign-in.ts';

const ACCOUNT: AccessAccount = {
  login: 'acme',
  customer: 1,
  folder: '/spool/acme',
  rights: new Set(['upload']),
  sources: null,
  revision: '1',
};
const KEY = Buffer.from('key');
const AWAY = Object.assign(new Error('the server is shutting down'), { code: '57P01' });

/** A sign-in that knows one account, and can be told to fail. */
function prepare() {
  const state = { fault: null as Error | null, nowMs: 0, password: 'right' };
  const answer = async <T>(value: T): Promise<T> => {
    if (state.fault) throw state.fault;
    return value;
  };
  const inner: SignIn = {
    withPassword: (_, password) => answer(password === state.password ? ACCOUNT : null),
    withKey: (_, key) => answer(key.equals(KEY) ? ACCOUNT : null),
    knowsKey: (_, key) => answer(key.equals(KEY)),
  };
  return { state, signIn: outageSignIn(inner, { now: () => new Date(state.nowMs) }) };
}

describe('while the database is away', () => {
  it('lets in who signed in some minutes before, from the same address with the same password', async () => {
    const { state, signIn } = prepare();
    await signIn.withPassword('acme', 'right', '192.0.2.1');
    state.fault = AWAY;
    state.nowMs = 9 * 60_000;
    expect(await signIn.withPassword('acme', 'right', '192.0.2.1')).toBe(ACCOUNT);
    await expect(signIn.withPassword('acme', 'wrong', '192.0.2.1')).rejects.toBe(AWAY);
    await expect(signIn.withPassword('acme', 'right', '192.0.2.2')).rejects.toBe(AWAY);
    state.nowMs = 11 * 60_000;
    await expect(signIn.withPassword('acme', 'right', '192.0.2.1')).rejects.toBe(AWAY);
  });

  it('does the same for keys', async () => {
    const { state, signIn } = prepare();
    await signIn.withKey('acme', KEY, '192.0.2.1');
    state.fault = AWAY;
    expect(await signIn.knowsKey('acme', KEY, '192.0.2.1')).toBe(true);
    expect(await signIn.withKey('acme', KEY, '192.0.2.1')).toBe(ACCOUNT);
    await expect(signIn.knowsKey('acme', Buffer.from('other'), '192.0.2.1')).rejects.toBe(AWAY);
  });

  it('forgets who has been refused since', async () => {
    const { state, signIn } = prepare();
    await signIn.withPassword('acme', 'right', '192.0.2.1');
    state.password = 'changed';
    expect(await signIn.withPassword('acme', 'right', '192.0.2.1')).toBeNull();
    state.fault = AWAY;
    await expect(signIn.withPassword('acme', 'right', '192.0.2.1')).rejects.toBe(AWAY);
  });

  it('lets nobody in for any other fault', async () => {
    const { state, signIn } = prepare();
    await signIn.withPassword('acme', 'right', '192.0.2.1');
    state.fault = new Error('a fault of ours');
    await expect(signIn.withPassword('acme', 'right', '192.0.2.1')).rejects.toThrow('a fault of ours');
  });
});
