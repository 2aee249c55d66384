/** Columns with their cards, from the rows of the view `board`. Pure. */

import type { Preview } from '../../client/act';
import { NIL } from '../../client/id';
import type { Rows, RowsOf } from '../../client/rows';
import type * as wire from '../../wire/wire';

export interface Column {
  row: wire.BoardColumnRow;
  id: string;
  cards: readonly wire.BoardCardRow[];
}

/** Several ask for the columns of the same rows. */
const known = new WeakMap<Rows<'board'>, readonly Column[]>();

export function columns(rows: Rows<'board'>): readonly Column[] {
  const before = known.get(rows);
  if (before !== undefined) return before;
  const made = make(rows);
  known.set(rows, made);
  return made;
}

function make(rows: Rows<'board'>): readonly Column[] {
  const all: (Column & { cards: wire.BoardCardRow[] })[] = [];
  const cards: wire.BoardCardRow[] = [];
  for (const row of rows.values()) {
    if ('column' in row) all.push({ row: row.column, id: row.column.column ?? NIL, cards: [] });
    else if ('card' in row) cards.push(row.card);
  }
  all.sort((a, b) => (a.row.index ?? 0) - (b.row.index ?? 0));
  const byId = new Map(all.map((column) => [column.id, column]));
  for (const card of cards) byId.get(card.column ?? NIL)?.cards.push(card);
  for (const column of all) column.cards.sort(byRank);
  return all;
}

function byRank(a: wire.BoardCardRow, b: wire.BoardCardRow): number {
  // Digits of 64 bits, without zeros before them: the longer is the greater.
  const [x, y] = [a.rank ?? '0', b.rank ?? '0'];
  if (x.length !== y.length) return x.length - y.length;
  if (x !== y) return x < y ? -1 : 1;
  return (a.task ?? NIL) < (b.task ?? NIL) ? -1 : 1;
}

export interface Move {
  task: string;
  from: string;
  to: string;
  /** The card to stand before; undefined: at the end. */
  before: string | undefined;
}

/** Shows a card where it is to stand, until the server has answered. */
export function movePreview({ task, from, to, before }: Move): Preview {
  return {
    board: (rows) => {
      const row = rows.get(task);
      if (row === undefined || !('card' in row)) return;
      const target = before === undefined ? undefined : rows.get(before);
      const rank =
        target !== undefined && 'card' in target
          ? BigInt(target.card.rank ?? 0) - 1n
          : (columns(rows)
              .find(({ id }) => id === to)
              ?.cards.reduce((most, { rank: each }) => (BigInt(each ?? 0) > most ? BigInt(each ?? 0) : most), 0n) ??
            0n);
      rows.set(task, { card: { ...row.card, column: to, rank: String(rank < 0n ? 0n : rank) } });
      count(rows, from, -1);
      count(rows, to, 1);
    },
  };
}

function count(rows: Map<string, RowsOf['board']>, id: string, by: number): void {
  const row = rows.get(id);
  if (row !== undefined && 'column' in row) {
    rows.set(id, { column: { ...row.column, taskCount: Math.max(0, (row.column.taskCount ?? 0) + by) } });
  }
}

/** Whether the board has a way from one column to another; a column without targets of its own lets everything through. */
export function mayMove(from: wire.BoardColumnRow | undefined, to: string): boolean {
  const targets = from?.targets ?? [];
  return from?.column === to || targets.includes(to);
}
