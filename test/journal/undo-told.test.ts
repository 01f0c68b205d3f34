import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastEventId } from '../../src/events/read-journalled.ts';
import { journalLines } from '../../src/journal/journal-lines.ts';
import { parseRecord } from '../../src/journal/parse-record.ts';
import { hearUndo } from '../../src/spool/undo-request.ts';
import { openUndoWorld } from '../pipeline/undo-world.ts';
import { ACME } from '../support/organisation.ts';

const FILE = '1000001_HR_PRV_1.csv';
const ROWS = [
  'emailAddress,action,givenName,familyName,department,subscriptionId',
  'new@example.com,Add,New,Person,,85180',
  'ann.lee@example.com,Remove,,,,',
  'bob.lee@example.com,Update,Robert,,Sales,',
];

it('an undo is told as what it does to people, by the operator', async () => {
  await using world = await openUndoWorld();
  const { database } = world.station;
  await world.send(FILE, `${ROWS.join('\n')}\n`);
  const before = await lastEventId(database);
  await world.undo(FILE);
  const events = [{ from: before + 1, to: await lastEventId(database) }];
  const pages = await Array.fromAsync(journalLines(database, ACME, { number: 1, day: '2026-03-01', events }));
  const records = pages.flat().map(({ text }) => parseRecord(text));
  expect(records.map((one) => `${one?.action} ${one?.object?.name}`).toSorted()).toEqual([
    'ADDSUBSCRIBER Ann Lee',
    'ENTITLESUBSCRIBER Ann Lee',
    'REMOVESUBSCRIBER New Person',
    'UPDATESUBSCRIBER Bob Lee',
  ]);
  expect(new Set(records.map((one) => one?.actor.kind))).toEqual(new Set(['anonymous']));
});

describe('an undo that was asked for by file', () => {
  it.each<[string, string | null, object]>([
    [
      'by the login of a person is the act of that person',
      'Eve.Lee@example.com',
      { kind: 'member', email: 'Eve.Lee@example.com', id: expect.stringMatching(/^\d+$/) as string },
    ],
    [
      'by a login that is the address of nobody is the act of the login',
      'acme',
      { kind: 'outside', domain: 'acme', id: null },
    ],
    ['by nobody that is known is not told of anybody', null, { kind: 'anonymous' }],
  ])('%s', async (_, login, actor) => {
    await using world = await openUndoWorld();
    const { database, services } = world.station;
    await world.send(FILE, `${ROWS.join('\n')}\n`);
    const before = await lastEventId(database);
    const now = services.clock.now();
    const sender = login === null ? null : { login, address: '192.0.2.7' };
    await writeFile(path.join(world.station.folder, `${FILE}.undo`), 'a slip');
    const file = { name: `${FILE}.undo`, bytes: 6, modifiedAt: now, sender };
    expect(await hearUndo(services, { customer: ACME, folder: world.station.folder }, file)).toBe(true);
    await world.station.workOff();
    const events = [{ from: before + 1, to: await lastEventId(database) }];
    const pages = await Array.fromAsync(
      journalLines(database, ACME, { number: 1, day: '2026-03-01', events }),
    );
    const records = pages.flat().map(({ text }) => parseRecord(text));
    expect(records).toHaveLength(4);
    for (const one of records) expect(one?.actor).toMatchObject(actor);
    const asked = await database.query(`select who, address from event where type = 'undo.requested'`);
    expect(asked.rows).toEqual([{ who: login, address: login === null ? null : '192.0.2.7' }]);
    const { rows } = await database.query('select distinct who from change where undo_id is not null');
    expect(rows).toEqual([{ who: login ?? 'undo' }]);
  });
});
