import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesAbout } from '../support/courier.ts';
import { openStation, type TestStation } from '../support/services.ts';

const content = (one: string) => `emailAddress,action,givenName,familyName\n${one}@example.com,Add,Ann,One\n`;

const namesIn = async ({ folder }: TestStation, part: string) =>
  (await readdir(path.join(folder, part))).toSorted();

async function about(world: TestStation, file: string): Promise<string[]> {
  const names = await namesIn(world, '_report');
  const texts = await Promise.all(
    names.map((name) => readFile(path.join(world.folder, '_report', name), 'utf8')),
  );
  return texts.flatMap((text) => linesAbout(text, file));
}

const emails = async ({ database }: TestStation) =>
  (
    await database.query<{ email: string }>(
      `select email from subscriber where given_name = 'Ann' order by email`,
    )
  ).rows.map(({ email }) => email);

describe('what comes twice', () => {
  it('the same name while the first waits: the later one is processed, and the report says so', async () => {
    await using world = await openStation();
    await world.upload('1000001_PRV_1.csv', content('first'));
    await world.upload('1000001_PRV_1.csv', content('second-one'));
    await world.workOff();
    expect((await emails(world)).filter((email) => /first|second/.test(email))).toEqual([
      'second-one@example.com',
    ]);
    expect(await about(world, '1000001_PRV_1.csv')).toContain(
      'WARNING: This file replaced an earlier one of the same name that had not been processed yet.',
    );
  });

  it('the same content under a new number: processed, and noted in ledger and log', async () => {
    await using world = await openStation();
    await world.upload('1000001_PRV_1.csv', content('one'));
    await world.workOff();
    await world.upload('1000001_PRV_2.csv', content('one'));
    await world.workOff();
    expect(await about(world, '1000001_PRV_1.csv')).not.toContainEqual(expect.stringMatching(/same/));
    const said = await about(world, '1000001_PRV_2.csv');
    expect(said).not.toContainEqual(expect.stringMatching(/same/));
    const { rows } = await world.database.query(
      `select detail->>'name' as name from batch_note where kind = 'same-content'`,
    );
    expect(rows).toEqual([{ name: '1000001_PRV_1.csv' }]);
    expect(world.log).toContain('same content as an earlier file');
    expect(said).toContainEqual(expect.stringMatching(/^Result code: 1035 /));
  });

  it('equal files without entries: no word on that', async () => {
    await using world = await openStation();
    const empty = 'emailAddress,action\n';
    for (const number of [1, 2]) {
      await world.upload(`1000001_PRV_${number}.csv`, empty);
      await world.workOff();
    }
    expect(await about(world, '1000001_PRV_2.csv')).not.toContainEqual(expect.stringMatching(/same/));
  });

  it('the same number with other content: refused with 4, nothing of it is carried out', async () => {
    await using world = await openStation();
    await world.upload('1000001_PRV_1.csv', content('one'));
    await world.workOff();
    await world.upload('1000001_PRV_1.csv', content('other'));
    await world.workOff();
    expect(await namesIn(world, '_error')).toEqual(['1000001_PRV_1.csv']);
    expect(await about(world, '1000001_PRV_1.csv')).toContainEqual(expect.stringMatching(/^Result code: 4 /));
    expect(await emails(world)).not.toContain('other@example.com');
  });

  it('the same name while the file runs: what runs is not touched, the later one is refused with 4', async () => {
    await using world = await openStation();
    await world.database.query(
      'update customer set per_file_cap = 5000, hourly_cap = 5000 where id = 1000001',
    );
    const people = Array.from({ length: 1_500 }, (_, n) => `u${n}@example.com,Add,Ann,One\n`);
    const large = `emailAddress,action,givenName,familyName\n${people.join('')}`;
    await world.upload('1000001_PRV_1.csv', large);
    await world.beginLarge();
    await world.upload('1000001_PRV_1.csv', content('other'));
    await world.workOff();
    const { rows } = await world.database.query(
      'select decision, written, code, folder, filed_as from change_file order by id',
    );
    expect(rows).toEqual([
      {
        decision: 'applied',
        written: 1_500,
        code: null,
        folder: '_processed',
        filed_as: '1000001_PRV_1.csv',
      },
      { decision: 'refused', written: 0, code: 4, folder: '_error', filed_as: '1000001_PRV_1.csv' },
    ]);
    expect(await emails(world)).not.toContain('other@example.com');
    expect(await readFile(path.join(world.folder, '_processed', '1000001_PRV_1.csv'), 'utf8')).toBe(large);
  });

  it('a name that lies in the folder already: both are kept', async () => {
    await using world = await openStation();
    for (const word of ['one', 'other', 'third']) {
      await world.upload('1000001_PRV_1.csv', content(word));
      await world.workOff();
    }
    const kept = await namesIn(world, '_error');
    expect(kept).toEqual(['1000001_PRV_1.csv', '1000001_PRV_1_1.csv']);
    const texts = await Promise.all(
      kept.map((name) => readFile(path.join(world.folder, '_error', name), 'utf8')),
    );
    expect(texts).toEqual([content('other'), content('third')]);
  });
});
