import { expect, it } from 'vitest';
import { isAllowedFrom } from '../../../src/doors/sign-in/sign-in.ts';

it.each<[string[], string, boolean]>([
  [[], '203.0.113.9', true],
  [['192.0.2.7'], '192.0.2.7', true],
  [['192.0.2.7'], '192.0.2.8', false],
  [['192.0.2.0/24'], '192.0.2.255', true],
  [['192.0.2.0/24'], '192.0.3.0', false],
  [['192.0.2.0/24', '198.51.100.0/25'], '198.51.100.127', true],
  [['192.0.2.0/24', '198.51.100.0/25'], '198.51.100.128', false],
  [['0.0.0.0/0'], '8.8.8.8', true],
  [['192.0.2.0/24'], '::ffff:192.0.2.9', true],
  [['192.0.2.0/24'], '::ffff:192.0.3.9', false],
  [['2001:db8::/32'], '2001:db8:1::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['2001:db8::/32'], '192.0.2.9', false],
  [['192.0.2.0/24'], '2001:db8::1', false],
  [['::1'], '::1', true],
])('from %j may come %s: %s', (networks, address, allowed) => {
  expect(isAllowedFrom(networks, address)).toBe(allowed);
});
