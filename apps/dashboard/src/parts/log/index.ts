import type { Part } from '../part';
import Page from './Page.svelte';

export const log: Part = {
  name: 'log',
  title: 'Log',
  icon: 'log',
  view: 'timeline',
  views: ['timeline'],
  page: Page,
  count: (project) => project.moment?.version ?? project.version,
};
