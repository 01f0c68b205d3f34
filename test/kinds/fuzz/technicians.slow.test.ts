import { expect, it } from 'vitest';
import { newSubscriber } from '../../../src/accounts/subscribers/new-subscriber.ts';
import { messageFor } from '../../../src/messages/result-text.ts';
import { symbolOf } from '../../../src/change-file/result-code.ts';
import { HEADERS, COLUMNS } from '../../../src/kinds/technicians/columns.ts';
import type { TechniciansState } from '../../../src/kinds/technicians/context.ts';
import { decideTechnician } from '../../../src/kinds/technicians/decide.ts';
import { readTechniciansJson } from '../../../src/kinds/technicians/json-reader.ts';
import { readTechnicians } from '../../../src/kinds/technicians/reader.ts';
import { maskedHeader, maskedRow, shownItem } from '../../../src/kinds/technicians/shown.ts';
import { generateTechnician } from '../../model/generate-technicians.ts';
import { seededRandom, type Random } from '../../model/random.ts';
import { emptyOrganisation } from './organisation.ts';

const FILES = Number(process.env['SPOOLGATE_FUZZ_FILES'] ?? 10_000);
const SEED = Number(process.env['SPOOLGATE_FUZZ_SEED'] ?? 20_261_101);
const HEAP_MAX_MB = 200;
const NOW = new Date('2026-05-05T12:00:00Z');
const NOISE = [
  '"',
  ';',
  ',',
  '\t',
  '\r',
  '\n',
  '[',
  ']',
  '{',
  '}',
  ':',
  '\\',
  '\u0000',
  '\ufeff',
  '\u202e',
  ' ',
  '😀',
  '\\u0000',
  '\\ud800',
  'null',
  '"__proto__":1,',
  '[[[',
];

function stateOf(random: Random): TechniciansState {
  const organisation = emptyOrganisation();
  organisation.technicianGroups = new Map([[1001, 'Service desk']]);
  for (const [id, license] of [
    [1, 'standard'],
    [2, 'mobile'],
  ] as const)
    organisation.subscriptions.set(id, {
      id,
      kind: 'license',
      license,
      seats: 4,
      seatsTaken: 0,
      active: true,
      mail: null,
      parts: [],
      accessory: null,
      needs: [],
      pool: null,
      gigabytes: 0,
      compatibleWith: new Set(),
    });
  const person = { id: 1, email: 'ada.ames@example.com', givenName: 'A', familyName: 'B', origin: 'test' };
  organisation.subscribers.set(person.email, newSubscriber(organisation, person, NOW));
  let id = 10;
  return {
    organisation,
    chosenGroup: random.percent(30) ? 1001 : null,
    inputs: {
      now: NOW,
      file: 'f.csv',
      nextSubscriberId: () => (id += 1),
      passwordHashes: { get: () => 'hash' },
    },
  };
}

/** A file that is nearly right, with some of it replaced, left out or put in. */
function spoiltFile(random: Random, isJson: boolean): Buffer {
  const rows = Array.from({ length: 1 + random.below(8) }, () => generateTechnician(random));
  const [head = []] = HEADERS;
  const text = isJson
    ? [
        ...JSON.stringify(
          rows.map((row) => Object.fromEntries(COLUMNS.map((key) => [key, row[key] ?? '']))),
          null,
          random.below(2),
        ),
      ]
    : [...[head.join(','), ...rows.map((row) => COLUMNS.map((key) => row[key] ?? '').join(','))].join('\n')];
  for (let spoils = random.below(isJson ? 3 : 10); spoils > 0; spoils -= 1)
    text.splice(random.below(text.length), random.below(3), random.pick(NOISE));
  const bytes = Buffer.from(text.join(''));
  if (random.percent(20) && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
  return bytes.subarray(0, random.percent(10) ? random.below(bytes.length + 1) : bytes.length);
}

it.each(['CSV', 'JSON'])(
  'no %s file of any content crashes reader, decisions or trace, and no password is told',
  async (form) => {
    const reader = form === 'JSON' ? readTechniciansJson : readTechnicians;
    let heapMb = 0;
    let decided = 0;
    for (let run = 0; run < FILES; run += 1) {
      const random = seededRandom(SEED + run);
      const bytes = spoiltFile(random, form === 'JSON');
      const state = stateOf(random);
      const cutAt = random.below(bytes.length + 1);
      const open = async function* (from: number) {
        for (const piece of [bytes.subarray(0, cutAt), bytes.subarray(cutAt)])
          if (piece.length > 0) yield piece;
        if (from > 0) throw new Error('only read from the beginning');
      };
      const { header, problem, entries } = await reader(open, null);
      const at = `SPOOLGATE_FUZZ_SEED=${SEED + run} SPOOLGATE_FUZZ_FILES=1`;
      if (problem) expect(messageFor(problem), at).not.toMatch(/[\p{Cc}\p{Cf}]|undefined/u);
      const show = form === 'JSON' ? shownItem : maskedRow(header);
      if (form === 'CSV') maskedHeader(header);
      let number = 0;
      for await (const entry of entries) {
        number += 1;
        const result = decideTechnician(state, entry);
        if (result.code === 0) decided += 1;
        expect(result.place.entry, at).toBe(number);
        expect(result.refusal?.code ?? 0, at).toBe(result.code);
        expect(symbolOf(result.code), at).not.toBe('UNKNOWN');
        const told = [...(result.refusal ? [result.refusal] : []), ...(result.warnings ?? [])].map((one) =>
          messageFor(one),
        );
        for (const text of told) expect(text, at).not.toMatch(/[\p{Cc}\p{Cf}]|undefined/u);
        const { firstByte, byteCount } = entry.place;
        const traced = show(bytes.subarray(firstByte, firstByte + byteCount)).toString();
        const password = 'record' in entry.read ? (entry.read.record.get('password') ?? '') : '';
        if (password.startsWith('Wx7!')) expect(`${traced}${told.join('')}`, at).not.toContain(password);
      }
      heapMb = Math.max(heapMb, process.memoryUsage().heapUsed / 1_048_576);
    }
    expect(heapMb).toBeLessThan(HEAP_MAX_MB);
    expect(decided).toBeGreaterThan(FILES / 10);
  },
  600_000,
);
