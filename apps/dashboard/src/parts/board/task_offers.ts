/** What can be done to a task (schema/parts/task.capnp). */

import { dayOf, hours, minutes, numberEdit, textEdit } from '../../acts/edits';
import { choice, day, long, named, number, one, text, type Field } from '../../acts/fields';
import { people } from '../../acts/lists';
import { offersFor, things } from '../../acts/offer';
import { newId } from '../../client/id';
import type { Project } from '../../client/project.svelte';
import { may } from '../../ui/rights';
import { dayNumber, date, duration, number as figure } from '../../words/format';
import type * as wire from '../../wire/wire';
import { words } from '../../words/text';
import { movePreview } from './cards';
import {
  limitOf,
  approvedChanges,
  categoryOf,
  columnOptions,
  idOf,
  nameOf,
  numberOf,
  taskOptions,
  tasks,
  type Task,
} from './tasks';

const offer = offersFor<Task>();
const live = ({ retired }: Task): boolean => retired !== true;

/** For managers: why a limit is passed over. Recorded as an act of its own, and left alone where there is room. */
export function override(project: Project, isLimited = true): Field<'text'> {
  return text('Why it may go over the limit', {
    hidden: !isLimited || may(project, 'manager') !== undefined,
    hint: 'Only where the limit of the column is reached; recorded.',
  });
}
/** Under which change it is done, where there is an approved one. */
export function under(project: Project): Field<'one'> {
  const options = approvedChanges(project);
  return one('Under the change', options, { hidden: options.length === 0 });
}
const estimate = (value?: number): Field<'number'> =>
  number('Estimate, hours', { least: 0, most: 100_000, ...(value === undefined ? {} : { value }) });
const points = (value?: number): Field<'number'> =>
  number('Points', { least: 0, most: 1000, step: 1, ...(value === undefined ? {} : { value }) });

