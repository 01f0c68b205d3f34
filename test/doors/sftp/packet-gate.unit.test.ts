import { expect, test } from 'vitest';
import { KeyExchanges, verdictOn, type Verdict } from '../../../src/doors/sftp/packet-gate.ts';
import { sshString } from '../../support/ssh-attacker.ts';

const globalRequest = (name: string) => Buffer.concat([Buffer.from([80]), sshString(name), Buffer.from([1])]);

test.each<[string, Buffer, Verdict, Verdict]>([
  ['an attempt to sign in', Buffer.from([50]), 'pass', 'pass'],
  ['a request for a service', Buffer.from([5]), 'pass', 'drop'],
  ['what may be ignored', Buffer.from([2]), 'pass', 'pass'],
  ['a key exchange', Buffer.from([20]), 'end', 'pass'],
  ['answers to questions that nobody asked', Buffer.from([61, 1, 255, 255, 255]), 'end', 'drop'],
  ['questions of a server', Buffer.from([60]), 'end', 'drop'],
  ['a keep-alive', globalRequest('keepalive@openssh.com'), 'end', 'pass'],
  ['keys of a server', globalRequest('hostkeys-00@openssh.com'), 'end', 'end'],
  ['a channel', Buffer.from([90]), 'end', 'pass'],
  ['a channel that nobody asked for', Buffer.from([91]), 'end', 'drop'],
  ['data', Buffer.from([94]), 'end', 'pass'],
  ['an unknown number', Buffer.from([200]), 'end', 'drop'],
  ['nothing', Buffer.alloc(0), 'pass', 'pass'],
])('%s: before and after the sign-in', (_name, payload, before, after) => {
  expect([verdictOn(payload, false), verdictOn(payload, true)]).toEqual([before, after]);
});

test('key exchanges are counted by the minute', () => {
  const exchanges = new KeyExchanges(2);
  expect([0, 1, 2, 59_999, 60_000].map((nowMs) => exchanges.allows(nowMs))).toEqual([
    true,
    true,
    false,
    false,
    true,
  ]);
});
