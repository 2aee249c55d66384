/** The rows of views as maps by key, and how updates change them (schema/PROTOCOL.md, "Views"). Pure. */

import type * as wire from '../wire/wire';
import { currencyNumber, keyOf, NIL } from './id';

export type ViewName = Exclude<wire.ViewName, 'none'>;
/** The rows of every view, by the view's name. */
type Lists<Union> = Union extends unknown
  ? { [Name in keyof Union]: Union[Name] extends (infer Row)[] ? Row : never }
  : never;
type All<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer Every) => void
  ? Every
  : never;
export type RowsOf = All<Lists<wire.ViewRows>>;
export type Rows<V extends ViewName> = ReadonlyMap<string, RowsOf[V]>;

const keys: { [V in ViewName]: (row: RowsOf[V]) => string } = {
  board: (row) => ('column' in row ? row.column.column : 'card' in row ? row.card.task : undefined) ?? NIL,
  tasks: (row) => row.task ?? NIL,
  people: (row) => row.member ?? NIL,
  summary: (row) => row.project ?? NIL,
  approvals: (row) => {
    if ('request' in row) return row.request.subject ?? NIL;
    if ('pool' in row) return row.pool.pool ?? NIL;
    return keyOf(3, { none: 0, change: 1, task: 2 }[('policy' in row ? row.policy.kind : undefined) ?? 'none']);
  },
  changes: (row) =>
    'change' in row
      ? (row.change.state?.change ?? NIL)
      : keyOf(2, currencyNumber('total' in row ? row.total.cost?.currency : '')),
  risks: (row) => {
    if ('risk' in row) return row.risk.state?.risk ?? NIL;
    if ('session' in row) return row.session.session ?? NIL;
    if ('cell' in row) return keyOf(2, (row.cell.likelihood ?? 0) * 16 + (row.cell.impact ?? 0));
    return keyOf(3, currencyNumber('exposure' in row ? row.exposure.expected?.currency : ''));
  },
  decisions: (row) =>
    ('board' in row ? row.board.board : 'decision' in row ? row.decision.state?.decision : undefined) ?? NIL,
  comments: (row) => row.comment ?? NIL,
  attachments: (row) => row.attachment ?? NIL,
  flow: (row) => {
    if ('day' in row) return keyOf(1, row.day.day ?? 0);
    if ('figures' in row) return keyOf(4, 0);
    return ('finished' in row ? row.finished.task : 'ageing' in row ? row.ageing.task : undefined) ?? NIL;
  },
  attention: (row) => row.item ?? NIL,
  timeline: (row) => ('day' in row ? keyOf(1, row.day.day ?? 0) : (('mark' in row ? row.mark.item : undefined) ?? NIL)),
};

export function rowKey<V extends ViewName>(view: V, row: RowsOf[V]): string {
  return keys[view](row);
}

/** The rows that an update, or one line of it, brings. */
export function rowsIn<V extends ViewName>(view: V, rows: wire.ViewRows | undefined): RowsOf[V][] {
  return ((rows as Record<string, unknown> | undefined)?.[view] ?? []) as RowsOf[V][];
}

/** Gathers the lines of one view's updates; gives the new rows when an update is complete. */
export class ViewAssembly<V extends ViewName> {
  #lines: wire.ViewUpdate[] = [];
  constructor(private readonly view: V) {}

  clear(): void {
    this.#lines = [];
  }

  /**
   * The rows after the update that this line ends; undefined: more is to come. `before` is left as it is. They stand by their keys, as
   * in a snapshot: what a page shows does not depend on when it was opened.
   */
  take(line: wire.ViewUpdate, before: Rows<V>): { rows: Rows<V>; whole: boolean; changed: Set<string> } | undefined {
    this.#lines.push(line);
    if (line.complete !== true) return undefined;
    const lines = this.#lines;
    this.#lines = [];
    const whole = lines.some((each) => each.whole === true);
    let rows = new Map<string, RowsOf[V]>(whole ? [] : before);
    let inOrder = true;
    const changed = new Set<string>();
    for (const each of lines) {
      for (const key of each.removed ?? []) {
        rows.delete(key);
        changed.add(key);
      }
      for (const row of rowsIn(this.view, each.rows)) {
        const key = rowKey(this.view, row);
        inOrder &&= rows.has(key);
        rows.set(key, row);
        changed.add(key);
      }
    }
    if (!inOrder) rows = new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
    if (!whole && changed.size === 0) return { rows: before, whole, changed };
    return { rows, whole, changed: whole ? new Set() : changed };
  }
}
