/** From the open file to the transaction that decides it: scanner, gates and caps, reading, what takes long, plan, commit. */
import type { ChangeFile } from '../change-file/change-file.ts';
import { PlanOutdated } from '../kinds/kind.ts';
import { isStillNext } from '../ledger/batch.ts';
import { knownOf, lockDecision } from '../ledger/deciding.ts';
import { voidRuling } from '../ledger/held.ts';
import type { FreshDeparting } from '../ledger/departing.ts';
import type { NextFile } from '../ledger/look.ts';
import { withdrawInTurn, type EndReason } from '../ledger/exits.ts';
import { PREPARING_MS_MAX } from '../ledger/turn-queue.ts';
import { listed, TYPES } from '../metrics/labels.ts';
import { timed } from '../metrics/timed.ts';
import type { TurnResult } from '../order/turns.ts';
import { failpoint } from '../failpoints.ts';
import { digestOf } from '../spool/digest.ts';
import { takeBack } from '../spool/take-back.ts';
import { openChangeFile, type OpenChangeFile } from '../spool/take.ts';
import { commit } from './commit.ts';
import type { CommitInput, Committed } from './commit-input.ts';
import { WritingAhead } from './companions.ts';
import { entrance, plan } from './plan.ts';
import { bytesOf, type Contents, type Slice } from './read-slice.ts';
import { countWaiting } from './count-waiting.ts';
import { readCharged } from './charged-reading.ts';
import { isRefusedWrite } from './save-decided.ts';
import type { Services, Turn } from './services.ts';

/** A file that is begun and cannot go on: it has disappeared, or this program does not know its kind. */
export type Ended = { kind: 'ended'; reason: EndReason };

/** All of it is decided, and nothing is left but to put it into its folder. */
export type ToDepart = { kind: 'departs'; departing: FreshDeparting };

export async function processFile(turn: Turn, next: NextFile): Promise<TurnResult | Ended | ToDepart> {
  const { services, folder } = turn;
  const { file } = next;
  const opened = await openChangeFile(folder, file);
  if (!opened) return notThere(turn, file);
  await using held = new AsyncDisposableStack();
  held.use(opened.handle);
  if (file.ruling && !isAsDecided(next, opened)) {
    await voidRuling(services.database, file);
    return { kind: 'more' };
  }
  const stopped = await passScanner(turn, file, opened);
  if (stopped) return stopped;
  const contents = await timed(
    services.meter,
    'apply_seconds',
    { type: measuredType(file), step: 'read' },
    () => readContents(turn, next, opened, held),
  );
  if (contents === 'preparing') return preparing(services);
  if (!contents && file.progress) return { kind: 'ended', reason: 'set-aside' };
  const digest = await digestFor(file, opened, contents);
  const committed = await decide(turn, { file, modifiedAt: next.modifiedAt, opened, contents, digest });
  if (committed) failpoint('committed');
  if (committed?.departing) return { kind: 'departs', departing: committed.departing };
  if (!committed?.deferredUntil) return { kind: 'more' };
  await countWaiting(turn);
  return { kind: 'deferred', until: committed.deferredUntil, endsBatch: true };
}

export function measuredType({ parsed }: Pick<ChangeFile, 'parsed'>) {
  return listed(TYPES, parsed?.type);
}

/** What was approved or discarded is the file that was held: another one of its name may lie there before the ledger hears of it. */
function isAsDecided({ file, modifiedAt }: NextFile, { bytes, modifiedMs }: OpenChangeFile): boolean {
  return bytes === file.bytes && Math.round(modifiedMs) === modifiedAt.getTime();
}

/**
 * The customer has deleted a file that waits; one that is begun has disappeared. Under the locks of the decision: a turn
 * that has lost its own may be moving the file from one place to the other right now.
 */
async function notThere({ services, folder }: Turn, file: ChangeFile): Promise<TurnResult | Ended> {
  const { database, clock, journal } = services;
  const withdrawn = await database.transaction(async (tx) => {
    if (!(await isStillNext(tx, file)) || (await isThere(folder, file))) return false;
    return file.progress ? null : withdrawInTurn(tx, file, clock.now());
  });
  if (withdrawn !== null) return { kind: 'more' };
  if (!(await takeBack(database, file, folder))) return { kind: 'ended', reason: 'lost' };
  journal.recovered(file.customer, [`${file.name}, filed too early for the ledger, goes on`]);
  return { kind: 'more' };
}

async function isThere(folder: string, file: ChangeFile): Promise<boolean> {
  const opened = await openChangeFile(folder, file);
  await opened?.handle.close();
  return opened !== null;
}

/** The customer is woken when what its file needs is there. */
export function preparing({ clock }: Pick<Services, 'clock'>): TurnResult {
  return { kind: 'preparing', until: new Date(clock.now().getTime() + PREPARING_MS_MAX) };
}

