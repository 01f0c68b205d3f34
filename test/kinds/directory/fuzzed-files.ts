import { readdirSync, readFileSync } from 'node:fs';
import type { Random } from '../../model/random.ts';
import { randomChange } from './random-changes.ts';

const SAMPLES = new URL('../../samples/di/', import.meta.url);
const examples = readdirSync(SAMPLES).map((name) => readFileSync(new URL(name, SAMPLES)));

const TOKENS = [
  'dn: ', 'dn:: ', 'changetype: ', 'changetype: modify\n', 'add: ', 'replace: ', 'delete: ', 'newrdn: ', 'newsuperior: ', '-\n',
  '\n', '\n\n', '\r\n', '\n ', ' ', ':', '::', ':< file:///etc/hostname\n', ',', '=', '+', '\\', '\\,', '#', '"', '\0', '\xff', '\xc3',
  'version: 1\n', 'control: 1.2.3 true\n', 'objectclass: inetOrgPerson\n', 'objectclass: groupOfNames\n', 'member: cn=x\n',
  'add:: AA==\n', 'dn:: AAAA\n', 'newrdn:: AA==\n', 'changetype:: AA==\n', 'mail:: AA==\n', 'cn=', 'o=Acme', '\ufeff', '😀', '=====', 'AAAA', '\u2028',
]; // prettier-ignore

/** A directory file as nobody should write it: mutated examples and random changes, tokens in any order, random bytes. */
export function fuzzed(random: Random): Buffer {
  const kind = random.below(10);
  if (kind === 0) return randomBytes(random, random.below(400));
  if (kind === 1)
    return Buffer.from(
      Array.from({ length: random.below(60) }, () => random.pick(TOKENS)).join(''),
      'latin1',
    );
  const parts = Array.from({ length: 1 + random.below(3) }, () =>
    kind < 5 ? Buffer.from(randomChange(random)) : Buffer.concat([random.pick(examples), Buffer.from('\n')]),
  );
  let bytes: Buffer = Buffer.concat(parts);
  for (let changes = random.below(6); changes > 0; changes -= 1) bytes = mutated(random, bytes);
  return bytes;
}

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

function mutated(random: Random, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.below(20));
  const inserted = [
    () => Buffer.from(random.pick(TOKENS), random.percent(50) ? 'utf8' : 'latin1'),
    () => randomBytes(random, 1 + random.below(4)),
    () => bytes.subarray(at, end),
    () => Buffer.alloc(0),
  ];
  const replaces = random.percent(50);
  return Buffer.concat([bytes.subarray(0, at), random.pick(inserted)(), bytes.subarray(replaces ? end : at)]);
}
