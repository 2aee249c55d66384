/** Edits: what stood there, as the page showed it, beside what is to stand there. Pure. */

import type * as wire from '../wire/wire';
import { words } from '../words/text';

/** Undefined: the text stays. */
export function textEdit(before: wire.Text | undefined, after: string): wire.InTextChange | undefined {
  if (words(before) === after) return undefined;
  return { from: before?.commitment ?? null, to: after };
}
/** Undefined: the number stays. */
export function numberEdit(before: number | undefined, after: number | undefined): wire.NumberChange | undefined {
  const [from, to] = [before ?? 0, after ?? 0];
  return from === to ? undefined : { from: String(from), to: String(to) };
}
/** Both undefined: the list stays. */
export function listEdit(
  before: readonly string[] | undefined,
  after: readonly string[],
): { from: string[]; to: string[] } | undefined {
  const from = [...(before ?? [])];
  if (from.length === after.length && from.every((each) => after.includes(each))) return undefined;
  return { from, to: [...after] };
}

const MINUTES = 60;
export const minutes = (hours: number | undefined): number | undefined =>
  hours === undefined ? undefined : Math.round(hours * MINUTES);
export const hours = (of: number | undefined): number | undefined =>
  of === undefined || of === 0 ? undefined : of / MINUTES;
const DAY = 86_400_000;
/** Days since 1970 of a moment, as the reader's calendar has it. */
export function dayOf(at: number): number {
  const local = new Date(at);
  return Math.floor(Date.UTC(local.getFullYear(), local.getMonth(), local.getDate()) / DAY);
}
export const micros = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : String(at * 1000);
