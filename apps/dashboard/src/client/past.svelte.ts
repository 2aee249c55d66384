/** Rows of a view as they were some days before what is looked at: for trends. Asked one after the other, anew each day. */

import type { Project } from './project.svelte';
import type { Rows, ViewName } from './rows';

const DAY = 86_400_000;

export interface PastPoint<V extends ViewName> {
  /** Milliseconds since 1970. */
  at: number;
  rows: Rows<V>;
}

/**
 * For a component's script. `daysBack`: how long before, the longest first. A moment before the project began has no point. What the
 * server does not answer is left out: a trend is an extra, and never keeps a figure from being shown.
 */
export function pastRows<V extends ViewName>(
  project: Project,
  view: V,
  daysBack: readonly number[],
): { readonly points: readonly PastPoint<V>[] } {
  let points = $state.raw<readonly PastPoint<V>[]>([]);
  const end = $derived(project.moment?.recordedAt ?? Math.floor(project.now / DAY) * DAY + DAY);
  const here = $derived(project.version > 0);
  $effect(() => {
    if (!here) return;
    const upTo = end;
    const stop = new AbortController();
    const ask = async (): Promise<void> => {
      const found: PastPoint<V>[] = [];
      for (const days of daysBack) {
        const at = upTo - days * DAY;
        const answer = await project.http
          .view(project.id, view, new Date(at).toISOString(), stop.signal)
          .catch(() => undefined);
        if (stop.signal.aborted) return;
        if (answer !== undefined && answer.rows.size > 0) found.push({ at, rows: answer.rows });
      }
      points = found;
    };
    void ask();
    return () => {
      stop.abort();
    };
  });
  return {
    get points() {
      return points;
    },
  };
}