const move = offer({
  gives: 'task.moveTask',
  title: 'Move',
  often: true,
  fits: live,
  fields: (task, project) => {
    const done = categoryOf(project, task.column) === 'done';
    return {
      to: choice(
        'Column',
        columnOptions(project).filter(({ value }) => value !== task.column),
        { required: true },
      ),
      reason: text('Why it is opened again', { required: done, hidden: !done }),
      overrideReason: override(project),
    };
  },
  body: ({ to, reason, overrideReason }, task) => ({
    task: idOf(task),
    ...(task.column === undefined ? {} : { fromColumn: task.column }),
    toColumn: to,
    reason,
    overrideReason,
  }),
  preview: ({ to }, task) => movePreview({ task: idOf(task), from: task.column ?? '', to, before: undefined }),
});
const edit = offer({
  gives: 'task.editTask',
  title: 'Edit',
  often: true,
  fits: live,
  fields: (task, project) => ({
    title: text('Title', { required: true, value: words(task.title) }),
    description: long('Description', { value: words(task.description) }),
    estimate: estimate(hours(task.estimateMinutes)),
    points: points(task.points),
    change: under(project),
    overrideReason: override(project, limitOf(project, task)?.points !== undefined),
  }),
  body: ({ title, description, estimate: of, points: to, change, overrideReason }, task) => {
    const [newTitle, newText] = [textEdit(task.title, title), textEdit(task.description, description)];
    const [minute, point] = [numberEdit(task.estimateMinutes, minutes(of)), numberEdit(task.points, to)];
    return {
      task: idOf(task),
      ...(newTitle && { title: newTitle }),
      ...(newText && { description: newText }),
      ...(minute && { estimateMinutes: minute }),
      ...(point && { points: point }),
      change,
      overrideReason,
    };
  },
});
const assign = offer({
  gives: 'task.assignTask',
  title: 'Assign',
  often: true,
  fits: live,
  fields: (task, project) => ({
    to: one('Owner', people(project), { value: task.owner ?? '', hint: 'Left empty: nobody.' }),
    overrideReason: override(project, limitOf(project, task)?.perPerson !== undefined),
  }),
  body: ({ to, overrideReason }, task) => ({
    task: idOf(task),
    ...(task.owner === undefined ? {} : { from: task.owner }),
    to,
    overrideReason,
  }),
});
const prioritize = offer({
  gives: 'task.prioritizeTask',
  title: 'Rank',
  fits: live,
  fields: ({ priority }) => {
    const of = (label: string, value: number | undefined): Field<'number'> =>
      number(label, {
        least: 0,
        most: 100,
        step: 1,
        ...(value === undefined ? {} : { value }),
        hint: '0 to 100; 0: not said',
      });
    return {
      value: of('Business value', priority?.value),
      timeCriticality: of('Time criticality', priority?.timeCriticality),
      riskReduction: of('Risk reduction', priority?.riskReduction),
      jobSize: of('Size of the job', priority?.jobSize),
    };
  },
  body: ({ value, timeCriticality, riskReduction, jobSize }, task) => ({
    task: idOf(task),
    from: task.priority ?? {},
    to: {
      value: value ?? 0,
      timeCriticality: timeCriticality ?? 0,
      riskReduction: riskReduction ?? 0,
      jobSize: jobSize ?? 0,
    },
  }),
});
const block = offer({
  gives: 'task.blockTask',
  title: 'Block',
  often: true,
  fits: (task) => live(task) && task.blocked !== true,
  why: (task, project) =>
    categoryOf(project, task.column) === 'done' ? 'It is done. Move it out of its column first.' : undefined,
  fields: () => ({
    reason: text('What it waits for', { required: true }),
    kind: choice('Kind', named(['other', 'decision', 'person', 'supplier', 'technical']), { required: true }),
    needs: text('What would unblock it'),
  }),
  body: ({ reason, kind, needs }, task) => ({ task: idOf(task), reason, kind: kind as 'other', needs }),
});
const unblock = offer({
  gives: 'task.unblockTask',
  title: 'Unblock',
  often: true,
  fits: (task) => live(task) && task.blocked === true,
  fields: () => ({ reason: text('How it was resolved') }),
  body: ({ reason }, task) => ({ task: idOf(task), reason }),
});
const report = offer({
  gives: 'task.reportProgress',
  title: 'Report progress',
  fits: live,
  why: ({ startedAt }) =>
    startedAt === undefined ? 'It has not been begun. Move it into a column of work first.' : undefined,
  fields: (task) => ({
    percent: number('Done, %', { required: true, least: 0, most: 100, step: 1, value: task.percent ?? 0 }),
    left: number('Hours left', { least: 0, most: 100_000, value: hours(task.remainingMinutes) ?? 0 }),
  }),
  body: ({ percent, left }, task) => ({
    task: idOf(task),
    fromPercent: task.percent ?? 0,
    percent: percent ?? 0,
    remainingMinutes: minutes(left) ?? 0,
  }),
});
const logTime = offer({
  gives: 'task.logTime',
  title: 'Log time',
  fits: live,
  fields: (_, project) => ({
    hours: number('Hours', { required: true, least: 0.01, most: 24, step: 0.25 }),
    day: day('Day', { required: true, value: dayOf(project.now) }),
    member: one('Who', people(project), { required: true, value: project.me ?? '' }),
    note: text('What was done'),
  }),
  body: ({ hours: of, day: on, member, note }, task, project) => ({
    entry: newId(),
    task: idOf(task),
    ...(member === project.me ? {} : { member }),
    day: on ?? 0,
    minutes: minutes(of) ?? 0,
    note,
  }),
});
const LINKS = {
  finishToStart: 'it begins when the other is finished',
  startToStart: 'it begins when the other has begun',
  finishToFinish: 'it is finished when the other is finished',
  startToFinish: 'it is finished when the other has begun',
};
const link = offer({
  gives: 'task.linkTasks',
  title: 'Put it behind another',
  fits: live,
  fields: (task, project) => ({
    predecessor: one('The one that comes before', taskOptions(project, task.task), { required: true }),
    type: choice('How', named(Object.keys(LINKS), LINKS), { required: true }),
    lagDays: number('Working days between', { least: -1000, most: 1000, step: 1, hint: 'Below 0: they overlap' }),
  }),
  body: ({ predecessor, type, lagDays }, task) => ({
    predecessor,
    successor: idOf(task),
    type: type as 'finishToStart',
    lagDays: lagDays ?? 0,
  }),
});
const unlink = offer({
  gives: 'task.unlinkTasks',
  title: 'Remove a link',
  fits: (task) => (task.predecessors?.length ?? 0) > 0,
  fields: (task, project) => ({
    predecessor: choice(
      'The one that comes before',
      (task.predecessors ?? []).flatMap(({ predecessor }) => {
        const row = project.presentRows('tasks').get(predecessor ?? '');
        return row === undefined ? [] : [{ value: idOf(row), label: nameOf(row) }];
      }),
      { required: true },
    ),
    reason: text('Why', { required: true }),
  }),
  body: ({ predecessor, reason }, task) => ({ predecessor, successor: idOf(task), reason }),
});
const ask = offer({
  gives: 'approval.requestApproval',
  title: 'Ask for its approval',
  fits: (task, project) => {
    const row = project.presentRows('approvals').get(idOf(task));
    return live(task) && !(row !== undefined && 'request' in row && (row.request.status ?? 'open') === 'open');
  },
  why: (_, project) => {
    const defined = [...project.presentRows('approvals').values()].some(
      (row) => 'policy' in row && row.policy.kind === 'task' && (row.policy.policy?.quorum ?? 0) > 0,
    );
    return defined ? undefined : 'Nobody has set how tasks are approved. A manager does so under Approvals.';
  },
  body: (_, task) => ({ subject: idOf(task) }),
});
const retire = offer({
  gives: 'task.retireTask',
  title: 'Retire',
  fits: live,
  fields: (_, project) => ({
    reason: text('Why', { required: true, hint: 'It leaves the board; nothing is lost, and it can be restored.' }),
    change: under(project),
  }),
  body: ({ reason, change }, task) => ({ task: idOf(task), reason, change }),
});
const restore = offer({
  gives: 'task.restoreTask',
  title: 'Restore',
  often: true,
  fits: (task) => task.retired === true,
  fields: (task, project) => ({
    column: choice('Column', columnOptions(project), {
      value: '',
      nothing: 'where it stood',
    }),
    reason: text('Why it is opened again', { hidden: (task.completedAt ?? '0') === '0' }),
    overrideReason: override(project),
  }),
  body: ({ column, reason, overrideReason }, task) => ({ task: idOf(task), column, reason, overrideReason }),
});

