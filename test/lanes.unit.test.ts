import { execFileSync, spawn } from 'node:child_process';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { expect, inject, it } from 'vitest';

it.each([
  ['a connection', () => connect(1)],
  ['a TLS connection', () => connectTls(1)],
  ['a server', () => createServer().listen()],
  ['an HTTP server', () => createHttpServer().listen()],
  ['a process', () => spawn('true')],
  ['a process that is waited for', () => execFileSync('true')],
  ['a thread', () => new Worker('')],
])('the unit lane refuses %s', (_words, open) => {
  expect(open).toThrow('a test of the unit lane opens no');
});

it('the unit lane has no database', () => {
  expect(inject('postgres')).toBeUndefined();
});
