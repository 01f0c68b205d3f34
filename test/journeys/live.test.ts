import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CustomerStatus } from '../../src/customer-status.ts';
import { poll } from '../support/courier.ts';
import { TestClock } from '../support/clock.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';

const run = promisify(execFile);
const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));
/** A minute after the full hour: no test crosses it by chance. */
const NOON = new Date('2026-05-05T12:01:00Z');

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command as an operator would, beside the running daemon. */
async function spoolgate({ home }: TestDaemon, ...words: string[]): Promise<Ended> {
  const ended = run(process.execPath, [
    COMMAND_LINE,
    ...words,
    '--config',
    path.join(home, 'spoolgate.yaml'),
  ]);
  return ended.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ended) => error,
  );
}

function entries(count: number, prefix: string): string {
  const lines = Array.from({ length: count }, (_, n) => `${prefix}${n}@example.com,Add,Given,Family`);
  return `emailAddress,action,givenName,familyName\n${lines.join('\n')}\n`;
}

async function started(): Promise<{ one: TestDaemon; clock: TestClock }> {
  const clock = new TestClock();
  clock.set(NOON);
  const one = await startTestDaemon({
    clock,
    organisation: await fixtures({ throttle: { hourly: 10, daily: 40 } }),
  });
  return { one, clock };
}

async function statusOf(one: TestDaemon): Promise<CustomerStatus> {
  const { stdout } = await spoolgate(one, 'status', '--json');
  const { customers } = JSON.parse(stdout) as { customers: CustomerStatus[] };
  const found = customers.find(({ id }) => id === ACME);
  if (!found) throw new Error('no such customer in status');
  return found;
}

const stateOf = (one: TestDaemon, name: string, state: string) =>
  poll(`${name} to be ${state}`, 10, async () => {
    const { rowCount } = await one.database.query(
      'select 1 from change_file where name = $1 and state = $2',
      [name, state],
    );
    return rowCount || null;
  });

describe('an operator', () => {
  it('sees who waits and why, raises a cap, and the file runs', async () => {
    const { one } = await started();
    await using _ = one;
    await using courier = await one.courier();
    await courier.send(`${ACME}_PRV_1.csv`, entries(8, 'a'));
    await courier.upload(`${ACME}_PRV_2.csv`, entries(5, 'b'));
    await courier.upload(`${ACME}_PRV_3.csv`, entries(1, 'c'));
    await stateOf(one, `${ACME}_PRV_2.csv`, 'deferred');
    const status = await statusOf(one);
    expect(status.caps.hourly).toMatchObject({
      limit: 10,
      used: 8,
      left: 2,
      until: '2026-05-05T13:00:00.000Z',
    });
    expect(status.files).toMatchObject([
      {
        name: `${ACME}_PRV_2.csv`,
        state: 'deferred',
        place: 1,
        entries: 5,
        expected: '2026-05-05T13:00:00.000Z',
      },
      {
        name: `${ACME}_PRV_3.csv`,
        state: 'waiting',
        place: 2,
        entries: 1,
        expected: '2026-05-05T13:00:00.000Z',
      },
    ]);
    const whys = status.files.map((file) => 'why' in file && file.why);
    expect(whys[0]).toContain('hourly cap (8 of 10 used)');
    expect(whys[1]).toBe(`behind ${ACME}_PRV_2.csv`);
    expect((await spoolgate(one, 'throttle', String(ACME), '--hourly', '100')).stdout).toContain(
      'hourly 100',
    );
    expect((await courier.outcome(`${ACME}_PRV_2.csv`)).codes).toEqual([0, 0, 0, 0, 0]);
    expect((await courier.outcome(`${ACME}_PRV_3.csv`)).codes).toEqual([0]);
    const { rows } = await one.database.query(
      `select data->'before'->>'hourly' as before, data->'after'->>'hourly' as after from event where type = 'caps.changed'`,
    );
    expect(rows).toEqual([{ before: '10', after: '100' }]);
  });

  it('holds a customer and releases it, and is told when it was so already', async () => {
    const { one } = await started();
    await using _ = one;
    await using courier = await one.courier();
    expect((await spoolgate(one, 'hold', String(ACME))).code).toBe(0);
    expect((await spoolgate(one, 'hold', String(ACME))).code).toBe(3);
    const held = await courier.send(`${ACME}_PRV_1.csv`, entries(2, 'a'));
    expect(held).toMatchObject({ folder: '_error', codes: [1001, 1001] });
    expect((await spoolgate(one, 'release', String(ACME))).code).toBe(0);
    expect((await courier.send(`${ACME}_PRV_2.csv`, entries(2, 'a'))).codes).toEqual([0, 0]);
    expect((await spoolgate(one, 'hold', '999')).code).toBe(1);
    expect((await spoolgate(one, 'hold', 'Acme')).code).toBe(2);
  });

  it('opens the control socket alone', async () => {
    const { one } = await started();
    await using _ = one;
    const { mode } = await stat(path.join(one.home, 'data', 'control', 'socket'));
    expect(mode & 0o777).toBe(0o600);
  });

  it('gets the same answers where no daemon runs', async () => {
    const { one } = await started();
    await using _ = one;
    await one.stop();
    expect((await spoolgate(one, 'throttle', String(ACME), '--daily', '7', '--json')).stdout).toContain(
      '"daily":7',
    );
    expect((await statusOf(one)).caps.daily.limit).toBe(7);
    expect((await spoolgate(one, 'hold', String(ACME))).code).toBe(0);
  });
});

