import { expect, test } from 'vitest';
import { ReadTurns, type Reader } from '../../../src/doors/sftp/read-turns.ts';

const PIECE = 64 * 1024;

/** Hands over a piece whenever it is let, a hundred in all. */
class Sender implements Reader {
  readonly log: string[];
  readonly name: string;
  held = false;

  constructor(name: string, log: string[]) {
    this.name = name;
    this.log = log;
  }

  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
    this.log.push(this.name);
  }
}

function busyDoor(names: string[]) {
  const log: string[] = [];
  const loop: (() => void)[] = [];
  const turns = new ReadTurns((next) => loop.push(next));
  const senders = names.map((name) => new Sender(name, log));
  const send = () => {
    for (const sender of senders)
      for (let pieces = 0; pieces < 100 && !sender.held; pieces += 1) turns.read(sender, PIECE);
  };
  return { log, loop, turns, senders, send };
}

test('one connection at each turn of the loop, in their order, and none is left out', () => {
  const { log, loop, send } = busyDoor(['a', 'b', 'c']);
  send();
  for (let turn = 0; turn < 9; turn += 1) {
    expect(loop).toHaveLength(1);
    loop.shift()?.();
    expect(log).toHaveLength(turn + 1);
    send();
  }
  expect(log.join('')).toBe('abcabcabc');
});

test('who sends little is never held', () => {
  const { turns, senders, loop } = busyDoor(['a']);
  turns.read(senders[0]!, PIECE);
  expect(senders[0]?.held).toBe(false);
  expect(loop).toHaveLength(0);
});

test('what comes while one waits puts it into the queue no second time', () => {
  const { log, loop, turns, senders, send } = busyDoor(['a', 'b']);
  send();
  turns.read(senders[0]!, PIECE);
  while (loop.length > 0) loop.shift()?.();
  expect(log.join('')).toBe('ab');
});

test('one that is gone costs the others nothing', () => {
  const { log, loop, turns, senders, send } = busyDoor(['a', 'b']);
  send();
  turns.leave(senders[0]!);
  while (loop.length > 0) loop.shift()?.();
  expect(log.join('')).toBe('ab');
});
