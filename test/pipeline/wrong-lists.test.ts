/** What becomes of lists, right and wrong, that no guard holds. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACME } from '../support/organisation.ts';
import { type TestStation } from '../support/services.ts';
import { APPLIED, HELD, list, ListsOf, name, openListStation } from './list-station.ts';

let station: TestStation;
beforeEach(async () => {
  station = await openListStation();
});
afterEach(() => station[Symbol.asyncDispose]());

const of = new ListsOf(() => station);

describe('how the last list of a source ended', () => {
  const ended = async () => (await of.lists()).status.lists.map(({ state, file }) => [state, file]);

  it.each<[state: string, what: string, upload: () => Promise<unknown>]>([
    ['succeeded', 'was applied', () => station.upload(name(2), list(2, 50))],
    ['failed', 'could not be read', () => station.upload(name(2), 'shoeSize\n43\n')],
    ['failed', 'was empty', () => station.upload(name(2), 'mail\n')],
  ])('%s: it %s', async (state, _what, upload) => {
    expect(await ended()).toEqual([['succeeded', name(1)]]);
    await upload();
    await station.workOff();
    expect(await ended()).toEqual([[state, name(2)]]);
  });

  it('cancelled: a person has rejected it', async () => {
    await station.upload(name(2), list(7, 50));
    await station.workOff();
    expect(await of.fileOf(name(2))).toEqual(HELD);
    await of.actions().discard(name(2));
    await station.workOff();
    expect(await ended()).toEqual([['cancelled', name(2)]]);
  });

  it('consent_required: the customer may not send lists', async () => {
    await station.database.query(`update customer set types = '{PRV}' where id = $1`, [ACME]);
    await station.upload(name(2), list(2, 50));
    await station.workOff();
    expect(await ended()).toEqual([['consent_required', name(2)]]);
  });
});

describe('a list of contacts', () => {
  const titleOf = async (number: number) => {
    const { rows } = await station.database.query<{ title: string[] | null }>(
      `select attributes->'title' as title from directory_entry where attributes::text like $1`,
      [`%p${number}@example.com%`],
    );
    return rows.map(({ title }) => title);
  };
  const told = (number: number, title: string, status = '') =>
    `p${number}@example.com,Person ${number},${title},${status}\n`;
  const head = 'mail,displayName,title,status\n';
  const all = (first: number) =>
    Array.from({ length: 51 - first }, (_, index) => told(first + index, 'Clerk')).join('');

  it('clears what is empty, and takes out who is disabled', async () => {
    await station.upload(name(2), head + all(1));
    await station.workOff();
    expect(await titleOf(1)).toEqual([['Clerk']]);
    await station.upload(name(3), head + told(1, '') + told(2, 'Clerk', 'disabled') + all(3));
    await station.workOff();
    expect(await of.fileOf(name(3))).toEqual(APPLIED);
    expect(await titleOf(1)).toEqual([null]);
    expect(await titleOf(2)).toEqual([]);
    expect(await of.people()).toBe(49);
    expect(await of.lastReport()).toContain(
      'updated: 1; enabled: 0; unchanged: 48; disabled: 0; removed: 1;',
    );
  });
});

describe('a wrong list of ten people or more is never applied', () => {
  const right = list(1, 50);
  const lines = right.trimEnd().split('\n');
  const header = lines[0] ?? '';

  it.each<[string, string, object]>([
    ['empty', `${header}\n`, { folder: '_error', code: 2200 }],
    ['of no bytes', '', { folder: '_error', code: 2200 }],
    ['cut in half', right.slice(0, right.length / 2), {}],
    ['without a department', lines.filter((_, index) => index === 0 || index > 10).join('\n'), HELD],
    ['with half of its lines', lines.filter((_, index) => index % 2 === 0).join('\n'), HELD],
    [
      'with its columns shifted to the left',
      [header, ...lines.slice(1).map((line) => line.split(',')[1])].join('\n'),
      {},
    ],
    [
      'with its columns shifted to the right',
      [header, ...lines.slice(1).map((line) => `,${line}`)].join('\n'),
      {},
    ],
    ['of other columns', right.replace('mail,displayName', 'displayName,mail'), {}],
    ['with an unknown column', right.replace('displayName', 'shoeSize'), { folder: '_error' }],
    ['of other people', right.replaceAll('@example.com', '@example.org'), HELD],
  ])('%s', async (_title, content, outcome) => {
    const { rows: before } = await station.database.query(
      'select dn_key, attributes from directory_entry order by 1',
    );
    await station.upload(name(2), content);
    await station.workOff();
    expect(await of.fileOf(name(2))).toMatchObject(outcome);
    const { rows: after } = await station.database.query(
      'select dn_key, attributes from directory_entry order by 1',
    );
    expect(after).toEqual(before);
  });
});
