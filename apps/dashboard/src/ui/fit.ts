/**
 * How much of each list a wall has room for. A larger `scale` (for a small screen or a long room) has fewer columns and shorter lists, a
 * screen that stands upright two columns; the panels that go are the wall's to choose (design: the last to go is what the room must read).
 */

import { getContext, setContext } from 'svelte';

export interface Fit {
  /** Columns of the grid. */
  columns: 5 | 4 | 3 | 2;
  /** Items of each list, and of those of the outlook. */
  list: number;
  outlook: number;
  /** The board: columns of work, and cards in each. */
  work: number;
  cards: number;
  ledger: 4 | 2;
}
export const FITS = {
  1: { columns: 5, list: 4, outlook: 4, work: 3, cards: 4, ledger: 4 },
  1.25: { columns: 4, list: 3, outlook: 2, work: 2, cards: 3, ledger: 2 },
  1.5: { columns: 3, list: 4, outlook: 0, work: 0, cards: 0, ledger: 2 },
  upright: { columns: 2, list: 3, outlook: 0, work: 2, cards: 4, ledger: 2 },
} as const satisfies Record<string, Fit>;
export type FitName = '1' | '1.25' | '1.5' | 'upright';

/** `scale` of the address, `?scale=1.25`; anything else is 1. */
export function fitName(search: string, width: number, height: number): FitName {
  if (height > width) return 'upright';
  const scale = new URLSearchParams(search).get('scale');
  return scale === '1.25' || scale === '1.5' ? scale : '1';
}

const KEY = Symbol('fit');
export function provideFit(fit: () => Fit): void {
  setContext(KEY, fit);
}
/** For a panel's script. */
export function fit(): () => Fit {
  return getContext<(() => Fit) | undefined>(KEY) ?? ((): Fit => FITS[1]);
}
