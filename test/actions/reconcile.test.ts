import { expect, test } from 'vitest';
import { reconcile, type ReconcileAnswer } from '../../src/actions/reconcile.ts';
import type { ActionServices } from '../../src/actions/services.ts';
import { holdTurns } from '../../src/ledger/turn-queue.ts';
import { operator } from '../../src/messages/en/operator.ts';
import { SpoolMount } from '../../src/spool/mount.ts';
import { ACME } from '../support/organisation.ts';
import { openStation } from '../support/services.ts';

/** More than the pool has connections. */
const AT_ONCE = 40;

test('many reconciliations at once are refused but one, and leave connections to everybody else', async () => {
  await using world = await openStation();
  const { database, services } = world;
  const { clock, spool } = services;
  await SpoolMount.of({ database, clock, spool });
  const parts = { database, clock, spool, changed: () => {} } as unknown as ActionServices;
  const channel = {
    content: (async function* () {})(),
    send: async () => {},
    gone: new AbortController().signal,
  };
  const actor = { kind: 'operator', name: 'ann' } as const;
  const ask = async (dryRun: boolean): Promise<ReconcileAnswer | string> =>
    reconcile.run(parts, { dryRun }, actor, channel).catch((error: unknown) => String(error));
  const nothing = { files: [], unfinished: false };
  const refused = `OperatorFault: ${operator.reconcile.running}`;

  const turnEnds = Promise.withResolvers<void>();
  const turnRuns = Promise.withResolvers<void>();
  const turn = database.transaction(async (tx) => {
    await holdTurns(tx, ACME);
    turnRuns.resolve();
    await turnEnds.promise;
  });
  await turnRuns.promise;
  const all = Array.from({ length: AT_ONCE }, () => ask(false));
  // The first waits for the turn; the others have their answers before it ends.
  const answers: (ReconcileAnswer | string)[] = [];
  for (const one of all) void one.then((answer) => answers.push(answer));
  await expect.poll(() => answers.length, { timeout: 30_000 }).toBe(AT_ONCE - 1);
  expect(new Set(answers)).toEqual(new Set([refused]));
  expect(await ask(true)).toBe(refused);
  expect((await database.query('select 1')).rowCount).toBe(1);

  turnEnds.resolve();
  await turn;
  await Promise.all(all);
  expect(answers.at(-1)).toEqual(nothing);
  expect(await ask(true)).toEqual(nothing);
});
