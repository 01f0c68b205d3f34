import { describe, expect, it } from 'vitest';
import type { TestClock } from '../support/clock.ts';
import { ClockWatch } from '../../src/http/clock-watch.ts';
import {
  healthFrom,
  healthText,
  partsOf,
  type Findings,
  type PartName,
} from '../../src/http/health-parts.ts';

const GIB = 1024 ** 3;
const FINE: Findings = {
  database: { fault: null },
  spoolFault: null,
  disk: { free: 50 * GIB, size: 100 * GIB },
  concern: null,
  turnSeconds: 1,
  scanner: 'ok',
  mail: { isSent: true, pending: 3, seconds: 20 },
  outbox: { pending: 10, seconds: -100 },
  disabledReceivers: 0,
  missingFeeds: 0,
  certificate: { state: 'valid', daysLeft: 200 },
  aheadSeconds: 0.2,
  jumpSeconds: null,
  loopMs: 150,
};

describe('health', () => {
  it('says ok of everything that is', () => {
    const health = healthFrom(FINE);
    expect(health.status).toBe('ok');
    expect(health).not.toHaveProperty('reason');
    expect(health.parts.filter(({ status, todo }) => status !== 'ok' || todo !== null)).toEqual([]);
  });

  it.each<[PartName, 'warning' | 'failed', Partial<Findings>, status: string, words: RegExp]>([
    [
      'database',
      'failed',
      { database: { fault: 'unreachable', reason: 'refused' } },
      'database unreachable',
      /refused/,
    ],
    ['database', 'failed', { database: { fault: 'readOnly' } }, 'database read-only', /standby/],
    ['spool', 'failed', { spoolFault: 'cannot write' }, 'spool not writable', /cannot write/],
    ['disk', 'warning', { disk: { free: 9 * GIB, size: 100 * GIB } }, 'degraded', /9\.0 GiB of 100\.0 GiB/],
    ['disk', 'failed', { disk: { free: 1000, size: GIB } }, 'degraded', /0\.0 GiB/],
    ['records', 'warning', { concern: 'no record of 3 files' }, 'degraded', /3 files/],
    ['work', 'failed', { turnSeconds: 400 }, 'degraded', /7 minutes/],
    ['scanner', 'failed', { scanner: 'away' }, 'degraded', /cannot be reached/],
    ['scanner', 'failed', { scanner: 'slow' }, 'degraded', /in time/],
    ['scanner', 'failed', { scanner: 'fault' }, 'degraded', /cannot scan/],
    [
      'mail',
      'warning',
      { mail: { isSent: true, pending: 2, seconds: 8_000 } },
      'degraded',
      /2 mails wait.*2 hours/,
    ],
    ['notices', 'warning', { disabledReceivers: 1 }, 'degraded', /1 receiver is disabled/],
    ['feeds', 'warning', { missingFeeds: 1 }, 'degraded', /expected files of 1 source have not come/],
    ['outbox', 'warning', { outbox: { pending: 2, seconds: 4_000 } }, 'degraded', /67 minutes overdue/],
    [
      'certificate',
      'warning',
      { certificate: { state: 'expires soon', daysLeft: 1 } },
      'degraded',
      /ends in 1 day$/,
    ],
    ['certificate', 'failed', { certificate: { state: 'expired', daysLeft: -2 } }, 'degraded', /2 days ago/],
    [
      'certificate',
      'failed',
      { certificate: { state: 'not yet valid', daysLeft: 90 } },
      'degraded',
      /not valid yet/,
    ],
    ['clock', 'warning', { aheadSeconds: -90 }, 'degraded', /90 s behind/],
    ['clock', 'warning', { jumpSeconds: 3_600 }, 'degraded', /60 minutes forward/],
    ['loop', 'warning', { loopMs: 3_100 }, 'degraded', /3\.1 s/],
  ])('says of %s that it is %s, and what to do: %j', (name, status, wrong, overall, words) => {
    const health = healthFrom({ ...FINE, ...wrong });
    expect(health.status).toBe(overall);
    expect(health.reason).toMatch(words);
    const others = health.parts.filter(({ part }) => part !== name);
    expect(others.every(({ status: state, todo }) => state === 'ok' && todo === null)).toBe(true);
    const part = health.parts.find((one) => one.part === name);
    expect(part?.status).toBe(status);
    expect(part?.what).toMatch(words);
    expect(part?.todo).toMatch(/\.$/);
    expect(healthText(health).split('\n')[2]).toMatch(status === 'failed' ? /^FAILED/ : /^WARNING/);
  });

  it('has no alarm for what is not set up, and for what cannot be known', () => {
    const parts = partsOf({
      ...FINE,
      disk: { free: 50 * GIB, size: 2_000 * GIB },
      turnSeconds: null,
      aheadSeconds: null,
      scanner: 'off',
      mail: { isSent: false, pending: 900, seconds: 1e7 },
    });
    expect(parts.filter(({ status }) => status !== 'ok')).toEqual([]);
  });

  it('names what has failed before what is only a warning', () => {
    const health = healthFrom({ ...FINE, concern: 'no record', scanner: 'away' });
    expect(health.reason).toContain('virus scanner');
  });
});

it('a clock that is set is told of for an hour', () => {
  let [wallMs, steadyMs] = [1e12, 0];
  const clock: Pick<TestClock, 'now'> = { now: () => new Date(wallMs) };
  const watch = new ClockWatch(clock, () => steadyMs);
  const pass = (ms: number, setMs = 0) => {
    wallMs += ms + setMs;
    steadyMs += ms;
    return watch.look();
  };
  expect(pass(60_000)).toBeNull();
  expect(pass(60_000, 400)).toBeNull();
  expect(pass(1_000, -7_200_000)).toBe(-7_200);
  expect(pass(3_000_000)).toBe(-7_200);
  expect(pass(3_000_000)).toBeNull();
});
