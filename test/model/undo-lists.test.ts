/** Random full lists, taken back one by one or several from the last on: everybody and everything is as before. */
import { expect, it } from 'vitest';
import { accountsPicture } from '../support/accounts-picture.ts';
import { openUndoWorld } from '../pipeline/undo-world.ts';
import { brokenInvariants } from './invariants.ts';
import { seededRandom, type Random } from './random.ts';

const SEED = Number(process.env['SPOOLGATE_UNDO_SEED'] ?? 20_261_127);
const ROUNDS = Number(process.env['SPOOLGATE_UNDO_RUNS'] ?? 8);

const ANYBODY = { percent: 100, people: 1_000 };

/** Somebody may have another address, another name, be disabled, or not be there. */
function list(random: Random, keeps: string): string {
  const [name, more, family] =
    keeps === 'accounts'
      ? ['givenName', ',familyName', ',Family']
      : [keeps === 'technicians' ? 'name' : 'displayName', '', ''];
  const used = new Set<number>();
  const lines = Array.from({ length: 8 }, (_, person) => {
    const address = random.percent(85) ? person : random.below(8);
    if (random.percent(30) || used.has(address)) return '';
    used.add(address);
    const status = random.percent(15) ? 'disabled' : '';
    return `q${address}@example.com,id-${person},Name ${random.below(3)}${family},${status}\n`;
  });
  return `mail,objectId,${name}${more},status\n${lines.join('')}q9@example.com,id-9,Name 9${family},\n`;
}

it.each(['contacts', 'accounts', 'technicians'] as const)(
  'lists of %s',
  async (keeps) => {
    const random = seededRandom(SEED);
    const technicians =
      keeps === 'technicians' ? { technicianGroup: 1001, initialPassword: 'Change-me-26' } : {};
    await using world = await openUndoWorld({
      sources: { dir: { snapshot: { keeps, scope: 'all', guard: ANYBODY, ...technicians } } },
    });
    const { database } = world.station;
    let number = 0;
    let changes = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const at = `${keeps}, round ${round}: repeat with SPOOLGATE_UNDO_SEED=${SEED}`;
      const before = await accountsPicture(database);
      const files: string[] = [];
      for (let some = 1 + random.below(3); some > 0; some -= 1) {
        const file = `1000001_dir_SNAPSHOT_${(number += 1)}.csv`;
        await world.send(file, list(random, keeps));
        files.push(file);
      }
      if (random.percent(40)) continue;
      for (const file of files.toReversed()) {
        const { takenBack, leftOut, listed } = await world.ask(file);
        await world.station.workOff();
        changes += takenBack;
        expect([file, leftOut, listed.flatMap(({ remarks }) => remarks.map(({ code }) => code))], at).toEqual(
          [file, 0, []],
        );
      }
      expect(await accountsPicture(database), at).toEqual(before);
      expect(await brokenInvariants(database), at).toEqual([]);
    }
    expect(number).toBeGreaterThan(ROUNDS);
    expect(changes).toBeGreaterThan(3 * ROUNDS);
  },
  60_000 + ROUNDS * 3_000,
);