describe('caps', () => {
  it('an hour later the deferred file runs, in its order, without a line in a report before', async () => {
    const { one, clock } = await started();
    await using _ = one;
    await using courier = await one.courier();
    await courier.send(`${ACME}_PRV_1.csv`, entries(9, 'a'));
    await courier.upload(`${ACME}_PRV_2.csv`, entries(2, 'b'));
    await stateOf(one, `${ACME}_PRV_2.csv`, 'deferred');
    expect((await courier.names('/_report')).filter((name) => name.endsWith('.txt'))).toHaveLength(1);
    expect(await courier.names('/')).toContain(`${ACME}_PRV_2.csv`);
    clock.set(new Date('2026-05-05T12:59:59.900Z'));
    one.daemon.dispatcher.look();
    await one.daemon.dispatcher.idle();
    clock.set(new Date('2026-05-05T13:00:00.001Z'));
    one.daemon.dispatcher.look();
    expect((await courier.outcome(`${ACME}_PRV_2.csv`)).codes).toEqual([0, 0]);
  });

  it('a file that the day keeps waiting is told of once a day', async () => {
    const { one, clock } = await started();
    await using _ = one;
    await using courier = await one.courier();
    await spoolgate(one, 'throttle', String(ACME), '--hourly', '1000');
    await courier.send(`${ACME}_PRV_1.csv`, entries(39, 'a'));
    await courier.upload(`${ACME}_PRV_2.csv`, entries(2, 'b'));
    await stateOf(one, `${ACME}_PRV_2.csv`, 'deferred');
    const told = await poll('the report of the day limit', 10, async () => {
      const reports: string[] = [];
      for (const name of await courier.names('/_report'))
        reports.push(await courier.text(`/_report/${name}`));
      const lines = reports
        .join('')
        .split('\n')
        .filter((line) => line.includes('The daily limit of 40 operations'));
      return lines.length > 0 ? lines : null;
    });
    expect(told).toHaveLength(1);
    clock.set(new Date('2026-05-06T00:00:01Z'));
    one.daemon.dispatcher.look();
    expect((await courier.outcome(`${ACME}_PRV_2.csv`)).codes).toEqual([0, 0]);
  });

  it('a file as large as the day limit goes to _error, and its number is free', async () => {
    const { one } = await started();
    await using _ = one;
    await using courier = await one.courier();
    const refused = await courier.send(`${ACME}_PRV_5.csv`, entries(40, 'a'));
    expect(refused).toMatchObject({ folder: '_error', trace: null });
    expect(refused.lines.join('\n')).toContain('must have fewer than the daily limit of 40');
    expect((await courier.send(`${ACME}_PRV_5.csv`, entries(1, 'a'))).codes).toEqual([0]);
  });

  it('a customer may count its hours in its own time zone', async () => {
    const clock = new TestClock();
    clock.set(new Date('2026-10-25T00:59:00Z'));
    const organisation = await fixtures({ throttle: { hourly: 3 }, timeZone: 'Europe/Oslo' });
    await using one = await startTestDaemon({ clock, organisation });
    await using courier = await one.courier();
    await courier.send(`${ACME}_PRV_1.csv`, entries(3, 'a'));
    clock.set(new Date('2026-10-25T01:01:00Z'));
    expect((await courier.send(`${ACME}_PRV_2.csv`, entries(3, 'b'))).codes).toEqual([0, 0, 0]);
  });
});

