import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Background } from '../../src/pipeline/background.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function begin() {
  const faults: unknown[] = [];
  return { background: new Background((error) => faults.push(error)), faults };
}

/** Whether it has resolved by now. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
  let over = false;
  void promise.then(() => (over = true));
  await vi.advanceTimersByTimeAsync(0);
  return over;
}

describe('work in the background', () => {
  it('that fails is told of, and stops nothing else', async () => {
    const { background, faults } = begin();
    const other = Promise.withResolvers<void>();
    background.run(Promise.reject(new Error('one')));
    background.run(other.promise);
    const idle = background.idle();
    expect(await isOver(idle)).toBe(false);
    expect(faults).toEqual([new Error('one')]);
    other.resolve();
    expect(await isOver(idle)).toBe(true);
  });

  it('is waited for, also what is begun while somebody waits', async () => {
    const { background } = begin();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    background.run(first.promise.then(() => background.run(second.promise)));
    const idle = background.idle();
    first.resolve();
    expect(await isOver(idle)).toBe(false);
    second.resolve();
    expect(await isOver(idle)).toBe(true);
  });
});

describe('work that is put off', () => {
  it('begins at its time, and its fault is told', async () => {
    const { background, faults } = begin();
    const begun = vi.fn(() => Promise.reject(new Error('late')));
    background.later(1_000, begun);
    await vi.advanceTimersByTimeAsync(999);
    expect(begun).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toHaveBeenCalledOnce();
    expect(faults).toEqual([new Error('late')]);
  });

  it('is not waited for before it has begun, and is then', async () => {
    const { background } = begin();
    const work = Promise.withResolvers<void>();
    background.later(1_000, () => work.promise);
    expect(await isOver(background.idle())).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    const idle = background.idle();
    expect(await isOver(idle)).toBe(false);
    work.resolve();
    expect(await isOver(idle)).toBe(true);
  });
});

describe('a close', () => {
  it('waits for what is in hand and begins nothing any more', async () => {
    const { background } = begin();
    const inHand = Promise.withResolvers<void>();
    const begun = vi.fn(async () => {});
    background.run(inHand.promise);
    background.later(1_000, begun);
    const closing = background.close();
    background.later(500, begun);
    expect(await isOver(closing)).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    inHand.resolve();
    expect(await isOver(closing)).toBe(true);
    expect(begun).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('also ends what goes on by putting itself off', async () => {
    const { background } = begin();
    let rounds = 0;
    const again = async () => {
      rounds += 1;
      background.later(100, again);
    };
    background.later(100, again);
    await vi.advanceTimersByTimeAsync(300);
    await background.close();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(rounds).toBe(3);
  });
});
