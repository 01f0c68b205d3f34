/** What recording events costs a file, in statements: those that record nothing else, whatever the file says. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Database, Queryable } from '../../src/database/open.ts';
import { noteUpload } from '../../src/ledger/turn-queue.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { createIntake } from '../../src/spool/intake.ts';
import { openStation, type TestStation } from '../support/services.ts';
import { ACME } from '../support/organisation.ts';

const statements: string[] = [];
let world: TestStation;
afterEach(() => world[Symbol.asyncDispose]());

function heard(queryable: Queryable): Queryable['query'] {
  return (text, values) => {
    if (/into event\b/.test(text)) statements.push(text);
    return queryable.query<never>(text, values);
  };
}

function listening(database: Database): Database {
  return {
    ...database,
    query: heard(database),
    transaction: (work) => database.transaction((tx) => work({ ...tx, query: heard(tx) })),
  };
}

/** A statement that changes something else, too, costs nothing besides. */
const isOfItsOwn = (text: string) => !/\b(insert into|update|delete from) (change_file|batch)\b/.test(text);

const HEADER = 'emailAddress,action,givenName,familyName\n';
const added = (n: number) => `p${n}@example.com,Add,Given,Family\n`;

it.each([
  ['one entry', HEADER + added(1), ['file.received', 'file.applied', 'file.filed', 'report.written'], 0],
  [
    '200 entries, every other refused',
    HEADER + Array.from({ length: 100 }, (_, n) => added(n) + added(n)).join(''),
    ['file.received', 'file.applied_with_errors', 'file.filed', 'report.written'],
    0,
  ],
  ['a gate that refuses it', 'nothing', ['file.received', 'file.refused', 'file.filed', 'report.written'], 1],
])('events of a file of %s cost next to no statements of their own', async (what, content, events, own) => {
  world = await openStation(listening);
  const { journal, spool } = world.services;
  const database = listening(world.database);
  const intake = createIntake({ database, clock: systemClock, journal, spool, types: KINDS.types });
  const name = what.startsWith('a gate') ? 'what.csv' : `${ACME}_HR_PRV_1.csv`;
  await writeFile(path.join(world.folder, name), content);
  statements.length = 0;
  await intake.announced(ACME, name);
  await noteUpload(database, ACME, world.services.clock.now(), 0);
  await world.workOff();
  const { rows } = await world.database.query<{ type: string }>(
    `select type from event where type like 'file.%' or type like 'report.%' order by id`,
  );
  expect(rows.map(({ type }) => type)).toEqual(events);
  expect(statements.filter(isOfItsOwn)).toHaveLength(own);
});
