/** A small seeded generator of random numbers (mulberry32): the same seed gives the same run everywhere. */
export interface Random {
  /** An integer from 0 up to, not including, `bound`. */
  below: (bound: number) => number;
  /** True so many times in a hundred. */
  percent: (chance: number) => boolean;
  pick: <T>(values: readonly T[]) => T;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
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
