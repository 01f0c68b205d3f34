/** Real daemons that die between the upload of a tried file and its answer, and two that share one spool. */
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type { PlanDocument } from '../../src/report/plan.ts';
import { poll } from '../support/courier.ts';
import { cloneDatabase } from '../support/database.ts';
import { spawnDaemon, temporaryHome, writeConfiguration } from '../support/daemon.ts';

const ANSWERS = ['.plan.json', '.plan.txt', '_report.txt', '_trace.csv'];
const textOf = (name: string) =>
  `emailAddress,action,givenName,familyName\n${name}@example.com,Add,New,Person\n`;

async function makeHome() {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const database = await cloneDatabase();
  opened.defer(() => database.drop());
  const { file } = await writeConfiguration(home, database.url, {});
  const folder = path.join(home, 'spool', 'acme', '_validate');
  const planOf = async (stem: string) => {
    const text = await poll(`the plan of ${stem}`, 50, () =>
      readFile(path.join(folder, `${stem}.plan.json`), 'utf8').catch(() => null),
    );
    return JSON.parse(text) as PlanDocument;
  };
  /** Whoever has died before the mark answers again. */
  const allAnswered = (names: readonly string[]) =>
    poll('the marks', 50, async () => {
      const modes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).mode));
      return modes.every((mode) => (mode & 0o1000) !== 0) ? true : null;
    });
  const all = opened.move();
  return { file, folder, database, planOf, allAnswered, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

it.each(['renamed:1', 'trial-planned:1', 'trial-answered:1'])(
  'a daemon that dies at %s leaves a tried file that the next one answers, and nothing else',
  async (step) => {
    await using home = await makeHome();
    const name = '1000001_PRV_7.csv';
    {
      await using daemon = await spawnDaemon(home.file, { SPOOLGATE_DIE_AT: step });
      await using courier = await daemon.courier();
      await courier.client
        .uploadFrom(Readable.from([Buffer.from(textOf('one'))]), `/_validate/${name}`)
        .catch(() => {});
      await poll(`death at ${step}`, 20, async () => daemon.child.signalCode);
    }
    await using daemon = await spawnDaemon(home.file);
    const plan = await home.planOf('1000001_PRV_7');
    expect(plan.people.added.listed.map(({ name: address }) => address)).toEqual(['one@example.com']);
    await home.allAnswered([name]);
    const visible = (await readdir(home.folder)).filter((found) => !found.startsWith('.'));
    expect(visible.toSorted()).toEqual(
      [name, ...ANSWERS.map((ending) => `1000001_PRV_7${ending}`)].toSorted(),
    );
    const { rowCount } = await home.database.query('select 1 from change_file');
    expect(rowCount).toBe(0);
    expect(await daemon.stop(), daemon.output()).toBe(0);
  },
  60_000,
);

it('two daemons on one spool answer each file, whole, and neither disturbs the other', async () => {
  await using home = await makeHome();
  await using first = await spawnDaemon(home.file);
  const other = `${home.file}.second.yaml`;
  // A data folder serves one daemon.
  await writeFile(other, (await readFile(home.file, 'utf8')).replace(/^(data: .*)$/mu, '$1-of-another'));
  await using second = await spawnDaemon(other);
  const names = Array.from({ length: 20 }, (_, at) => `1000001_PRV_${at + 1}.csv`);
  await Promise.all(names.map((name, at) => writeFile(path.join(home.folder, name), textOf(`new.${at}`))));
  const couriers = [await first.courier(), await second.courier()];
  for (const [at, name] of names.entries())
    await couriers[at % 2]?.client.uploadFrom(
      Readable.from([Buffer.from(textOf(`upload.${at}`))]),
      `/_validate/${name}`,
    );
  for (const courier of couriers) courier.client.close();
  await home.allAnswered(names);
  for (const [at, name] of names.entries()) {
    const plan = await home.planOf(path.parse(name).name);
    expect(plan.people.added.listed.map(({ name: address }) => address)).toEqual([
      `upload.${at}@example.com`,
    ]);
  }
  for (const daemon of [first, second]) {
    expect(daemon.output()).not.toContain('"level":"error"');
    expect(await daemon.stop(), daemon.output()).toBe(0);
  }
}, 90_000);
