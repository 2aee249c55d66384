import { pastRows } from '../../client/past.svelte';
import type { Project } from '../../client/project.svelte';
import type { Before } from './figures';

/** Twelve weeks, a point each. */
const DAYS_BACK = Array.from({ length: 12 }, (_, i) => (12 - i) * 7);

/** The project's summary over the last weeks. For a component's script. */
export function before(project: Project): { readonly rows: readonly Before[] } {
  const past = pastRows(project, 'summary', DAYS_BACK);
  const rows = $derived(
    past.points.flatMap(({ at, rows: of }) => {
      const row = of.get(project.id);
      return row === undefined ? [] : [{ at, row }];
    }),
  );
  return {
    get rows() {
      return rows;
    },
  };
}
