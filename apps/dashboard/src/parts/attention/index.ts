import type { Part } from '../part';
import { items } from './items';
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
};
