/** Random sources, and lists of theirs that are wrong as exports go wrong: nothing of them is ever done. */
import { expect, it } from 'vitest';
import type { KnownPerson } from '../../../src/accounts/lists/known.ts';
import { Breather } from '../../../src/breather.ts';
import { dangerOf, planAbsent } from '../../../src/kinds/snapshot/absent.ts';
import { headOf, linesOf, nameIn } from '../../../src/kinds/snapshot/lines.ts';
import { People } from '../../../src/kinds/snapshot/people.ts';
import { planList } from '../../../src/kinds/snapshot/plan.ts';
import { readList } from '../../../src/kinds/snapshot/reader.ts';
import { resultsOf } from '../../../src/kinds/snapshot/results.ts';
import type { ListFacts, ListState } from '../../../src/kinds/snapshot/state.ts';
import { holdReason } from '../../../src/order/guard.ts';
import { seededRandom, type Random } from '../../model/random.ts';

const SOURCES = Number(process.env['SPOOLGATE_WRONG_LISTS'] ?? 300);
const SEED = Number(process.env['SPOOLGATE_WRONG_LISTS_SEED'] ?? 20_261_127);
const KEEPS = ['contacts', 'accounts', 'technicians'] as const;
const ORGANISATION = { name: 'Acme' };
const GUARD = { percent: 10, people: 50 };
/** Fewer never are too many percent. */
const LEAST_ABSENT = 5;

const FIELDS = {
  contacts: ['displayName', 'departmentNumber'],
  accounts: ['givenName', 'familyName', 'department'],
  technicians: ['name'],
};

interface Member {
  address: string;
  objectId: string;
  department: number;
  fields: Record<string, string>;
}

interface Source {
  keeps: (typeof KEEPS)[number];
  columns: string[];
  separator: string;
  members: Member[];
}

/** Ten people or more in departments of any size. */
function randomSource(random: Random): Source {
  const keeps = random.pick(KEEPS);
  const fields = FIELDS[keeps];
  const ids = random.percent(70) ? ['objectId'] : [];
  const columns = ['emailAddress', ...ids, ...fields].toSorted(() => random.below(3) - 1);
  const departments = 2 + random.below(5);
  const members = Array.from({ length: 10 + random.below(random.percent(20) ? 500 : 60) }, (_, index) => ({
    address: `p${index}@example.com`,
    objectId: ids.length > 0 ? `g-${index}` : '',
    department: random.below(departments),
    fields: Object.fromEntries(fields.map((field) => [field, `${field} ${index % 7}`])),
  }));
  return { keeps, columns, separator: random.pick([',', ';', '\t']), members };
}

function rowOf({ address, objectId, fields }: Member, columns: readonly string[]): string[] {
  const cells: Record<string, string> = { ...fields, emailAddress: address, objectId };
  return columns.map((column) => cells[column] ?? '');
}

function textOf({ columns, separator }: Source, rows: readonly (readonly string[])[]): string {
  return [columns, ...rows].map((cells) => `${cells.join(separator)}\n`).join('');
}

function storedOf({ keeps, members }: Source): KnownPerson[] {
  return members.map(({ address, objectId, fields }, index) => ({
    id: index + 1,
    address,
    source: 'ad',
    objectId: objectId === '' ? null : objectId,
    isDisabled: false,
    mayEnable: true,
    isLeaving: false,
    isTechnician: keeps === 'technicians',
    isGroup: false,
    administrates: false,
    isFederated: false,
    hasNotesMail: false,
    key: nameIn({ settings: { keeps }, source: 'ad', organisation: ORGANISATION }, address)?.key ?? null,
    fields:
      keeps === 'contacts'
        ? Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value]]))
        : fields,
  }));
}

interface Outcome {
  isHeld: boolean;
  /** Of nobody in the list anything is written, and of the absent neither. */
  isNothingDone: boolean;
  absent: number;
}

