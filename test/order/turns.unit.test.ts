import { describe, expect, it } from 'vitest';
import { afterTurn, afterUpload, type Standing } from '../../src/order/turns.ts';

const t = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
const standing = (phase: Standing['phase'], more: Partial<Standing> = {}): Standing => ({
  phase,
  nextTurnAt: t(5),
  waitingSince: null,
  failures: 0,
  ...more,
});

describe('after an upload', () => {
  it('a batch starts when no upload has ended for the settle time', () => {
    const first = afterUpload(null, t(10), 2000);
    expect(first).toMatchObject({ phase: 'settling', nextTurnAt: t(12), waitingSince: t(10) });
    expect(afterUpload(first, t(11), 2000)).toMatchObject({ nextTurnAt: t(13), waitingSince: t(10) });
  });

  it('a steady stream is waited for ten settle times at most', () => {
    let now = afterUpload(null, t(0), 2000);
    for (let second = 1; second <= 60; second += 1) now = afterUpload(now, t(second), 2000);
    expect(now.nextTurnAt).toEqual(t(20));
  });

  it.each(['running', 'deferred', 'failing'] as const)('a customer that is %s keeps its place', (phase) => {
    expect(afterUpload(standing(phase), t(10), 2000)).toEqual(standing(phase));
  });
});

describe('after a turn', () => {
  it('goes to the end of the line', () => {
    expect(afterTurn(standing('running'), { kind: 'more' }, t(30), 2000)).toMatchObject({
      phase: 'running',
      nextTurnAt: t(30),
    });
  });

  it('settles where something is still being written', () => {
    const before = standing('running', { waitingSince: t(20), failures: 2 });
    expect(afterTurn(before, { kind: 'unsettled', until: t(33) }, t(30), 2000)).toEqual(
      standing('settling', { waitingSince: t(20), nextTurnAt: t(33) }),
    );
  });

  it('keeps its turn while what the next file needs is being made', () => {
    expect(afterTurn(standing('running'), { kind: 'preparing', until: t(90) }, t(30), 2000)).toEqual(
      standing('running', { nextTurnAt: t(90) }),
    );
  });

  it('waits for its cap', () => {
    const after = afterTurn(standing('running'), { kind: 'deferred', until: t(3600) }, t(30), 2000);
    expect(after).toMatchObject({ phase: 'deferred', nextTurnAt: t(3600) });
  });

  it('settles where files have come meanwhile', () => {
    const result = { kind: 'done' as const, lastUploadAt: t(29), waitingSince: t(28) };
    expect(afterTurn(standing('running'), result, t(30), 2000)).toMatchObject({
      phase: 'settling',
      nextTurnAt: t(31),
    });
  });

  it('is idle where nothing is left', () => {
    const result = { kind: 'done' as const, lastUploadAt: null, waitingSince: null };
    expect(afterTurn(standing('running'), result, t(30), 2000).phase).toBe('idle');
  });

  it('is left alone longer with each failure, up to a minute', () => {
    let now = standing('running');
    const waits = [1, 2, 3, 4, 5].map(() => {
      now = afterTurn(now, { kind: 'failed' }, t(30), 2000);
      return (now.nextTurnAt.getTime() - t(30).getTime()) / 1000;
    });
    expect(waits).toEqual([1, 5, 15, 60, 60]);
  });
});
