import { expect, test } from 'vitest';
import type { NewEvent } from '../../src/events/catalog.ts';
import { Refusals } from '../../src/events/refusals.ts';

const refused = (address: string): NewEvent => ({
  type: 'sign_in.refused',
  who: 'acme',
  address,
  data: { protocol: 'ftps', cipher: '', reason: 'signIn.wrongPassword' },
});
const tallied = (count: number) => [{ protocol: 'ftps', reason: 'signIn.wrongPassword', count }];
const AT = (seconds: number) => new Date(Date.UTC(2026, 2, 2, 12, 0, seconds));

test('600 refused sign-ins of a minute are told one by one, the others as their number and that of their addresses', () => {
  const refusals = new Refusals();
  const singles = Array.from({ length: 5_000 }, (_, n) =>
    refusals.isSingle(refused(`192.0.2.${n % 7}`), AT(n / 100)),
  );
  expect(singles.filter(Boolean)).toHaveLength(600);
  expect(singles.slice(0, 600)).not.toContain(false);
  expect(refusals.take()).toEqual({
    type: 'sign_in.flood',
    data: { count: 4_400, addresses: 7, tally: tallied(4_400) },
  });
  expect(refusals.take()).toBeNull();
});

test('the next minute begins anew, also where the clock was set back', () => {
  const refusals = new Refusals();
  for (let n = 0; n < 700; n += 1) refusals.isSingle(refused('192.0.2.1'), AT(0));
  expect(refusals.isSingle(refused('192.0.2.1'), AT(59))).toBe(false);
  expect(refusals.isSingle(refused('192.0.2.1'), AT(60))).toBe(true);
  expect(refusals.isSingle(refused('192.0.2.1'), AT(-3_600))).toBe(true);
  expect(refusals.take()).toMatchObject({ data: { count: 101 } });
});

test('whatever else happens is told one by one, in a flood as well', () => {
  const refusals = new Refusals();
  for (let n = 0; n < 700; n += 1) refusals.isSingle(refused('192.0.2.1'), AT(0));
  const other: NewEvent = { type: 'sign_in.accepted', data: { protocol: 'ftps', cipher: '' } };
  expect(refusals.isSingle(other, AT(0))).toBe(true);
});

test('what is remembered of a flood from everywhere is bounded', () => {
  const refusals = new Refusals();
  for (let n = 0; n < 20_000; n += 1) refusals.isSingle(refused(`2001:db8::${n.toString(16)}`), AT(0));
  expect(refusals.take()).toEqual({
    type: 'sign_in.flood',
    data: { count: 19_400, addresses: 1_000, tally: tallied(19_400) },
  });
});
