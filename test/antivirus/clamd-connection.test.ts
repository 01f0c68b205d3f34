import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scanWithClamd, type ClamdAddress } from '../../src/antivirus/clamd.ts';
import type { PeerScript } from './clamd-peer.ts';

const CHUNK = Buffer.alloc(65_536, 'x');
const SCAN_MS_MAX = 20_000;
/** Well below: an answer that is read only when the time is over is too late. */
const TEST_MS_MAX = 10_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoolgate-clamd-peer-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function startPeer(transport: 'unix' | 'tcp', answer: string) {
  const flag = new SharedArrayBuffer(4);
  const path = transport === 'unix' ? join(folder, `${answer.length}.ctl`) : null;
  const workerData: PeerScript = { path, answer, flag };
  const worker = new Worker(new URL('clamd-peer.ts', import.meta.url), { workerData });
  const [bound] = (await once(worker, 'message')) as [AddressInfo | string];
  const address: ClamdAddress =
    typeof bound === 'string' ? { path: bound } : { host: '127.0.0.1', port: bound.port };
  const hungUp = new Int32Array(flag);
  return {
    address,
    /** One chunk; the next only when the peer has hung up, without a look at what it has said. */
    content: async function* () {
      yield CHUNK;
      Atomics.wait(hungUp, 0, 0, SCAN_MS_MAX);
      for (let count = 0; count < 20; count += 1) yield CHUNK;
    },
    [Symbol.asyncDispose]: async () => void (await worker.terminate()),
  };
}

test.each([
  ['unix', 'INSTREAM size limit exceeded. ERROR\0', { kind: 'tooLarge' }],
  ['tcp', 'INSTREAM size limit exceeded. ERROR\0', { kind: 'tooLarge' }],
  ['unix', 'stream: Some.Virus FOUND\0', { kind: 'infected', signature: 'Some.Virus' }],
  ['unix', '', { kind: 'unavailable', cause: 'away' }],
] as const)(
  'over %s, the answer %j of one that hung up before the end is read',
  { timeout: TEST_MS_MAX },
  async (via, text, answer) => {
    await using peer = await startPeer(via, text);
    expect(await scanWithClamd(peer.address, peer.content(), SCAN_MS_MAX)).toMatchObject(answer);
  },
);

test('a scanner that takes everything and never answers is given up in time', async () => {
  const server = createServer((socket) => socket.resume().on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = { host: '127.0.0.1', port };
  const content = (async function* () {
    yield CHUNK;
  })();
  expect(await scanWithClamd(address, content, 100)).toEqual({
    kind: 'unavailable',
    cause: 'slow',
    reason: 'no answer within 0.1 s',
  });
  server.close();
  await once(server, 'close');
});

test('a scanner that stops reading in the middle is given up in time', async () => {
  const sockets: { destroy(): void }[] = [];
  const server = createServer((socket) => sockets.push(socket.pause()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endless = (async function* () {
    for (;;) yield CHUNK;
  })();
  expect(await scanWithClamd({ host: '127.0.0.1', port }, endless, 300)).toMatchObject({ cause: 'slow' });
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});