async function outcomeOf(source: Source, text: string): Promise<Outcome> {
  const { keeps } = source;
  const bytes = Buffer.from(text);
  const reading = await readList(async function* () {
    if (bytes.length > 0) yield bytes;
  }, null);
  const entries = await Array.fromAsync(reading.entries);
  const settings = {
    keeps,
    scope: 'all' as const,
    group: null,
    technicianGroup: 1,
    initialPasswordHash: null,
    guard: GUARD,
  };
  const about = {
    settings,
    source: 'ad',
    organisation: ORGANISATION,
    now: new Date(0),
    breather: new Breather(),
  };
  const lines = await linesOf(entries, { ...about, head: headOf(entries, keeps) });
  for (const { line } of lines.named) line.dn ??= nameIn(about, line.address);
  const stored = storedOf(source);
  const facts: ListFacts = {
    keeps,
    source: 'ad',
    ...new People('ad', stored).maps,
    elsewhere: new Set(),
    ownedDomains: new Set(['example.com']),
    mailDomains: new Set(),
    administrators: 1,
    guarded: new Set(),
  };
  const plan = planList(facts, lines.named);
  const { results, planned, named } = resultsOf(
    entries,
    { given: lines.named, nameless: lines.nameless, keeps },
    plan,
  );
  const ids = new Set(named);
  const missing = stored.filter(({ id }) => !ids.has(id));
  const absence = { of: stored.length, absent: missing.map((person) => ({ ...person })) };
  const absent = planAbsent(facts, absence, planned.values());
  const doubt = entries.length === 0 ? 'empty' : (lines.doubt ?? (plan.isAnyTwice ? 'twice' : null));
  const danger = dangerOf({
    settings,
    source: 'ad',
    results,
    planned,
    decidedTo: Infinity,
    doubt,
    absence,
    absent,
    isWhole: true,
    lastScope: null,
  } as unknown as ListState);
  return {
    isHeld: holdReason(danger, GUARD, null) !== null,
    isNothingDone: planned.size === 0 && danger.absent === 0,
    absent: danger.absent,
  };
}

const rowsOf = ({ members, columns }: Source) => members.map((one) => rowOf(one, columns));

function isGuarded({ members }: Source, absent: number): boolean {
  return absent > GUARD.people || (absent >= LEAST_ABSENT && absent * 100 > GUARD.percent * members.length);
}

/** One department is missing, of so many people that nobody would take it for an ordinary day; null: there is none. */
function withoutDepartment(source: Source): string | null {
  const bySize = Map.groupBy(source.members, ({ department }) => department);
  const missing = [...bySize.values()].find(({ length }) => isGuarded(source, length));
  if (!missing) return null;
  const rest = source.members.filter((one) => !missing.includes(one));
  return textOf(
    source,
    rest.map((one) => rowOf(one, source.columns)),
  );
}

const WRONG: Record<string, (source: Source, random: Random) => string | null> = {
  empty: (source) => textOf(source, []),
  'of no bytes': () => '',
  'cut in half': (source, random) => {
    const text = textOf(source, rowsOf(source));
    return text.slice(0, Math.floor((text.length * (35 + random.below(30))) / 100));
  },
  'with its columns shifted to the right': (source) =>
    textOf(
      source,
      rowsOf(source).map((cells) => ['', ...cells.slice(0, -1)]),
    ),
  'with its columns shifted to the left': (source) =>
    textOf(
      source,
      rowsOf(source).map((cells) => [...cells.slice(1), '']),
    ),
  'without a department': withoutDepartment,
};

it.each(Object.keys(WRONG))('a list %s is never applied', async (title) => {
  let seen = 0;
  for (let run = 0; run < SOURCES; run += 1) {
    const random = seededRandom(SEED + run);
    const source = randomSource(random);
    const text = WRONG[title]?.(source, random) ?? null;
    if (text === null) continue;
    seen += 1;
    const { isHeld, isNothingDone } = await outcomeOf(source, text);
    expect(isHeld || isNothingDone, `SPOOLGATE_WRONG_LISTS_SEED=${SEED + run} SPOOLGATE_WRONG_LISTS=1`).toBe(
      true,
    );
  }
  expect(seen).toBeGreaterThan(SOURCES / 2);
});

it('the right list does nothing, and one without those who leave on an ordinary day is applied', async () => {
  for (let run = 0; run < SOURCES; run += 1) {
    const random = seededRandom(SEED + run);
    const source = randomSource(random);
    const at = `SPOOLGATE_WRONG_LISTS_SEED=${SEED + run} SPOOLGATE_WRONG_LISTS=1`;
    expect(await outcomeOf(source, textOf(source, rowsOf(source))), at).toEqual({
      isHeld: false,
      isNothingDone: true,
      absent: 0,
    });
    const leaving = 1 + random.below(LEAST_ABSENT - 1);
    const rest = textOf(source, rowsOf(source).slice(leaving));
    expect(await outcomeOf(source, rest), at).toEqual({
      isHeld: false,
      isNothingDone: false,
      absent: leaving,
    });
  }
});
