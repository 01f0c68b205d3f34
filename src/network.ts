/**
 * Network addresses as clients show them and operators write them. `ipaddr.js` knows their forms and does the
 * arithmetic; it reads more than it should here (`127`, `010.0.0.1`, `0x7f.1`), so what may be read is decided below.
 */
import ipaddr from 'ipaddr.js';
import { configuration as words } from './messages/en/configuration.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export function isAddress(text: string): boolean {
  return read(text) !== null;
}

export function isIPv4(text: string): boolean {
  return readIPv4(text) !== null;
}

/**
 * The form for logs and the audit: an IPv4 client of a door that listens on `::` shows as `::ffff:192.0.2.1`. A zone
 * (`fe80::1%eth0`) stays, as the address means nothing without it.
 */
export function addressText(text = ''): string {
  const address = readUnmapped(text);
  if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? text;
  const [, , zone = ''] = WITH_ZONE.exec(text) ?? [];
  return `${address.toString()}${zone}`;
}

/** What failed sign-ins and sessions are counted by: an IPv6 client owns a whole /64 network. */
export function networkOf(text: string): string {
  const address = readUnmapped(text);
  if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? text;
  const groups = address.parts.slice(0, 4).map((part) => part.toString(16));
  // Not shortened: this is how the table of bans has them.
  return `${groups.join(':')}::/64`;
}

/** Whether an address lies in one of the networks. What is not an address lies in none. */
export function isWithin(networks: readonly string[], text: string): boolean {
  const address = read(text);
  if (!address) return false;
  return networks.some((one) => {
    const network = readNetwork(one);
    return network !== null && inIPv6(address).match(network.start, network.prefix);
  });
}

/** Global unicast (RFC 4291): all that is given out to anybody lies in it. */
const GLOBAL: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether an address is one of the public Internet. Private, loopback, link-local and other special ones are not, and
 * neither are those that carry an IPv4 address (6to4, Teredo, NAT64) and lead to wherever that lies.
 */
export function isPublicAddress(text: string): boolean {
  const address = text.includes('%') ? null : readUnmapped(text);
  if (address?.range() !== 'unicast') return false;
  return !(address instanceof ipaddr.IPv6) || address.match(...GLOBAL);
}

/** What is wrong with an address that may have a prefix length, as the end of a sentence; null: nothing. */
export function networkFault(text: string): string | null {
  if (readNetwork(text)) return null;
  const [start = '', ...rest] = text.split('/');
  const address = read(start);
  if (address && rest.length > 0) return words.values.networkPrefix(bitsOf(address));
  return /^[\da-fx.]+$/iu.test(start) ? words.values.networkIpv4 : words.values.network;
}

/** A zone names an interface of this machine and is not part of the address (RFC 4007). */
const WITH_ZONE = /^([^%]*)(%[\w.:-]+)?$/u;

function read(text: string): Address | null {
  if (!text.includes(':')) return readIPv4(text);
  const [, bare = ''] = WITH_ZONE.exec(text) ?? [];
  const tail = bare.slice(bare.lastIndexOf(':') + 1);
  if (tail.includes('.') && !readIPv4(tail)) return null;
  // `::192.0.2.7` is an address of its own (RFC 4291 2.5.5.1), but the library reads it as the IPv4 one: nobody may pass
  // for that.
  const explicit = bare.replace(/^::(?=\d+\.)/u, '::0:');
  return ipaddr.IPv6.isValid(explicit) ? ipaddr.IPv6.parse(explicit) : null;
}

function readIPv4(text: string): ipaddr.IPv4 | null {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : null;
}

function readUnmapped(text: string): Address | null {
  const address = read(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** In the IPv6 space, where IPv4 is `::ffff:0:0/96`. */
interface Network {
  start: ipaddr.IPv6;
  prefix: number;
}

/** Bits behind the prefix do not count: `192.0.2.9/24` is `192.0.2.0/24`. */
function readNetwork(text: string): Network | null {
  const [, written = '', digits] = /^([^/]*)(?:\/(\d{1,3}))?$/u.exec(text) ?? [];
  const address = read(written);
  if (!address) return null;
  const bits = bitsOf(address);
  const prefix = Number(digits ?? bits);
  return prefix <= bits ? { start: inIPv6(address), prefix: prefix + IPV6_BITS - bits } : null;
}

const IPV4_BITS = 32;
const IPV6_BITS = 128;

function bitsOf(address: Address): number {
  return address.kind() === 'ipv4' ? IPV4_BITS : IPV6_BITS;
}

function inIPv6(address: Address): ipaddr.IPv6 {
  return address instanceof ipaddr.IPv4 ? address.toIPv4MappedAddress() : address;
}