export const taskThings = things<Task>({
  noun: 'task',
  all: tasks,
  id: idOf,
  name: nameOf,
  offers: [unblock, restore, edit, move, assign, block, logTime, report, prioritize, link, unlink, ask, retire],
});

/** Time that was logged for a task, as its history tells. */
export interface Logged {
  entry: string;
  member: string | undefined;
  day: number;
  minutes: number;
}
export const correctTime = offersFor<Logged>()({
  gives: 'task.correctTimeEntry',
  title: 'Correct it',
  often: true,
  fields: ({ minutes: of }) => ({
    hours: number('Hours', {
      required: true,
      least: 0,
      most: 24,
      step: 0.25,
      value: of / 60,
      hint: '0: it counts no more',
    }),
    reason: text('Why', { required: true }),
  }),
  body: ({ hours: to, reason }, { entry, minutes: from }) => ({ entry, from, to: minutes(to) ?? 0, reason }),
});
export const loggedThings = things<Logged>({
  noun: 'time entry',
  all: () => [],
  id: ({ entry }) => entry,
  name: (logged) => `${duration(logged.minutes)}, ${date(dayNumber(logged.day))}`,
  offers: [correctTime],
});

const offerOfProject = offersFor<undefined>();
export const createTask = offerOfProject({
  gives: 'task.createTask',
  title: 'Create a task',
  fields: (_, project) => ({
    title: text('Title', { required: true }),
    description: long('Description'),
    owner: one('Owner', people(project)),
    column: choice('Column', columnOptions(project), { nothing: 'the first' }),
    estimate: estimate(),
    points: points(),
    change: under(project),
    overrideReason: override(project),
  }),
  body: ({ title, description, owner, column, estimate: of, points: to, change, overrideReason }) => ({
    task: newId(),
    title,
    description,
    owner,
    column,
    ...(of ? { estimateMinutes: minutes(of) ?? 0 } : {}),
    ...(to ? { points: to } : {}),
    change,
    overrideReason,
  }),
});
export const moveTasks = offerOfProject({
  gives: 'task.moveTasks',
  title: 'Move several tasks',
  fields: (_, project) => ({
    tasks: { kind: 'many', label: 'Tasks', options: taskOptions(project), required: true, most: 100 } as Field<'many'>,
    to: choice('Column', columnOptions(project), { required: true }),
    reason: text('Why finished ones are opened again'),
    overrideReason: override(project),
  }),
  body: ({ tasks: of, to, reason, overrideReason }, _, project) => ({
    moves: of.map((task) => {
      const fromColumn = project.presentRows('tasks').get(task)?.column;
      return { task, ...(fromColumn === undefined ? {} : { fromColumn }) };
    }),
    toColumn: to,
    reason,
    overrideReason,
  }),
});
export const predecessorPolicy = offerOfProject({
  gives: 'task.setPredecessorPolicy',
  title: 'Set what open predecessors mean',
  role: 'manager',
  fields: () => ({
    to: choice(
      'A task whose predecessors are open',
      [
        { value: 'block', label: 'may not be begun' },
        { value: 'warn', label: 'may be begun, and it is told' },
      ],
      { required: true },
    ),
  }),
  body: ({ to }) => (to === 'block' ? { from: 'warn', to: 'block' } : { from: 'block', to: 'warn' }),
});

/** `3 h 30 min of 8 h`: what was logged beside what was estimated. */
export function timeOf(task: Task): string {
  const logged = Number(task.loggedMinutes ?? 0);
  return task.estimateMinutes === undefined
    ? duration(logged)
    : `${logged === 0 ? figure(0) : duration(logged)} of ${duration(task.estimateMinutes)}`;
}
export { numberOf };
export type LinkType = NonNullable<wire.TaskLinkState['type']>;
export const linkWords = LINKS;