describe('the status files', () => {
  it('tells what waits, to every client, and cannot be written', async () => {
    const { one } = await started();
    await using _ = one;
    await using courier = await one.courier();
    await courier.send(`${ACME}_PRV_1.csv`, entries(8, 'a'));
    await courier.upload(`${ACME}_PRV_2.csv`, entries(5, 'b'));
    const text = await poll('the status files to tell of the waiting file', 50, async () => {
      const found = await courier.textIfThere('/_status.txt');
      return found?.includes(`1. ${ACME}_PRV_2.csv: 5 entries exceed`) ? found : null;
    });
    expect(text).toContain('This hour: 8 of 10 operations used, 2 left until 2026-05-05 13:00 UTC');
    const json = JSON.parse(await courier.text('/_status.json')) as { files: unknown[]; results: unknown[] };
    expect(json.files).toHaveLength(1);
    expect(json.results).toMatchObject([{ file: `${ACME}_PRV_1.csv`, written: 8, errors: 0 }]);
    await expect(courier.upload('_status.txt', 'mine')).rejects.toThrow(/55\d/);
    await expect(courier.client.remove('/_status.txt')).rejects.toThrow(/55\d/);
    await one.daemon.dispatcher.sweep();
    const { rowCount } = await one.database.query(`select 1 from change_file where name like '\\_status%'`);
    expect(rowCount).toBe(0);
  });
});

describe('missing numbers', () => {
  const one1 = entries(1, 'a');
  it('are told by number once a source has numbered without gaps', async () => {
    const { one } = await started();
    await using _ = one;
    await using courier = await one.courier();
    for (const number of [1, 2, 3, 4, 5]) await courier.send(`${ACME}_HR_PRV_${number}.csv`, one1);
    const { lines } = await courier.send(`${ACME}_HR_PRV_8.csv`, one1);
    expect(lines.at(-2)).toBe(
      'WARNING: Numbers 6, 7 of source "HR" were never received. They can no longer be processed; send their changes again under a higher number.',
    );
    expect((await statusOf(one)).missing).toMatchObject([{ source: 'HR', numbers: ['6', '7'] }]);
    const again = await courier.send(`${ACME}_HR_PRV_10.csv`, one1);
    expect(again.lines.join(), 'a source with one gap, ever, is never warned about again').not.toContain(
      'WARNING',
    );
  });

  it('e03: are not told of a source that numbers by the clock, nor of one with little history', async () => {
    await using one = await startTestDaemon({ organisation: await fixtures() });
    await using courier = await one.courier();
    for (const number of [1_700_000_000, 1_700_000_060, 1_700_000_120, 1_700_000_400])
      expect((await courier.send(`${ACME}_hr_PRV_${number}.csv`, one1)).report).not.toContain('WARNING');
    for (const number of [1, 2, 3, 5])
      expect((await courier.send(`${ACME}_few_PRV_${number}.csv`, one1)).report).not.toContain('WARNING');
    for (const number of [1, 2, 3, 4, 5, 17])
      expect((await courier.send(`${ACME}_far_PRV_${number}.csv`, one1)).report).not.toContain('WARNING');
  });

  it('that were seen and refused are none', async () => {
    const { one } = await started();
    await using _ = one;
    await using courier = await one.courier();
    for (const number of [1, 2, 3, 4, 5]) await courier.send(`${ACME}_HR_PRV_${number}.csv`, one1);
    await courier.send(`${ACME}_HR_PRV_6.csv`, entries(201, 'long'));
    expect((await courier.send(`${ACME}_HR_PRV_7.csv`, one1)).report).not.toContain('WARNING');
    expect((await courier.send(`${ACME}_HR_PRV_9.csv`, one1)).report).toContain(
      'WARNING: Number 8 of source "HR" was never',
    );
  });

  it('are waited for where the customer wants it, and not for ever', async () => {
    const clock = new TestClock();
    clock.set(NOON);
    await using one = await startTestDaemon({
      clock,
      organisation: await fixtures({ strictSequence: { HR: 600 } }),
    });
    await using courier = await one.courier();
    for (const number of [1, 2, 3]) await courier.send(`${ACME}_HR_PRV_${number}.csv`, one1);
    await courier.upload(`${ACME}_HR_PRV_5.csv`, one1);
    await stateOf(one, `${ACME}_HR_PRV_5.csv`, 'deferred');
    expect((await courier.send(`${ACME}_HR_PRV_4.csv`, one1)).lines.join()).not.toContain('never received');
    await courier.outcome(`${ACME}_HR_PRV_5.csv`);
    await courier.upload(`${ACME}_HR_PRV_7.csv`, one1);
    await stateOf(one, `${ACME}_HR_PRV_7.csv`, 'deferred');
    clock.advance(601_000);
    one.daemon.dispatcher.look();
    expect((await courier.outcome(`${ACME}_HR_PRV_7.csv`)).lines.join('\n')).toContain(
      'Number 6 of source "HR" was never received.',
    );
  });
});