/** @returns null where the file may be processed. The slices of a large file are scanned with the first. */
async function passScanner(
  { services, folder }: Turn,
  file: ChangeFile,
  opened: OpenChangeFile,
): Promise<TurnResult | null> {
  if (!services.antivirus || file.progress) return null;
  const passage = await services.antivirus.pass(file, opened, folder);
  if (passage.kind === 'clean') return null;
  return passage.kind === 'waits' ? { kind: 'deferred', until: passage.until } : { kind: 'more' };
}

/**
 * Gates and caps come before anything costly, and what takes long is made only for entries that would be accepted now,
 * between two turns.
 *
 * @param held holds the open file; what takes long to read goes on with it between turns
 * @returns null where a gate refuses the file; `preparing` while something is being made or read
 */
async function readContents(
  turn: Turn,
  { file, lastSequence: last }: NextFile,
  opened: OpenChangeFile,
  held: AsyncDisposableStack,
): Promise<Contents | null | 'preparing'> {
  const { kinds, preparations } = turn.services;
  const { refused, entriesMax } = entrance(file, { owner: turn.owner, last }, turn.services);
  const kind = refused ? undefined : kinds.ofFile({ name: file.name, type: file.parsed?.type });
  if (!kind) return null;
  const slice = await readCharged(turn, { kind, file, opened, entriesMax }, held);
  if (slice === 'reading') return 'preparing';
  const given = kind.mayDemand(slice.entries);
  const hashes = preparations.take(file, given.size > 0 ? await demandsOf(turn, file, slice) : given);
  return hashes ? { ...slice, prepared: kind.ready(hashes) } : 'preparing';
}

/** @returns the passwords whose hashes the slice needs; none where gates, caps or a hold keep it from running */
async function demandsOf(
  { services }: Turn,
  file: ChangeFile,
  slice: Slice,
): Promise<ReadonlyMap<number, string>> {
  const { database, clock, preparations } = services;
  const { kind, entries } = slice;
  const pretended = kind.pretend(entries);
  const planned = await database.transaction(async (tx) => {
    await tx.query('set transaction read only');
    const now = clock.now();
    const known = await knownOf(tx, file, now);
    return plan(tx, { file, contents: { ...slice, prepared: pretended }, known, facts: services, now });
  });
  if (planned?.kind !== 'apply' || planned.state === null) return new Map();
  return preparations.demandsAll(file) ? kind.mayDemand(entries) : kind.demands(pretended);
}

/** Of a slice after the first it is known, of a file that is refused nobody asks. */
async function digestFor(
  file: ChangeFile,
  opened: OpenChangeFile,
  contents: Contents | null,
): Promise<string | null> {
  if (!contents || contents.more || file.progress) return null;
  const digest = contents.digest ?? (await digestOf(bytesOf(opened)(0)));
  const { size, mtimeMs } = await opened.handle.stat();
  // It has changed since it was opened: what was read of it is not what it says now.
  return size === opened.bytes && mtimeMs === opened.modifiedMs ? digest : null;
}

type Given = Pick<CommitInput, 'file' | 'modifiedAt' | 'opened' | 'contents' | 'digest'>;

/** @returns null where nothing was decided: the file or the accounts changed, or it was decided elsewhere; look again */
async function decide(turn: Turn, given: Given): Promise<Committed | null> {
  try {
    return await decideOnce(turn, given, false).catch((error: unknown) => {
      // Nothing of it is written, and its name in hand is durable: it is decided again, and entry by entry if need be.
      if (!isRefusedWrite(error)) throw error;
      return decideOnce(turn, given, true);
    });
  } catch (error) {
    if (!(error instanceof PlanOutdated)) throw error;
    turn.services.preparations.demandAll(given.file);
    return null;
  }
}

async function decideOnce(
  { services, folder }: Turn,
  given: Given,
  careful: boolean,
): Promise<Committed | null> {
  const { database, clock, meter } = services;
  const { file, contents, digest } = given;
  const ahead = new WritingAhead(services.maskPasswords ?? false);
  const type = measuredType(file);
  const committed = await database
    .transaction(async (tx) => {
      const now = clock.now();
      const known = await timed(meter, 'database_seconds', { step: 'load' }, () =>
        lockDecision(tx, file, { now, digest }),
      );
      if (!known) return null;
      const planned = await timed(meter, 'apply_seconds', { type, step: 'decide' }, () =>
        plan(tx, { file, contents, known, facts: services, now }),
      );
      if (!planned) return null;
      return timed(meter, 'apply_seconds', { type, step: 'save' }, () =>
        commit(tx, planned, { ...given, known, folder, now, clock, careful, ahead }),
      );
    })
    .catch(async (error: unknown) => {
      await (await ahead.end())?.discard();
      throw error;
    });
  if (!committed?.departing) return committed;
  return { ...committed, departing: { ...committed.departing, ahead: await ahead.end() } };
}
