/** Real daemons that are killed at every step on the way of a day into its archives, and of the archives out again. */
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { poll } from '../support/courier.ts';
import { cloneDatabase } from '../support/database.ts';
import { spawnDaemon, temporaryHome, writeConfiguration } from '../support/daemon.ts';

const PEOPLE = 12;
const header = 'emailAddress,action,subscriptionId,givenName,familyName';

/** A new person, and somebody who is not there. */
const fileOf = (number: number) =>
  `${header}\nnew.${number}@example.com,Add,,Mira,Nr${number}\nnobody.${number}@example.com,Suspend\n`;

it('a day is published once, whatever step a daemon dies at, and each thing that happened stands in it once', async () => {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const database = await cloneDatabase();
  opened.defer(() => database.drop());
  const { file } = await writeConfiguration(home, database.url, {});
  const folder = path.join(home, 'spool', 'acme', 'journal');
  const archives = async () => (await readdir(folder)).filter((name) => !name.startsWith('.')).toSorted();
  const contents = async () =>
    new Map(
      await Promise.all(
        (await archives()).map(
          async (name) => [name, gunzipSync(await readFile(path.join(folder, name))).toString()] as const,
        ),
      ),
    );
  const runsAtStart = () => database.query(`delete from job_run where job = 'journal'`);
  const dieAt = async (step: string) => {
    await runsAtStart();
    const daemon = await spawnDaemon(file, { SPOOLGATE_DIE_AT: step }).catch(() => null);
    if (daemon) await poll(`death at ${step}`, 20, async () => daemon.child.signalCode);
    expect(daemon?.child.signalCode ?? 'SIGKILL').toBe('SIGKILL');
  };
  const run = async (isDone: string) => {
    await runsAtStart();
    await using daemon = await spawnDaemon(file);
    await poll(isDone, 20, async () => (await database.query(isDone)).rows[0] ?? null);
    expect(await daemon.stop(), daemon.output()).toBe(0);
  };

  {
    await using daemon = await spawnDaemon(file);
    await using courier = await daemon.courier();
    for (let number = 1; number <= PEOPLE; number += 1)
      await courier.upload(`1000001_HR_PRV_${number}.csv`, fileOf(number));
    await poll('the files', 50, async () => {
      const { rowCount } = await database.query(`select 1 from change_file where state = 'filed'`);
      return rowCount === PEOPLE ? true : null;
    });
    expect(await daemon.stop(), daemon.output()).toBe(0);
  }
  await database.query(`update event set at = at - interval '1 day'`);

  const seen = new Map<string, string>();
  for (const step of [
    'journal-closed:1',
    'journal-rendered:1',
    'journal-rendered:2',
    'journal-renamed:1',
    'journal-published:1',
    'journal-renamed:2',
    'journal-published:1',
  ]) {
    await dieAt(step);
    for (const [name, content] of await contents()) {
      expect(seen.get(name) ?? content, `${name} after ${step}`).toBe(content);
      seen.set(name, content);
    }
  }
  await run(`select 1 from journal_closing where published_at is not null`);
  const published = await contents();
  for (const [name, content] of seen) expect(published.get(name)).toBe(content);
  expect([...published.keys()].map((name) => name.split('.')[1])).toEqual(['AUTH', 'BSS', 'FILES2']);
  expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);

  const bss =
    [...published.entries()]
      .find(([name]) => name.includes('.BSS.'))?.[1]
      .trimEnd()
      .split('\n') ?? [];
  const uploads = [...published.entries()]
    .find(([name]) => name.includes('.FILES2.'))?.[1]
    .trimEnd()
    .split('\n');
  for (let number = 1; number <= PEOPLE; number += 1) {
    expect(
      bss.filter((line) => line.includes(`ADDSUBSCRIBER`) && line.includes(`"Mira Nr${number}"`)),
    ).toHaveLength(1);
    expect(uploads?.filter((line) => line.includes(`"1000001_HR_PRV_${number}.csv"`))).toHaveLength(1);
  }
  const refused = 'reason=ERROR_GET_SUBSCRIBER_BY_COMPANYID_AND_EMAIL_NOT_FOUND';
  expect(bss.filter((line) => line.includes('SUSPENDSUBSCRIBER') && line.endsWith(refused))).toHaveLength(
    PEOPLE,
  );
  expect(bss.filter((line) => line.includes('REGISTERCUSTOMER'))).toHaveLength(1);

  // One that is lost is made again, byte for byte the same.
  const [name = ''] = await archives();
  const bytes = await readFile(path.join(folder, name));
  await rm(path.join(folder, name));
  await runsAtStart();
  {
    await using daemon = await spawnDaemon(file);
    await poll('the archive', 20, async () => (await archives()).includes(name) || null);
    expect(await daemon.stop(), daemon.output()).toBe(0);
  }
  expect((await readFile(path.join(folder, name))).equals(bytes)).toBe(true);

  await database.query(`update journal_archive set published_at = published_at - interval '7 days'`);
  await dieAt('journal-removed:1');
  await dieAt('journal-removed:2');
  await run(`select 1 where not exists (select 1 from journal_archive)`);
  expect(await archives()).toEqual([]);
}, 180_000);
