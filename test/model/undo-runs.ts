/** Random files of every kind, some of which are taken back: whole, in parts, in the order of the last, or in any. */
import { expect } from 'vitest';
import { lockCustomer } from '../../src/accounts/customers/customer.ts';
import { undonePages, type UndoneChange } from '../../src/accounts/undo/undone-rows.ts';
import { takeBack } from '../../src/accounts/undo/take-back.ts';
import type { EntryRange, UndoCode } from '../../src/change-file/undo.ts';
import { onlyRow } from '../../src/database/open.ts';
import { enterUndo } from '../../src/ledger/undos.ts';
import { accountsPicture, type AccountsPicture } from '../support/accounts-picture.ts';
import type { TestDatabase } from '../support/database.ts';
import { CUSTOMER } from './generate-organisation.ts';
import { brokenInvariants } from './invariants.ts';
import { expectSameState, nextFile, startMixed, type MixedFile } from './mixed-runs.ts';
import { runFile } from './program.ts';
import { seededRandom, type Random } from './random.ts';

const SEED = Number(process.env['SPOOLGATE_UNDO_SEED'] ?? 20_261_127);
const NOW = new Date('2026-03-02T12:00:00Z');
const FILES = 14;

/** Told, though nothing of the account is another than before. */
const NO_LOSS: ReadonlySet<UndoCode> = new Set(['old-link', 'content', 'mail-sent']);

export async function expectUndone(database: TestDatabase, run: number): Promise<void> {
  const random = seededRandom(SEED + run);
  await database.query(
    'truncate change, change_name, undo, undo_change, directory_entry, user_group cascade',
  );
  let world = await startMixed(database, random);
  for (let number = 1; number <= FILES; number += 1) {
    const at = `run ${run}, file ${number}: repeat with SPOOLGATE_UNDO_SEED=${SEED + run}`;
    const before = structuredClone(world);
    const picture = await accountsPicture(database);
    const files = [];
    for (let some = 1 + random.below(3); some > 0; some -= 1) {
      const file = nextFile(random, world, number * 10 + some);
      expect(await runFile(database, file.name, file.text), at).toEqual(file.codes);
      files.push(file);
    }
    if (random.percent(30)) continue;
    const lost = await takeAllBack(database, random, files, at);
    await expectAsBefore(database, picture, lost, at);
    // What a password was nobody knows: the model would go on with another one.
    if (lost.size > 0) return;
    world = { ...before, groups: world.groups };
    await expectSameState(database, world, at);
  }
  await expectSameState(database, world, `run ${run}`);
}

/** @returns the people of whom something could not come back */
async function takeAllBack(
  database: TestDatabase,
  random: Random,
  files: readonly MixedFile[],
  at: string,
): Promise<Lost> {
  const lost = new Map<number, Set<UndoCode>>();
  const fromTheLast = random.percent(60);
  const order = fromTheLast ? files.toReversed() : files;
  // In another order some are left out at first, and others have names and seats by then.
  for (let pass = 0; pass < files.length; pass += 1)
    for (const { name } of order) {
      if (random.percent(50)) note(lost, await undoFile(database, name, someEntries(random)));
      note(lost, await undoFile(database, name, null));
    }
  for (const { name } of files)
    for (const { takenBack, remarks } of await undoFile(database, name, null))
      expect([takenBack, remarks.map(({ code }) => code)], at).toEqual([false, ['already-undone']]);
  const codes = new Set([...lost.values()].flatMap((some) => [...some]));
  if (fromTheLast)
    expect(
      [...codes].filter((code) => code !== 'password'),
      at,
    ).toEqual([]);
  return lost;
}

/** Person or entry → why something of it could not come back. */
type Lost = Map<number, Set<UndoCode>>;

function note(lost: Lost, changes: readonly UndoneChange[]): void {
  for (const { takenBack, subjectId, remarks } of changes) {
    const codes = remarks.map(({ code }) => code).filter((code) => !NO_LOSS.has(code));
    if (takenBack && codes.length > 0)
      lost.set(subjectId, new Set([...(lost.get(subjectId) ?? []), ...codes]));
  }
}

function someEntries(random: Random): EntryRange[] {
  const first = 1 + random.below(10);
  return [
    [first, first + random.below(4)],
    [12, 12],
  ];
}

async function undoFile(
  database: TestDatabase,
  name: string,
  ranges: EntryRange[] | null,
): Promise<UndoneChange[]> {
  return database.transaction(async (tx) => {
    await lockCustomer(tx, CUSTOMER);
    const found = await tx.query<{ id: number }>('select id from change_file where name = $1', [name]);
    const file = { id: onlyRow(found).id, name, startedAt: NOW };
    const request = { customer: CUSTOMER, file, ranges, who: 'root', reason: '' };
    const id = (await enterUndo(tx, request, NOW)) ?? 0;
    const counts = await takeBack(tx, {
      customer: CUSTOMER,
      file,
      ranges,
      undo: { id, who: 'root' },
      now: NOW,
    });
    const changes = (await Array.fromAsync(undonePages(tx, id))).flat();
    expect(counts.takenBack + counts.leftOut).toBe(changes.length);
    return changes;
  });
}

async function expectAsBefore(
  database: TestDatabase,
  before: AccountsPicture,
  lost: Lost,
  at: string,
): Promise<void> {
  const after = await accountsPicture(database);
  const onlyPasswords = [...lost.values()].every((codes) => codes.size === 1 && codes.has('password'));
  const known = ({ people, subscriptions, ...rest }: AccountsPicture) => ({
    ...rest,
    // A seat that did not come back is free.
    subscriptions: onlyPasswords ? subscriptions : [],
    people: people.flatMap((person) => keptOf(person, lost.get(Number(person['id'])))),
  });
  expect(known(after), at).toEqual(known(before));
  expect(await brokenInvariants(database), at).toEqual([]);
}

/** What of a person is compared: all but what was listed. */
function keptOf(
  person: Record<string, unknown>,
  codes: ReadonlySet<UndoCode> | undefined,
): Record<string, unknown>[] {
  if (!codes) return [person];
  return codes.size === 1 && codes.has('password')
    ? [{ ...person, password_state: '', password_hash: '' }]
    : [];
}
