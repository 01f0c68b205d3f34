/** Which deaths a run of deaths dies. */
import { FAILPOINTS, type Failpoint } from '../../src/failpoints.ts';

/** How a daemon dies: at a step, or so many milliseconds after its process has begun. */
export type Death = { step: string } | { afterMs: number };

/** A daemon needs a second or two until its doors are open, and some 200 ms for a file. */
const MOMENT_MS_MAX = 4_000;

const KILLED_JOURNAL = 'test/faults/killed-journal.slow.test.ts';

/** Steps of taking something back. */
export const UNDO_STEPS = FAILPOINTS.filter((name) => name.startsWith('undo-'));

/** Steps that are no part of the way of a file, and the tests that die there. */
export const ELSEWHERE: Partial<Record<Failpoint, string>> = {
  purged: 'test/faults/purging.ts',
  'journal-closed': KILLED_JOURNAL,
  'journal-rendered': KILLED_JOURNAL,
  'journal-renamed': KILLED_JOURNAL,
  'journal-published': KILLED_JOURNAL,
  'journal-removed': KILLED_JOURNAL,
  // No file of the agents waits for a person.
  held: 'test/faults/held-lists.slow.test.ts',
  ruled: 'test/faults/held-lists.slow.test.ts',
  'decision-removed': 'test/faults/held-lists.slow.test.ts',
  'batch-left': 'test/faults/queue-commands.slow.test.ts',
  'sequence-ruled': 'test/faults/queue-commands.slow.test.ts',
  ...Object.fromEntries(UNDO_STEPS.map((step) => [step, 'test/faults/undo.slow.test.ts'])),
  // Tried files take another way.
  'trial-planned': 'test/faults/killed-trial.slow.test.ts',
  'trial-answered': 'test/faults/killed-trial.slow.test.ts',
  telling: 'test/events/killed-teller.slow.test.ts',
  told: 'test/events/killed-teller.slow.test.ts',
  'notice-claimed': 'test/notices/killed-notices.slow.test.ts',
  'notice-delivered': 'test/notices/killed-notices.slow.test.ts',
};

/** The first and the second time that the way of a file passes a step. */
export const STEPS: readonly string[] = FAILPOINTS.filter((name) => !(name in ELSEWHERE)).flatMap((name) => [
  `${name}:1`,
  `${name}:2`,
]);

/** Every step, then random moments; in an order that looks like chance. */
export function deaths(trials: number, random: () => number): Death[] {
  const shuffled = STEPS.map((step) => ({ step, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ step }) => ({ step }));
  return Array.from({ length: trials }, (_, trial) =>
    trial % 3 === 2
      ? { afterMs: Math.floor(random() * MOMENT_MS_MAX) }
      : (shuffled[(trial - Math.floor(trial / 3)) % shuffled.length] ?? { afterMs: 0 }),
  );
}
