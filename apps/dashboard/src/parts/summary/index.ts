import type { Part } from '../part';
import Dates from './Dates.svelte';
import Page from './Page.svelte';
import Side from './Side.svelte';
import Tiles from './Tiles.svelte';

export const summary: Part = {
  name: 'summary',
  title: 'Health',
  icon: 'summary',
  view: 'summary',
  views: ['summary', 'attention', 'timeline', 'people'],
  page: Page,
  side: Side,
  panels: [
    { row: 'health', order: 1, columns: 1, title: 'Health', component: Tiles },
    { row: 'outlook', order: 1, columns: 1, title: 'Next dates', component: Dates },
  ],
  sentences: {
    projectOpened: () => 'opened the project',
    projectRenamed: (e, say) => `renamed the project to ${say.words(e.name?.to)}`,
    projectArchived: () => 'archived the project',
    projectRestored: () => 'restored the project',
    roleGranted: (e, say) => `made ${say.person(e.member)} ${String(e.role ?? '')}`,
    roleRevoked: (e, say) => `took the role from ${say.person(e.member)}`,
  },
};
