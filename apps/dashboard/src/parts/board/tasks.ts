/** Tasks as the view `tasks` has them: all, retired ones too. */

import type { Option } from '../../acts/fields';
import { NIL } from '../../client/id';
import type { Project } from '../../client/project.svelte';
import type { Rows } from '../../client/rows';
import type * as wire from '../../wire/wire';
import { words } from '../../words/text';
import { columns } from './cards';

export type Task = wire.TaskRow;
export const idOf = ({ task }: Task): string => task ?? NIL;
export const numberOf = ({ number }: Task): string => `T-${String(number ?? '…')}`;
export const nameOf = (task: Task): string => `${numberOf(task)} ${words(task.title)}`;

/** Several ask for the tasks of the same rows. */
const known = new WeakMap<Rows<'tasks'>, readonly Task[]>();

/** By their numbers. */
export function tasks(project: Project): readonly Task[] {
  const rows = project.presentRows('tasks');
  const before = known.get(rows);
  if (before !== undefined) return before;
  const made = [...rows.values()].sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
  known.set(rows, made);
  return made;
}
export function taskOptions(project: Project, not?: string): Option[] {
  return tasks(project)
    .filter((task) => task.retired !== true && task.task !== not)
    .map((task) => ({ value: idOf(task), label: numberOf(task), tail: words(task.title) }))
    .reverse();
}
export function columnOptions(project: Project): Option[] {
  return columns(project.presentRows('board')).map(({ id, row }) => ({
    value: id,
    label: words(row.name),
    tail: row.category ?? 'todo',
  }));
}
export function categoryOf(project: Project, column: string | undefined): wire.BoardCategory {
  const row = project.presentRows('board').get(column ?? NIL);
  return (row !== undefined && 'column' in row ? row.column.category : undefined) ?? 'todo';
}
export function limitOf(project: Project, { column }: Task): wire.BoardWipLimit | undefined {
  const row = project.presentRows('board').get(column ?? NIL);
  return row !== undefined && 'column' in row ? row.column.wip : undefined;
}
/** Changes under which work may be done: approved, not yet implemented. */
export function approvedChanges(project: Project): Option[] {
  return [...project.presentRows('changes').values()]
    .flatMap((row) => ('change' in row ? (row.change.state ?? []) : []))
    .filter(({ status }) => status === 'approved')
    .map(({ change = NIL, number, title }) => ({
      value: change,
      label: `CR-${String(number ?? '')}`,
      tail: words(title),
    }));
}
