import type { Project } from '../../client/project.svelte';
import { NIL } from '../../client/id';
import { inline } from '../../words/text';
import type * as wire from '../../wire/wire';
import { find } from '../everything.svelte';

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

/** What it is about: of a comment, what was commented on; undefined: the project. */
export function subjectOf(project: Project, item: wire.AttentionRow): string | undefined {
  if (item.reason !== 'mentioned' && item.reason !== 'commented') return item.subject;
  return project.presentRows('comments').get(item.subject ?? NIL)?.subject;
}
/** What it is about, in a few words: "T-12", a column's name, "the project". */
export function nameOf(project: Project, item: wire.AttentionRow): string {
  const subject = subjectOf(project, item);
  const thing = find(project, subject);
  return thing === undefined ? 'the project' : thing.number || inline(thing.title);
}
