import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { customerById } from '../../src/accounts/customers/customer.ts';
import { Breather } from '../../src/breather.ts';
import { parseChangeFileName } from '../../src/change-file/change-file.ts';
import type { Foretold } from '../../src/change-file/foretold.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { decideSlice } from '../../src/pipeline/plan.ts';
import { accountsPicture, type AccountsPicture } from '../support/accounts-picture.ts';
import { checksum } from '../support/checksum.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { CUSTOMER } from './generate-organisation.ts';
import { nextFile, startMixed, type MixedFile } from './mixed-runs.ts';
import { runFile } from './program.ts';
import { seededRandom } from './random.ts';

/** Hashing is not what is compared here, and costs 30 ms a password. */
vi.mock(import('../../src/accounts/passwords/password-hash.ts'), async (original) => ({
  ...(await original()),
  hashPassword: async () => 'a hash',
}));

/** SPOOLGATE_FORETOLD_SEED and SPOOLGATE_FORETOLD_RUNS choose the runs: run n has the seed plus n. */
const SEED = Number(process.env['SPOOLGATE_FORETOLD_SEED'] ?? 20_261_128);
const RUNS = Number(process.env['SPOOLGATE_FORETOLD_RUNS'] ?? 6);
const FILES = 24;
const NOW = new Date('2026-03-02T12:00:00Z');

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

/** What a plan tells, made in a transaction that may write nothing. */
async function foretell({ name, text }: MixedFile): Promise<Foretold> {
  const parsed = parseChangeFileName(name, KINDS.types);
  const kind = KINDS.ofFile({ name, type: parsed?.type });
  if (!kind?.foretell) throw new Error(`nobody can tell what ${name} would do`);
  const bytes = Buffer.from(text);
  const reading = await kind.read(async function* (from) {
    yield bytes.subarray(from);
  }, null);
  const entries = await Array.fromAsync(reading.entries);
  return database.transaction(async (tx) => {
    await tx.query('set transaction read only');
    const state = {
      state: 'waiting',
      receivedAt: NOW,
      bytes: bytes.length,
      batch: null,
      progress: null,
    } as const;
    const file = {
      ...state,
      id: 0,
      customer: CUSTOMER,
      name,
      parsed,
      owner: await customerById(tx, CUSTOMER),
    };
    const contents = { ...reading, kind, entries, total: entries.length, more: false, digest: null };
    const decided = await decideSlice(tx, file, { ...contents, prepared: kind.pretend(entries) }, NOW);
    return (await kind.foretell?.(tx, decided.state, new Breather())) ?? { subjects: [], seats: [] };
  });
}

/** Person or entry → what is stored of it. */
function rowsOf({ people, entries }: AccountsPicture): Map<string, Record<string, unknown>> {
  return new Map([
    ...people.map((one) => [`person ${String(one['id'])}`, one] as const),
    ...(entries as Record<string, unknown>[]).map((one) => [`contact ${String(one['id'])}`, one] as const),
  ]);
}

function isGone(row: Record<string, unknown> | undefined): boolean {
  return !row || row['state'] === 'remove_pending';
}

/** The same from what is stored before and after, not knowing of changes. */
function seen(before: AccountsPicture, after: AccountsPicture): string[] {
  const [was, is] = [rowsOf(before), rowsOf(after)];
  const told = [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [one, other] = [was.get(key), is.get(key)];
    if (JSON.stringify(one) === JSON.stringify(other) || (isGone(one) && isGone(other))) return [];
    const kind = key.split(' ')[0] ?? '';
    const name = (isGone(other) ? one : other)?.[kind === 'person' ? 'email' : 'dn'];
    const disabled = (row: typeof one) => (row?.['technician'] as { status?: string } | null)?.status;
    const effect = isGone(one)
      ? 'added'
      : isGone(other)
        ? 'removed'
        : (other?.['state'] === 'suspended' && one?.['state'] !== 'suspended') ||
            (disabled(other) === 'disabled' && disabled(one) === 'enabled')
          ? 'suspended'
          : 'changed';
    return `${kind} ${String(name)} ${effect}`;
  });
  return told.toSorted();
}

function seatsOf({ subscriptions }: AccountsPicture): Map<number, number> {
  const rows = subscriptions as { customer_id: number; id: number; seats_taken: number }[];
  return new Map(rows.filter((row) => row.customer_id === CUSTOMER).map((row) => [row.id, row.seats_taken]));
}

test(
  'random files of every kind: a plan writes nothing, and tells of everybody whom the file then changes, and of the seats',
  async () => {
    const told = new Set<string>();
    for (let run = 0; run < RUNS; run += 1) {
      const random = seededRandom(SEED + run);
      await database.query('truncate directory_entry, user_group cascade');
      const world = await startMixed(database, random);
      for (let number = 1; number <= FILES; number += 1) {
        const file = nextFile(random, world, number);
        const at = `run ${run}, ${file.name}: repeat with SPOOLGATE_FORETOLD_SEED=${SEED + run}\n${file.text}`;
        const before = await accountsPicture(database);
        const sums = await checksum(database);
        const { subjects, seats } = await foretell(file);
        expect(await checksum(database), at).toEqual(sums);
        await runFile(database, file.name, file.text);
        const after = await accountsPicture(database);
        const names = subjects.map(({ kind, name, effect }) => `${kind} ${name} ${effect}`).toSorted();
        expect(names, at).toEqual(seen(before, after));
        const taken = new Map(seats.map((one) => [one.subscription, one.after]));
        expect(new Map([...seatsOf(before), ...taken]), at).toEqual(seatsOf(after));
        for (const { kind, effect } of subjects) told.add(`${kind} ${effect}`);
      }
    }
    expect([...told].toSorted()).toEqual(
      ['contact', 'person'].flatMap((kind) =>
        ['added', 'changed', 'removed', 'suspended']
          .filter((effect) => kind === 'person' || effect !== 'suspended')
          .map((effect) => `${kind} ${effect}`),
      ),
    );
  },
  RUNS * 20_000,
);
