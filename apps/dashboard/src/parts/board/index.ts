import { NIL } from '../../client/id';
import { words } from '../../words/text';
import type { Found, Part, Stand } from '../part';
import { answer } from './answer';
import { columns } from './cards';
import { addColumn, columnThings, defineBoard } from './column_offers';
import Page from './Page.svelte';
import Panel from './Panel.svelte';
import Sheet from './Sheet.svelte';
import { createTask, loggedThings, moveTasks, predecessorPolicy, taskThings } from './task_offers';
import { idOf, numberOf, tasks } from './tasks';
import { sentences } from './words';

export const board: Part = {
  name: 'board',
  title: 'Board',
  icon: 'board',
  view: 'board',
  views: ['board', 'people'],
  pageViews: ['tasks'],
  page: Page,
  sheet: Sheet,
  panels: [{ row: 'work', order: 1, columns: 3, title: 'Board', component: Panel }],
  count: (project) =>
    columns(project.view('board'))
      .filter(({ row }) => row.category === 'doing' || row.category === 'wait')
      .reduce((sum, { cards }) => sum + cards.length, 0),
  offers: [createTask, moveTasks, defineBoard, addColumn, predecessorPolicy],
  things: [taskThings, columnThings, loggedThings],
  find: function* (project): Generator<Found> {
    for (const task of tasks(project)) {
      if (task.retired === true)
        yield { id: idOf(task), number: numberOf(task), title: `${words(task.title)}, retired` };
    }
    for (const row of project.presentRows('board').values()) {
      if ('card' in row)
        yield { id: row.card.task ?? NIL, number: `T-${String(row.card.number ?? '')}`, title: words(row.card.title) };
      else if ('column' in row) yield { id: row.column.column ?? NIL, number: '', title: words(row.column.name) };
    }
  },
  answer,
  stands: function* (rows): Generator<Stand> {
    for (const { row, cards } of columns(rows('board'))) {
      for (const card of cards) {
        yield {
          id: card.task ?? NIL,
          number: `T-${String(card.number ?? '')}`,
          title: words(card.title),
          how: words(row.name) + (card.blocked === true ? ', blocked' : ''),
        };
      }
    }
  },
  sentences,
};
