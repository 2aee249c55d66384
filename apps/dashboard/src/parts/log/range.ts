/** Days as versions. Pure. */

import type { Day } from '../../shell/timeline';

/** The versions that were recorded from one day to another, both included; without days: all up to `head`. Empty: `last < first`. */
export function rangeOf(
  days: readonly Pick<Day, 'day' | 'first' | 'last'>[],
  from: number | undefined,
  to: number | undefined,
  head: number,
): { first: number; last: number } {
  const first = from === undefined ? 1 : (days.find(({ day }) => day >= from)?.first ?? head + 1);
  const last = to === undefined ? head : Math.min(head, days.findLast(({ day }) => day <= to)?.last ?? 0);
  return { first, last };
}
