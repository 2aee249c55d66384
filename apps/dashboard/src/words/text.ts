/** Free texts as events and rows have them: words, or what is left of words that were erased. */

import type * as wire from '../wire/wire';

export const REDACTED = 'Redacted';

const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069]/g;
/** Without the controls of direction: one that is not closed turns what stands behind it, out of any element. */
export function undirected(text: string): string {
  return text.replace(DIRECTIONS, '');
}

export function words(text: wire.Text | undefined): string {
  if (text === undefined) return '';
  return 'text' in text ? undirected(text.text) : REDACTED;
}
export function isRedacted(text: wire.Text | undefined): boolean {
  return text !== undefined && 'redacted' in text;
}

/** The most letters of a name within a sentence, and of words beside others. */
export const INLINE_MOST = 60;
export const BESIDE_MOST = 280;
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFEFC]/;

/** Cut after so many letters. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const letters = [...text.slice(0, 2 * most)];
  return `${letters.slice(0, most - 1).join('')}…`;
}
/** Somebody's words within a sentence of ours: no longer than `most` letters, and without power over how the rest is written. */
export function inline(text: string, most = INLINE_MOST): string {
  const cut = undirected(shortened(text, most));
  return RIGHT_TO_LEFT.test(cut) ? `\u2068${cut}\u2069` : cut;
}

/** Pieces between which a line may break: a browser takes seconds to find a place in a word of thousands of letters. */
export function breakable(text: string): string[] {
  return text.match(/\S{80}(?=\S)|[^]+?(?=\S{81}|$)/g) ?? [];
}
