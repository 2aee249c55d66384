import type { Part } from '../part';
import Page from './Page.svelte';
import Panel from './Panel.svelte';

export const flow: Part = {
  name: 'flow',
  title: 'Flow',
  icon: 'flow',
  view: 'flow',
  views: ['flow', 'board'],
  page: Page,
  panels: [{ row: 'outlook', order: 3, columns: 1, title: 'Flow', component: Panel }],
};
