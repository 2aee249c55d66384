/** Random numbers from a seed, which is printed, so that a run can be had again: DAYBOOK_E2E_SEED. */

export interface Random {
  /** From 0 to below `bound`. */
  below(bound: number): number;
  one<T>(of: readonly T[]): T;
}

/** The generator is mulberry32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    one: (of) => {
      const each = of[below(of.length)];
      if (each === undefined) throw new Error('one of nothing');
      return each;
    },
  };
}

/** Another seed each time, unless one is given. */
export function seeded(): Random {
  const seed = Number(process.env.DAYBOOK_E2E_SEED ?? Date.now() % 1_000_000);
  console.log(`seed ${String(seed)} (DAYBOOK_E2E_SEED)`);
  return random(seed);
}
