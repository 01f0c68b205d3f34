import { expect, it } from 'vitest';
import type { Breather } from '../../src/breather.ts';
import { LoopShare } from '../../src/pipeline/loop-share.ts';
import { ReadingGivenUp, Readings } from '../../src/pipeline/readings.ts';

const CUSTOMER = 1;
const IN_TURN = 3;

/** Readings whose files are read breath by breath, those beyond their turn when the test says so. */
function begin() {
  const resting: (() => void)[] = [];
  const breaths: string[] = [];
  const closed: string[] = [];
  const finished: Promise<void>[] = [];
  const sleep = (_: number, signal: AbortSignal) =>
    new Promise<void>((wake, fail) => {
      resting.push(wake);
      signal.addEventListener('abort', () => fail(signal.reason as Error));
    });
  const readings = new Readings(new LoopShare(() => 0, sleep), IN_TURN);
  readings.listen((_, end) => finished.push(end));
  const take = async (what: string, length: number, customer = CUSTOMER) => {
    await using held = new AsyncDisposableStack();
    held.defer(() => void closed.push(what));
    return await readings.take(customer, what, held, async (breather: Breather) => {
      for (let breath = 0; breath < length; breath += 1) {
        breaths.push(what);
        await breather.breathe();
      }
      return { text: what };
    });
  };
  const goOn = async () => {
    const before = breaths.length;
    for (const wake of resting.splice(0)) wake();
    await new Promise(setImmediate);
    return breaths.slice(before);
  };
  return { readings, take, goOn, breaths, closed, finished };
}

it('reads an ordinary file within its turn', async () => {
  const { take, closed, finished } = begin();
  expect(await take('a', IN_TURN)).toEqual({ text: 'a' });
  expect(closed).toEqual(['a']);
  expect(finished).toEqual([]);
});

it('goes on with a long one between turns, reads it once, and keeps its file open as long', async () => {
  const { take, goOn, breaths, closed, finished } = begin();
  expect(await take('a', IN_TURN + 2)).toBe('reading');
  expect(breaths).toHaveLength(IN_TURN + 1);
  expect(closed).toEqual([]);
  expect(await take('a', IN_TURN + 2), 'the file as the next turn opens it').toBe('reading');
  expect(closed).toEqual(['a']);
  expect(await goOn()).toEqual(['a']);
  await goOn();
  await Promise.all(finished);
  expect(closed).toEqual(['a', 'a']);
  expect(await take('a', 0)).toEqual({ text: 'a' });
  expect(breaths).toHaveLength(IN_TURN + 2);
  expect(await take('a', 0), 'afresh, after it was taken').toEqual({ text: 'a' });
});

it('several long ones get a breath each, then the loop is free', async () => {
  const { take, goOn } = begin();
  await take('a', 100, 1);
  await take('b', 100, 2);
  for (let round = 0; round < 5; round += 1) expect(await goOn()).toEqual(['a', 'b']);
});

it('gives up what is not asked for any more: another file, another content, an end', async () => {
  const { readings, take, closed, finished } = begin();
  await take('a', 100);
  await take('b', 100);
  await finished[0];
  expect(closed).toEqual(['a']);
  readings.forget(CUSTOMER);
  await finished[1];
  expect(closed).toEqual(['a', 'b']);
  await take('c', 100);
  await readings.close();
  expect(closed).toEqual(['a', 'b', 'c']);
  expect(await take('d', 100), 'after the end').toBe('reading');
  await readings.close();
  expect(closed).toEqual(['a', 'b', 'c', 'd']);
});

it('keeps so many open at most; the next one has to wait', async () => {
  const { take, closed, finished } = begin();
  for (let customer = 1; customer <= 16; customer += 1) await take(`a${customer}`, 100, customer);
  expect(closed).toEqual([]);
  expect(await take('b', 100, 17)).toBe('reading');
  await new Promise(setImmediate);
  expect(closed).toEqual(['b']);
  expect(finished).toHaveLength(16);
  expect(await take('c', IN_TURN, 18), 'an ordinary file').toEqual({ text: 'c' });
});

it('what fails later is told to the turn that asks', async () => {
  const { readings, finished } = begin();
  const disk = Promise.withResolvers<void>();
  const fail = async (breather: Breather) => {
    for (let breath = 0; breath < IN_TURN; breath += 1) await breather.breathe();
    await Promise.race([breather.breathe(), disk.promise]);
    return {};
  };
  await using held = new AsyncDisposableStack();
  expect(await readings.take(CUSTOMER, 'a', held, fail)).toBe('reading');
  disk.reject(new Error('the disk is gone'));
  await Promise.all(finished);
  await expect(readings.take(CUSTOMER, 'a', held, fail)).rejects.toThrow('the disk is gone');
});

it('what is worth a moment only is given up after it', async () => {
  const { readings } = begin();
  const breather = readings.brief();
  for (let breath = 0; breath < IN_TURN; breath += 1) await breather.breathe();
  await expect(breather.breathe()).rejects.toThrow(ReadingGivenUp);
});
