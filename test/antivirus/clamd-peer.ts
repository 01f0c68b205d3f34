/**
 * A scripted clamd in a thread of its own: it answers while the thread of the test stands still. It reads a little,
 * says what it was told to, hangs up with the rest unread, and then sets the flag.
 */
import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

export interface PeerScript {
  /** Path of a unix socket; null: any free port of loopback. */
  path: string | null;
  answer: string;
  /** One number, 0 until it has hung up. */
  flag: SharedArrayBuffer;
}

if (parentPort) {
  const port = parentPort;
  const { path, answer, flag } = workerData as PeerScript;
  const hungUp = new Int32Array(flag);
  const server = createServer((socket) => {
    socket.once('close', () => {
      Atomics.store(hungUp, 0, 1);
      Atomics.notify(hungUp, 0);
    });
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.pause();
      socket.write(answer, () => socket.destroy());
    });
  });
  server.listen(path ?? { host: '127.0.0.1', port: 0 }, () => port.postMessage(server.address()));
}
