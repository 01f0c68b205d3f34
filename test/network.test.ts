import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressText, isAddress, isIPv4, isWithin, networkFault, networkOf } from '../src/network.ts';

const NO_ADDRESSES = [
  '', '127', '127.1', '10.0.1', '010.0.0.1', '10.0.0.08', '0x7f.0.0.1', '2130706433', '256.0.0.1', '1.2.3.4.5', '1.2.3',
  ' 10.0.0.1', '10.0.0.1 ', '10.0.0.1\n', '10.0.0.1%eth0', '10.0.0.0/8', 'localhost', ':', ':::', '1::2::3', '12345::', 'g::1',
  '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '::1%', '%eth0', '::ffff:010.0.0.1', '::ffff:1.2.3', '::ffff:0x7f.0.0.1',
  '::ffff:1.2.3.256', '1.2.3.4::', '[::1]', '::1%eth 0', '::1%eth0%eth1',
]; // prettier-ignore

test.each(NO_ADDRESSES)('%j is no address', (text) => {
  expect(isAddress(text)).toBe(false);
  expect(isIPv4(text)).toBe(false);
  expect(isWithin(['0.0.0.0/0', '::/0'], text)).toBe(false);
});

test('of everything that looks like an address, what Node takes for one is one', () => {
  const lookalike = fc.string({ unit: fc.constantFrom(...'0123456789afxF.:%/ '), maxLength: 24 });
  const octets = fc.array(fc.oneof(fc.nat(300).map(String), fc.constantFrom('00', '0x1', '')), {
    maxLength: 5,
  });
  const address = fc.oneof(fc.ipV4(), fc.ipV4Extended(), fc.ipV6());
  const odd = fc.tuple(fc.constantFrom('', '::', '::ffff:', '1::', '64:ff9b::'), octets);
  const text = fc.oneof(
    lookalike,
    address,
    odd.map(([start, parts]) => start + parts.join('.')),
  );
  fc.assert(
    fc.property(text, (one) => {
      expect(isAddress(one)).toBe(isIP(one) !== 0);
    }),
    { numRuns: 1000 },
  );
});

describe('in logs', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['::192.0.2.7', '::c000:207'],
    ['64:ff9b::192.0.2.7', '64:ff9b::c000:207'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['fe80::1%br-lan.4', 'fe80::1%br-lan.4'],
    ['', ''],
    ['somewhere', 'somewhere'],
    [undefined, ''],
  ])('%s is %s', (address, text) => {
    expect(addressText(address)).toBe(text);
  });
});

describe('sessions and failed sign-ins count by network', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['::192.0.2.7', '0:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:0DB8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['fe80::1%br-lan', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('%s in %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('networks', () => {
  const EXPECTED = 'is not an address or network; write one such as 192.0.2.7 or 192.0.2.0/24';
  const DECIMAL =
    'is not an address or network; an IPv4 address has four decimal numbers from 0 to 255 without leading zeros, such as 192.0.2.7';
  const upTo = (bits: number) => `has an invalid prefix length; write one from 0 to ${bits}`;

  test.each([
    ['192.0.2.0/33', upTo(32)],
    ['192.0.2.0/-1', upTo(32)],
    ['192.0.2.0/', upTo(32)],
    ['192.0.2.0/24/24', upTo(32)],
    ['192.0.2.0/255.255.255.0', upTo(32)],
    ['2001:db8::/129', upTo(128)],
    ['10/8', DECIMAL],
    ['10.0.0/24', DECIMAL],
    ['010.0.0.0/8', DECIMAL],
    ['0xa.0.0.0/8', DECIMAL],
    ['10.0.0.256', DECIMAL],
    ['example.com', EXPECTED],
    ['2001:db8::/32 ', upTo(128)],
    ['/24', EXPECTED],
    ['', EXPECTED],
  ])('%j %s', (network, fault) => {
    expect(networkFault(network)).toBe(fault);
    expect(isWithin([network], '10.0.0.1')).toBe(false);
  });

  test.each([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7/32', '192.0.2.8', false],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    // What stands behind the prefix does not count.
    ['192.0.2.9/24', '192.0.2.200', true],
    ['192.0.2.0/24', '::ffff:192.0.2.9', true],
    ['192.0.2.0/24', '::FFFF:c000:209', true],
    ['192.0.2.0/24', '::192.0.2.9', false],
    ['::ffff:192.0.2.0/120', '192.0.2.9', true],
    ['::ffff:192.0.2.0/120', '192.0.3.9', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '203.0.113.9', true],
    ['2001:DB8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['fe80::1%eth0', 'fe80::1', true],
  ])('%s holds %s: %s', (network, address, holds) => {
    expect(networkFault(network)).toBeNull();
    expect(isWithin([network], address)).toBe(holds);
  });

  test('hold what the lists of Node hold', () => {
    const family = (text: string) => (isIP(text) === 6 ? 'ipv6' : 'ipv4');
    const address = fc.oneof(
      fc.tuple(fc.constantFrom(192, 10), fc.nat(1), fc.nat(3), fc.nat(255)).map((parts) => parts.join('.')),
      fc.tuple(fc.constantFrom('2001:db8', '::ffff:c000'), fc.nat(0xffff)).map(([start, end]) =>
        start.startsWith('::') ? `${start}:${end.toString(16)}` : `${start}::${end.toString(16)}`),
    ); // prettier-ignore
    fc.assert(
      fc.property(address, address, fc.double({ min: 0, max: 1, noNaN: true }), (start, one, share) => {
        const prefix = Math.round(share * (isIP(start) === 6 ? 128 : 32));
        const list = new BlockList();
        list.addSubnet(start, prefix, family(start));
        expect(isWithin([`${start}/${prefix}`], one)).toBe(list.check(one, family(one)));
      }),
      { numRuns: 500 },
    );
  });
});
