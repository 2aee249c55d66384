/** What can be done to a column and to the board (schema/parts/board.capnp). */

import { textEdit } from '../../acts/edits';
import { choice, lines, many, named, number, one, text, type Option } from '../../acts/fields';
import { offersFor, things } from '../../acts/offer';
import { newId, NIL } from '../../client/id';
import type { Project } from '../../client/project.svelte';
import type * as wire from '../../wire/wire';
import { words } from '../../words/text';
import { columns } from './cards';
import { columnOptions } from './tasks';

export type ColumnRow = wire.BoardColumnRow;
const idOf = ({ column }: ColumnRow): string => column ?? NIL;
const rows = (project: Project): ColumnRow[] => columns(project.presentRows('board')).map(({ row }) => row);
const offer = offersFor<ColumnRow>();

const CATEGORIES: Option[] = [
  { value: 'todo', label: 'to do: not begun' },
  { value: 'doing', label: 'doing: worked on' },
  { value: 'wait', label: 'waiting' },
  { value: 'done', label: 'done' },
];
const limits = (wip: wire.BoardWipLimit | undefined) => ({
  count: number('Tasks at once', {
    least: 0,
    most: 10_000,
    step: 1,
    hint: '0: no limit',
    ...(wip?.count ? { value: wip.count } : {}),
  }),
  points: number('Points at once', {
    least: 0,
    most: 1_000_000,
    step: 1,
    ...(wip?.points ? { value: wip.points } : {}),
  }),
  perPerson: number('Tasks of one owner', {
    least: 0,
    most: 10_000,
    step: 1,
    ...(wip?.perPerson ? { value: wip.perPerson } : {}),
  }),
  policy: choice(
    'Beyond it',
    named(['block', 'warn'], { block: 'nothing may enter', warn: 'it is told, and recorded' }),
    {
      required: true,
      value: wip?.policy ?? 'block',
    },
  ),
});
const limitOf = (given: {
  count: number | undefined;
  points: number | undefined;
  perPerson: number | undefined;
  policy: string;
}): wire.BoardWipLimit => ({
  count: given.count ?? 0,
  points: given.points ?? 0,
  perPerson: given.perPerson ?? 0,
  policy: given.policy as 'block',
});

const setLimit = offer({
  gives: 'board.setWipLimit',
  title: 'Set its limit',
  role: 'manager',
  often: true,
  fields: ({ wip }) => limits(wip),
  body: (given, column) => ({ column: idOf(column), from: column.wip ?? {}, to: limitOf(given) }),
});
const rename = offer({
  gives: 'board.renameColumn',
  title: 'Rename',
  role: 'manager',
  often: true,
  fields: ({ name }) => ({ name: text('Name', { required: true, most: 200, value: words(name) }) }),
  body: ({ name }, column) => {
    const change = textEdit(column.name, name);
    return { column: idOf(column), ...(change && { name: change }) };
  },
});
const reorder = offer({
  gives: 'board.reorderColumn',
  title: 'Put it elsewhere',
  role: 'manager',
  fields: (column, project) => ({
    before: choice(
      'Before',
      columnOptions(project).filter(({ value }) => value !== idOf(column)),
      { nothing: 'at the right end' },
    ),
  }),
  body: ({ before }, column) => ({ column: idOf(column), before }),
});

/** The moves that are allowed, as the board has them: none listed where all are. */
export function transitions(all: readonly ColumnRow[]): wire.BoardTransition[] {
  const free = all.every(({ targets }) => (targets?.length ?? 0) >= all.length - 1);
  if (free) return [];
  return all.flatMap(({ column = NIL, targets }) => (targets ?? []).map((to) => ({ from: column, to })));
}
const ways = offer({
  gives: 'board.setTransitions',
  title: 'Set where tasks may go from it',
  role: 'manager',
  fields: (column, project) => ({
    to: many(
      'From here to',
      columnOptions(project).filter(({ value }) => value !== idOf(column)),
      { value: [...(column.targets ?? [])] },
    ),
  }),
  body: ({ to }, column, project) => {
    const all = rows(project);
    return {
      from: transitions(all),
      to: transitions(all.map((each) => (idOf(each) === idOf(column) ? { ...each, targets: to } : each))),
    };
  },
});
const retire = offer({
  gives: 'board.retireColumn',
  title: 'Take it off the board',
  role: 'manager',
  why: ({ taskCount }) => ((taskCount ?? 0) > 0 ? 'Tasks stand in it. Move them elsewhere first.' : undefined),
  body: (_, column) => ({ column: idOf(column) }),
});

export const columnThings = things<ColumnRow>({
  noun: 'column',
  all: rows,
  id: idOf,
  name: ({ name }) => words(name),
  offers: [setLimit, rename, reorder, ways, retire],
});

const offerOfProject = offersFor<undefined>();
export const addColumn = offerOfProject({
  gives: 'board.addColumn',
  title: 'Add a column',
  role: 'manager',
  fits: (_, project) => rows(project).length > 0,
  fields: (_, project) => ({
    name: text('Name', { required: true, most: 200 }),
    category: choice('What standing in it means', CATEGORIES, { required: true }),
    before: one('Before', columnOptions(project), { hint: 'Left empty: at the right end.' }),
    ...limits(undefined),
  }),
  body: ({ name, category, before, ...limit }) => ({
    column: { column: newId(), name, category: category as 'todo', wip: limitOf(limit) },
    before,
  }),
});
export const defineBoard = offerOfProject({
  gives: 'board.defineBoard',
  title: 'Set up the board',
  role: 'manager',
  fits: (_, project) => rows(project).length === 0,
  fields: () => ({
    todo: lines('To do', {
      required: true,
      value: ['Backlog', 'Ready'],
      hint: 'One column a line, from left to right. All of it can be changed later.',
    }),
    doing: lines('Worked on', { required: true, value: ['In progress'] }),
    wait: lines('Waiting', { value: ['Review'] }),
    done: lines('Done', { required: true, value: ['Done'] }),
  }),
  body: (given) => ({
    columns: (['todo', 'doing', 'wait', 'done'] as const).flatMap((category) =>
      given[category].map((name) => ({ column: newId(), name, category })),
    ),
  }),
});
