import type { Part, Waiting } from '../part';
import { asks } from './words';
import { items, nameOf, subjectOf } from './items';
import Page from './Page.svelte';
import Panel from './Panel.svelte';

export const attention: Part = {
  name: 'attention',
  title: 'Attention',
  icon: 'watch',
  view: 'attention',
  views: ['attention', 'people'],
  page: Page,
  panels: [{ row: 'work', order: 2, columns: 1, title: 'Needs attention', component: Panel }],
  count: (project) => items(project, true).length,
  waiting: function* (project): Generator<Waiting> {
    for (const item of items(project, true)) {
      if (item.audience?.length)
        yield {
          id: item.item ?? '',
          ask: `${asks[item.reason ?? 'none']} ${nameOf(project, item)}`,
          subject: subjectOf(project, item),
        };
    }
  },
};
