/** What the real daemon exposes after real uploads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS, metricOf, METRIC_NAMES } from '../../src/metrics/table.ts';
import { poll, signIn } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { samplesIn, scrape, sumOf } from './scrape.ts';

const ADD = 'emailAddress,action,givenName,familyName\n';
const HOSTILE = 'evil"} 1 spoolgate_up{x="';

describe('metrics of a daemon', () => {
  let world: TestDaemon;
  beforeAll(async () => {
    world = await startTestDaemon();
  });
  afterAll(() => world[Symbol.asyncDispose]());
  const samples = async () => samplesIn((await scrape(world.daemon.httpPort)).text);
  const until = (name: string, labels: Record<string, string>, value: number) =>
    poll(`${name} ${JSON.stringify(labels)} = ${value}`, 10, async () => {
      const now = await samples();
      return sumOf(now, name, labels) === value ? now : null;
    });

  it('are what was done: files, entries, codes, uploads, turns', async () => {
    const courier = await world.courier();
    await courier.send('1000001_HR_PRV_1.csv', `${ADD}a.b@example.com,Add,A,B\nno-address,Add,A,B\n`);
    await courier.send('1000001_HR_PRV_2.csv', `${ADD}a.b@example.com,Nonsense-"of a" file,A,B\n`);
    await courier.send('1000001_HR_PRV_2.csv', `${ADD}a.b@example.com,Suspend,,\n`);
    await until('files_total', { type: 'PRV', decision: 'refused' }, 1);
    const now = await until('uploads_total', { protocol: 'ftps', result: 'stored' }, 3);
    expect(sumOf(now, 'files_total', { decision: 'applied_with_errors' })).toBe(2);
    expect(sumOf(now, 'entries_total', { operation: 'Add', result: 'ok' })).toBe(1);
    expect(sumOf(now, 'entries_total', { result: 'refused' })).toBe(2);
    expect(sumOf(now, 'entries_total', { operation: 'other' })).toBe(1);
    expect(sumOf(now, 'refusals_total', { code: '4' })).toBe(1);
    expect(sumOf(now, 'refusals_total')).toBe(3);
    expect(sumOf(now, 'uploads_total', { protocol: 'ftps', result: 'stored' })).toBe(3);
    expect(sumOf(now, 'upload_seconds_count', { protocol: 'ftps' })).toBe(3);
    expect(sumOf(now, 'sign_ins_total', { protocol: 'ftps', result: 'ok' })).toBe(1);
    expect(sumOf(now, 'door_sessions', { protocol: 'ftps' })).toBe(1);
    expect(sumOf(now, 'turns_total', { result: 'worked' })).toBeGreaterThanOrEqual(3);
    expect(sumOf(now, 'turns_total', { result: 'fault' })).toBe(0);
    expect(sumOf(now, 'database_up')).toBe(1);
  });

  it('have the documented labels with the documented values only', async () => {
    const known = new Set(METRIC_NAMES.map((name) => `spoolgate_${name}`));
    const seen = new Set<string>();
    for (const { name, labels } of await samples()) {
      if (!name.startsWith('spoolgate_')) continue;
      const family = [name, name.replace(/_(bucket|sum|count)$/, '')].find((one) => known.has(one));
      expect([name, family]).not.toContain(undefined);
      seen.add(family ?? '');
      const metric = metricOf(family?.replace('spoolgate_', '') as keyof typeof METRICS);
      if (metric.free) continue;
      for (const [label, value] of Object.entries(labels))
        if (label !== 'le')
          expect([name, label, metric.labels?.[label]?.includes(value)]).toEqual([name, label, true]);
    }
    // Nobody has waited, and there is no scanner.
    const absent = [...known].filter((name) => !seen.has(name));
    expect(absent).toEqual(['spoolgate_wait_seconds', 'spoolgate_scanner_up']);
  });

  it('never have a word from outside', async () => {
    await expect(signIn(world.daemon.ftpsPort, HOSTILE, 'x')).rejects.toThrow();
    const courier = await world.courier();
    await courier.upload('1000001_evil-source_PRV_1.csv"}', ADD);
    await until('sign_in_refusals_total', { reason: 'password' }, 1);
    expect((await scrape(world.daemon.httpPort)).text).not.toMatch(/evil|nonsense|acme|example\.com/i);
  });

  it('come as text, and as OpenMetrics to who asks for it, again and again', async () => {
    const port = world.daemon.httpPort;
    for (const _ of [1, 2]) {
      const open = await scrape(port, 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
      expect(open.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
      expect(open.text).toMatch(/# TYPE spoolgate_turns counter\n(.*\n)*spoolgate_turns_total\{/);
      expect(open.text.endsWith('# EOF\n')).toBe(true);
      const plain = await scrape(port);
      expect(plain.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(plain.text).toContain('# TYPE spoolgate_turns_total counter\n');
      expect(plain.text).toContain('# TYPE process_cpu_user_seconds_total counter\n');
    }
  });

  it.each([
    ['POST', '/metrics'],
    ['HEAD', '/metrics'],
    ['GET', '/metrics/'],
    ['GET', '/metrics?name=x'],
    ['GET', '/Metrics'],
  ])('are at no other address: %s %s', async (method, path) => {
    const answer = await fetch(`http://127.0.0.1:${world.daemon.httpPort}${path}`, { method });
    expect(answer.status).toBe(404);
  });
});
