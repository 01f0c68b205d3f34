import { mulberry } from '../support/random.ts';

/** What generators of test data ask of chance. */
export interface Random {
  /** An integer from 0 up to, not including, `bound`. */
  below: (bound: number) => number;
  /** True so many times in a hundred. */
  percent: (chance: number) => boolean;
  pick: <T>(values: readonly T[]) => T;
}

export function seededRandom(seed: number): Random {
  const next = mulberry(seed);
  const below = (bound: number) => Math.floor(next() * bound);
  return {
    below,
    percent: (chance) => next() * 100 < chance,
    pick: (values) => {
      if (values.length === 0) throw new RangeError('nothing to pick from');
      return values[below(values.length)] as (typeof values)[number];
    },
  };
}
