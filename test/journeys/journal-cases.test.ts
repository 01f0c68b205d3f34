/** What happens, and the lines of the journal that tell of it, through the real daemon. */
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { FTPError } from 'basic-ftp';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { TestClock } from '../support/clock.ts';
import { spoolgate } from '../support/command-line.ts';
import { Courier, signIn } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import type { WrittenOrganisation } from '../support/organisation.ts';

const CASES = new URL('../samples/journal/events/', import.meta.url);
const BEFORE = new URL('../samples/journal/organisation.yaml', import.meta.url);
const SECRETS = ['Wx7!first-01', 'Gate-4711-acme-Upload', 'Gate-4712-acme-Audit'];

interface Step {
  do: 'setup' | 'clock' | 'look' | 'sign-in' | 'upload' | 'download' | 'delete' | 'command';
  at?: string;
  login?: string;
  password?: 'wrong' | 'right';
  upload_as?: string;
  path?: string;
  line?: string;
  'journal/'?: string[];
}

interface Case {
  case: string;
  steps: Step[];
  /** Token → lines in which `<word>` stands for what is the same wherever the word stands. */
  journal: Record<string, string[]>;
}

function text(file: string): string {
  return readFileSync(new URL(file, CASES), 'utf8');
}

/** Setting up has a day of its own. */
const ofTheCase = (name: string) => !name.startsWith('2026-02-27');

/** One customer whose administrator, agent and auditor have an account at the doors. */
class Stage implements AsyncDisposable {
  readonly world: TestDaemon;
  readonly folder: string;
  /** What the doors have been asked that the journal tells. */
  visits = 0;
  #courier: Courier | null = null;
  #report = '';
  #reported = 0;

  constructor(world: TestDaemon) {
    this.world = world;
    this.folder = world.folder('acme');
  }

  async carryOut(folder: string, step: Step): Promise<void> {
    switch (step.do) {
      case 'setup':
        return;
      case 'clock':
        await this.recorded();
        this.world.clock.set(new Date(step.at ?? ''));
        return this.world.daemon.jobs.run('journal');
      case 'look':
        return expect((await this.archives()).filter(ofTheCase)).toEqual(step['journal/']);
      case 'sign-in':
        return this.#signIn(step.password === 'right');
      case 'upload':
        return this.#upload(step.upload_as ?? '', text(`${folder}/${step.upload_as}`));
      case 'download':
        this.visits += 1;
        return void (await (await this.#client()).text(this.#pathOf(step)));
      case 'delete':
        this.visits += 1;
        return void (await (await this.#client()).client.remove(this.#pathOf(step)));
      case 'command': {
        const [, ...words] = (step.line ?? '').split(' ');
        const { code, stderr } = await spoolgate(this.world.home, ...words);
        expect([code, stderr]).toEqual([0, expect.any(String)]);
      }
    }
  }

  async archives(): Promise<string[]> {
    return (await readdir(path.join(this.folder, 'journal'))).toSorted();
  }

  /** Token → lines of the archives of a day; in them `<report>` stands for its name. */
  async lines(day: string): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    for (const name of await this.archives()) {
      if (!name.startsWith(day)) continue;
      const bytes = await readFile(path.join(this.folder, 'journal', name));
      const content = gunzipSync(bytes).toString('utf8');
      expect(bytes.subarray(10).toString('latin1')).toContain(`${name.replace('.gz', '')}\0`);
      expect(content).toMatch(/^[^\uFEFF\r]+\n$/);
      for (const secret of SECRETS) expect(content).not.toContain(secret);
      found[name.split('.')[1] ?? ''] = content
        .replaceAll(this.#report || '\0', '<report>')
        .trimEnd()
        .split('\n');
    }
    return found;
  }

  /** What clients did is recorded a moment later. */
  async recorded(): Promise<void> {
    for (;;) {
      const { rows } = await this.world.database.query<{ count: number }>(
        `select count(*)::int from event where data -> 'journal' ? 'of'`,
      );
      if ((rows[0]?.count ?? 0) >= this.visits) return;
      await delay(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#courier?.client.close();
  }

  #pathOf({ path: given = '' }: Step): string {
    return given.replace('<report>', this.#report);
  }

  async #signIn(right: boolean): Promise<void> {
    this.visits += 1;
    const opened = signIn(
      this.world.daemon.ftpsPort,
      'agent@example.com',
      right ? 'Gate-4711-acme-Upload' : 'wrong',
    );
    if (right) this.#courier = new Courier(await opened, this.world.database);
    else await expect(opened).rejects.toThrow(FTPError);
  }

  async #client(): Promise<Courier> {
    if (!this.#courier) await this.#signIn(true);
    if (!this.#courier) throw new Error('nobody is signed in');
    return this.#courier;
  }

  async #upload(name: string, content: string): Promise<void> {
    const courier = await this.#client();
    this.visits += 1;
    await courier.upload(name, content);
    this.#reported += 1;
    this.#report = await this.#writtenReport();
  }

  /** Seen through the file system, which leaves no event. */
  async #writtenReport(): Promise<string> {
    for (;;) {
      const reports = (await readdir(path.join(this.folder, '_report'))).filter(
        (name) => !name.startsWith('.') && name.endsWith('.txt'),
      );
      if (reports.length >= this.#reported) return reports.toSorted().at(-1) ?? '';
      await delay(10);
    }
  }
}

/** The same word is the same text in all lines. */
function expectLines(actual: string[], wanted: string[], words: Map<string, string>): void {
  const shown = actual.map((line, index) => {
    const template = wanted[index] ?? '';
    const names = [...template.matchAll(/<([^>]+)>/g)].map(([, word = '']) => word);
    const pattern = template
      .split(/<[^>]+>/)
      .map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('([^ ,"]+)');
    const found = new RegExp(`^${pattern}$`).exec(line);
    if (!found) return line;
    const isSame = names.every((name, at) => {
      const value = found[at + 1] ?? '';
      if (name === 'time') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/.test(value);
      if (name === 'report') return value === '<report>';
      const known = words.get(name) ?? value;
      words.set(name, known);
      return known === value && /^\d+$/.test(value);
    });
    return isSame ? template : line;
  });
  expect(shown).toEqual(wanted);
}

test.each(readdirSync(CASES).toSorted())('%s', async (folder) => {
  const { steps, journal } = JSON.parse(text(`${folder}/case.json`)) as Case;
  const clock = new TestClock();
  clock.set(new Date('2026-02-27T09:00:00Z'));
  const organisation = parse(readFileSync(BEFORE, 'utf8')) as WrittenOrganisation;
  await using world = await startTestDaemon({ organisation, clock });
  await using stage = new Stage(world);
  // What setting up tells stands in the journal of a day of its own.
  clock.set(new Date('2026-02-28T09:00:00Z'));
  await world.daemon.jobs.run('journal');
  for (const step of steps) await stage.carryOut(folder, step);
  if (Object.keys(journal).length === 0) return;
  await stage.recorded();
  clock.set(new Date('2026-03-01T00:05:00Z'));
  await world.daemon.jobs.run('journal');
  const found = await stage.lines('2026-02-28');
  const words = new Map<string, string>();
  for (const [token, wanted] of Object.entries(journal)) expectLines(found[token] ?? [], wanted, words);
  const others = Object.keys(found).filter((token) => !(token in journal));
  expect(others.filter((token) => token !== 'AUTH' && token !== 'FILES2')).toEqual([]);
  // A file may have the number of a person.
  words.delete('number');
  expect(new Set(words.values()).size).toBe(words.size);
});
