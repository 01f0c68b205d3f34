import { expect, test } from 'vitest';
import { sessionOf } from '../support/door.ts';
import { Sessions } from '../../src/doors/sessions.ts';

test.each([
  ['192.0.2.1', '192.0.2.1', false],
  ['192.0.2.1', '192.0.2.2', true],
  ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', false],
  ['2001:db8:0:1::1', '2001:db8:0:2::1', true],
])('with %s full, there is room for %s: %s', (first, second, room) => {
  const sessions = new Sessions({ sessionsPerAddressMax: 1 });
  const visit = sessions.arrive(first, () => {});
  expect(visit?.enter(sessionOf('acme'))).toBe(true);
  expect(sessions.arrive(second, () => {}) !== null).toBe(room);
  visit?.leave();
  expect(sessions.arrive(first, () => {})).not.toBeNull();
});
