import { expect, it } from 'vitest';
import { lastEventId } from '../../src/events/read-journalled.ts';
import { journalLines } from '../../src/journal/journal-lines.ts';
import { parseRecord } from '../../src/journal/parse-record.ts';
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
