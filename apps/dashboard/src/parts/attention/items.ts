import type { Project } from '../../client/project.svelte';
import type * as wire from '../../wire/wire';

/** What concerns everybody or, on the desk, whoever is signed in: immediate first, then the oldest. */
export function items(project: Project, mine: boolean): wire.AttentionRow[] {
  return [...project.view('attention').values()]
    .filter(
      ({ audience }) =>
        !mine ||
        audience === undefined ||
        audience.length === 0 ||
        (project.me !== undefined && audience.includes(project.me)),
    )
    .sort((a, b) => rank(a) - rank(b) || Number(a.since ?? 0) - Number(b.since ?? 0));
}
const rank = (row: wire.AttentionRow): number => ((row.class ?? 'immediate') === 'immediate' ? 0 : 1);
