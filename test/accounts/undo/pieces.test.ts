/** An undo is one transaction, however large; what it does at a time is small, so that others are not held up. */
import { expect, it } from 'vitest';
import { takeBack } from '../../../src/accounts/undo/take-back.ts';
import { undonePages } from '../../../src/accounts/undo/undone-rows.ts';
import type { Transaction } from '../../../src/database/open.ts';
import { enterUndo, findUndoable } from '../../../src/ledger/undos.ts';
import { openUndoWorld } from '../../pipeline/undo-world.ts';
import { ACME } from '../../support/organisation.ts';

const FILE = '1000001_HR_PRV_1.csv';
const [PEOPLE, AT_ONCE] = [600, 250];

it('no statement of a large undo has more than 250 people or changes', async () => {
  await using world = await openUndoWorld();
  const { services, database } = world.station;
  Object.assign(services.caps, { perFile: 1_000, hourly: 1_000, daily: 1_001 });
  const lines = Array.from({ length: PEOPLE }, (_, n) => `p${n}@example.com,Add,P,${n}\n`);
  await world.send(FILE, `emailAddress,action,givenName,familyName\n${lines.join('')}`);
  const now = services.clock.now();
  const file = await findUndoable(database, ACME, FILE, { days: 14, now });
  if (typeof file === 'string') throw new Error(file);
  const lengths: number[] = [];
  const pages: number[] = [];
  const counts = await database.transaction(async (tx) => {
    const noting: Transaction = Object.assign(Object.create(tx) as Transaction, {
      query: async (...question: Parameters<Transaction['query']>) => {
        for (const value of question[1] ?? []) if (Array.isArray(value)) lengths.push(value.length);
        return tx.query(...question);
      },
    });
    const asked = { customer: ACME, file, ranges: null, who: 'ola', reason: '' };
    const id = (await enterUndo(tx, asked, now)) ?? 0;
    const done = await takeBack(noting, { ...asked, undo: { id, who: 'ola' }, now });
    for await (const page of undonePages(tx, id)) pages.push(page.length);
    return done;
  });
  expect(counts).toEqual({ takenBack: PEOPLE, leftOut: 0 });
  expect(Math.max(...lengths)).toBe(AT_ONCE);
  expect(pages).toEqual([AT_ONCE, AT_ONCE, PEOPLE - 2 * AT_ONCE]);
});
