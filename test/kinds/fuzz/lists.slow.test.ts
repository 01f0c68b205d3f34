import { expect, it } from 'vitest';
import type { KnownPerson } from '../../../src/accounts/lists/known.ts';
import { Breather } from '../../../src/breather.ts';
import { symbolOf } from '../../../src/change-file/result-code.ts';
import { headOf, linesOf, nameIn } from '../../../src/kinds/snapshot/lines.ts';
import { planList } from '../../../src/kinds/snapshot/plan.ts';
import { readList } from '../../../src/kinds/snapshot/reader.ts';
import { resultsOf } from '../../../src/kinds/snapshot/results.ts';
import { messageFor } from '../../../src/messages/result-text.ts';
import { seededRandom, type Random } from '../../model/random.ts';

const FILES = Number(process.env['SPOOLGATE_FUZZ_FILES'] ?? 10_000);
const SEED = Number(process.env['SPOOLGATE_FUZZ_SEED'] ?? 20_261_126);
const HEAP_MAX_MB = 200;
const NOW = new Date('2026-05-05T12:00:00Z');
const NOISE = [
  '"',
  ';',
  ',',
  '\t',
  '\r',
  '\n',
  '@',
  '\u0000',
  '\ufeff',
  '\u202e',
  ' ',
  '😀',
  'å',
  'disabled',
  'mail',
  '""',
];
const KEEPS = ['contacts', 'accounts', 'technicians'] as const;
const HEADERS = {
  contacts: 'mail,displayName,telephoneNumber,objectId,status',
  accounts: 'emailAddress,objectId,givenName,familyName,status,timeZone,country',
  technicians: 'email,objectId,name,status',
};

/** A list that is nearly right, with some bytes of it replaced, left out or put in. */
function spoiltList(random: Random, keeps: (typeof KEEPS)[number]): Buffer {
  const header = HEADERS[keeps];
  const cell = (column: string) => {
    if (/mail/i.test(column)) return `p${random.below(9)}@example.com`;
    if (column === 'objectId') return random.percent(60) ? `g-${random.below(9)}` : '';
    if (column === 'status') return random.pick(['', 'enabled', 'Disabled', 'FALSE', 'uitgeschakeld']);
    if (column === 'timeZone') return random.pick(['', 'Europe/Paris', 'nowhere']);
    return random.pick(['', 'Ann', 'US', '555-0101']);
  };
  const rows = Array.from({ length: random.below(12) }, () => header.split(',').map(cell).join(','));
  const text = [...[header, ...rows].join('\n')];
  for (let spoils = random.below(12); spoils > 0; spoils -= 1)
    text.splice(random.below(text.length), random.below(3), random.pick(NOISE));
  const bytes = Buffer.from(text.join(''));
  if (random.percent(20) && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
  return bytes.subarray(0, random.percent(10) ? random.below(bytes.length + 1) : bytes.length);
}

function knownPeople(random: Random): KnownPerson[] {
  return Array.from({ length: random.below(9) }, (_, index) => ({
    id: index + 1,
    address: `p${index}@example.com`,
    source: random.pick(['ad', 'ad', 'hr', null]),
    objectId: random.percent(60) ? `g-${index}` : null,
    isDisabled: random.percent(20),
    mayEnable: random.percent(80),
    isLeaving: random.percent(5),
    isTechnician: random.percent(70),
    isGroup: random.percent(5),
    administrates: random.percent(20),
    isFederated: random.percent(10),
    hasNotesMail: random.percent(10),
    key: null,
    fields: { givenName: 'Ann', displayName: ['Ann'], name: 'Ann' },
  }));
}

it('no list of any content crashes reader or plan, and every line has one result that can be told', async () => {
  let heapMb = 0;
  for (let run = 0; run < FILES; run += 1) {
    const random = seededRandom(SEED + run);
    const keeps = random.pick(KEEPS);
    const bytes = spoiltList(random, keeps);
    const cutAt = random.below(bytes.length + 1);
    const open = async function* () {
      for (const piece of [bytes.subarray(0, cutAt), bytes.subarray(cutAt)].filter(
        ({ length }) => length > 0,
      ))
        yield piece;
    };
    const entries = await Array.fromAsync((await readList(open, null)).entries);
    const settings = {
      keeps,
      scope: 'all' as const,
      group: null,
      technicianGroup: 1,
      initialPasswordHash: null,
      guard: { percent: 10, people: 50 },
    };
    const organisation = { name: 'Acme, Inc.' };
    const lines = await linesOf(entries, {
      head: headOf(entries, keeps),
      settings,
      source: 'ad',
      organisation,
      now: NOW,
      breather: new Breather(),
    });
    for (const { line } of lines.named)
      line.dn ??= nameIn({ settings, source: 'ad', organisation }, line.address);
    const people = knownPeople(random);
    const plan = planList(
      {
        keeps,
        source: 'ad',
        byObject: new Map(
          people.flatMap((one) =>
            one.objectId && one.source === 'ad' ? [[one.objectId, one] as const] : [],
          ),
        ),
        byAddress: new Map(people.map((one) => [one.address, one])),
        byKey: new Map(),
        elsewhere: new Set(['p8@example.com']),
        ownedDomains: new Set(['example.com']),
        mailDomains: new Set(),
        administrators: 2,
        guarded: new Set([3]),
      },
      lines.named,
    );
    const { results, planned } = resultsOf(
      entries,
      { given: lines.named, nameless: lines.nameless, keeps },
      plan,
    );
    const at = `SPOOLGATE_FUZZ_SEED=${SEED + run} SPOOLGATE_FUZZ_FILES=1`;
    expect(
      results.map(({ place }) => place),
      at,
    ).toEqual(entries.map(({ place }) => place));
    for (const result of results) {
      expect(result.refusal?.code ?? 0, at).toBe(result.code);
      if (result.code !== 0) expect(symbolOf(result.code), at).not.toBe('UNKNOWN');
      if (result.refusal) expect(messageFor(result.refusal), at).not.toMatch(/[\p{Cc}\p{Cf}]|undefined/u);
    }
    // Nobody is planned twice, and no address is given to two.
    const ids = [...planned.values()].flatMap(({ person }) => person?.id ?? []);
    expect(new Set(ids).size, at).toBe(ids.length);
    const addresses = [...planned.values()].map(({ line }) => line.address);
    expect(new Set(addresses).size, at).toBe(addresses.length);
    heapMb = Math.max(heapMb, process.memoryUsage().heapUsed / 1_048_576);
  }
  expect(heapMb).toBeLessThan(HEAP_MAX_MB);
}, 600_000);
