import { expect, it } from 'vitest';
import { newGroup, type Groups } from '../../../src/accounts/groups/groups.ts';
import { newSubscriber } from '../../../src/accounts/subscribers/new-subscriber.ts';
import { messageFor } from '../../../src/messages/result-text.ts';
import { symbolOf } from '../../../src/change-file/result-code.ts';
import { decideUser } from '../../../src/kinds/users/decide.ts';
import { readUsers } from '../../../src/kinds/users/reader.ts';
import type { UsersState } from '../../../src/kinds/users/context.ts';
import { generateUserRow, userFileText } from '../../model/generate-users.ts';
import { seededRandom, type Random } from '../../model/random.ts';
import type { UsersWorld } from '../../model/users.ts';
import { emptyOrganisation } from './organisation.ts';

const FILES = Number(process.env['SPOOLGATE_FUZZ_FILES'] ?? 10_000);
const SEED = Number(process.env['SPOOLGATE_FUZZ_SEED'] ?? 20_260_901);
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
  '\u0000',
  '\ufeff',
  '\u202e',
  ' ',
  '😀',
  'å',
  'Remove',
  '[Send]',
  "Can't send",
];

function stateOf(random: Random): UsersState {
  const organisation = emptyOrganisation();
  for (const [index, email] of ['ada.ames@example.com', 'bo.ames@example.com'].entries()) {
    const person = { id: index + 1, email, givenName: 'A', familyName: 'B', origin: 'test' };
    organisation.subscribers.set(email, newSubscriber(organisation, person, NOW));
  }
  const defaultGroup = newGroup('Default Group', true);
  const groups: Groups = {
    byName: new Map([['Default Group', defaultGroup]]),
    defaultGroup,
    members: new Map(),
    changed: new Set(),
  };
  const on = () => random.percent(70);
  let id = 10;
  return {
    organisation,
    groups,
    options: { create: on(), update: on(), createGroups: on(), multipleGroups: on() },
    standpoint: random.percent(80)
      ? { kind: 'account' }
      : { kind: 'group', group: 'Default Group', allowed: on() },
    inputs: { now: NOW, file: 'f.csv', nextSubscriberId: () => (id += 1) },
  };
}

/** A file that is nearly right, with some bytes of it replaced, left out or put in. */
function spoiltFile(random: Random): Buffer {
  const world = { model: { subscribers: [{ email: 'ada.ames@example.com' }] } } as unknown as UsersWorld;
  const rows = Array.from({ length: 1 + random.below(12) }, () => generateUserRow(random, world));
  const text = [...userFileText(random, rows)];
  for (let spoils = random.below(12); spoils > 0; spoils -= 1)
    text.splice(random.below(text.length), random.below(3), random.pick(NOISE));
  const bytes = Buffer.from(text.join(''));
  if (random.percent(20) && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
  return bytes.subarray(0, random.percent(10) ? random.below(bytes.length + 1) : bytes.length);
}

it('no file of any content crashes reader or decisions, and every entry has one result that can be told', async () => {
  let heapMb = 0;
  for (let run = 0; run < FILES; run += 1) {
    const random = seededRandom(SEED + run);
    const bytes = spoiltFile(random);
    const state = stateOf(random);
    const cutAt = random.below(bytes.length + 1);
    const open = async function* (from: number) {
      for (const piece of [bytes.subarray(0, cutAt), bytes.subarray(cutAt)].filter(
        ({ length }) => length > 0,
      ))
        yield piece;
      if (from > 0) throw new Error('only read from the beginning');
    };
    const { entries } = await readUsers(open, null);
    let number = 0;
    for await (const entry of entries) {
      number += 1;
      const result = decideUser(state, entry);
      const at = `SPOOLGATE_FUZZ_SEED=${SEED + run} SPOOLGATE_FUZZ_FILES=1, entry ${number}`;
      expect(result.place.entry, at).toBe(number);
      expect(result.refusal?.code ?? 0, at).toBe(result.code);
      if (result.code !== 0) expect(symbolOf(result.code), at).not.toBe('UNKNOWN');
      for (const told of [...(result.refusal ? [result.refusal] : []), ...(result.warnings ?? [])])
        expect(messageFor(told), at).not.toMatch(/[\p{Cc}\p{Cf}]|undefined/u);
    }
    heapMb = Math.max(heapMb, process.memoryUsage().heapUsed / 1_048_576);
  }
  expect(heapMb).toBeLessThan(HEAP_MAX_MB);
}, 600_000);
