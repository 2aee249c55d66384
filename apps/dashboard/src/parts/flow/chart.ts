/** The cumulative flow: a band a column, the done ones at the foot. Pure. */

import { NIL } from '../../client/id';
import type { Rows } from '../../client/rows';
import type * as wire from '../../wire/wire';
import { columns } from '../board/cards';

export interface Band {
  id: string;
  name: wire.Text | undefined;
  now: number;
  /** Lower and upper edge, by day. */
  edges: readonly (readonly [number, number])[];
}
export interface Flow {
  days: readonly number[];
  bands: readonly Band[];
  most: number;
}

export function flow(rows: Rows<'flow'>, board: Rows<'board'>): Flow {
  const days = [...rows.values()]
    .flatMap((row) => ('day' in row ? [row.day] : []))
    .sort((a, b) => (a.day ?? 0) - (b.day ?? 0));
  // From the right of the board: what is done lies at the bottom.
  const order = columns(board).toReversed();
  const counts = days.map(
    (day) => new Map((day.columns ?? []).map(({ column, count }) => [column ?? NIL, count ?? 0])),
  );
  const base = days.map(() => 0);
  const bands = order.map(({ id, row, cards }) => ({
    id,
    name: row.name,
    now: cards.length,
    edges: counts.map((count, i) => {
      const from = base[i] ?? 0;
      const to = from + (count.get(id) ?? 0);
      base[i] = to;
      return [from, to] as const;
    }),
  }));
  return { days: days.map(({ day }) => day ?? 0), bands, most: Math.max(1, ...base) };
}

export function figures(rows: Rows<'flow'>): wire.FlowFiguresRow {
  for (const row of rows.values()) if ('figures' in row) return row.figures;
  return {};
}
