import type { Socket } from 'node:net';
import type { ReadTurns } from './read-turns.ts';

/**
 * What a client has not taken of the library's own answers, which know no bound: to global requests, to channels that are
 * refused, to packets that nobody knows. The answers of the channels stay far below.
 */
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;

/** Holds up reading from a connection for as long as any of its channels wants that: one that goes on frees no other. */
export class Backpressure {
  readonly socket: Socket;
  readonly #holders = new Set<object>();

  constructor(socket: Socket, turns: ReadTurns) {
    this.socket = socket;
    socket.on('data', ({ length }: Buffer) => {
      turns.read(this, length);
      if (socket.writableLength > UNREAD_BYTES_MAX) socket.destroy();
    });
    socket.once('close', () => turns.leave(this));
  }

  hold(channel: object): void {
    this.#holders.add(channel);
    this.socket.pause();
  }

  release(channel: object): void {
    if (this.#holders.delete(channel) && this.#holders.size === 0) this.socket.resume();
  }
}
