/** What can be done to a change request (schema/parts/change.capnp). */

import { listEdit, textEdit } from '../../acts/edits';
import { choice, long, many, money, named, number, text, type Fetched, type Field } from '../../acts/fields';
import { entities } from '../../acts/lists';
import { offersFor, things } from '../../acts/offer';
import { names } from '../../client/history';
import { newId } from '../../client/id';
import type { Project } from '../../client/project.svelte';
import { may } from '../../ui/rights';
import type * as wire from '../../wire/wire';
import { millis } from '../../words/format';
import { words } from '../../words/text';
import { doneSince } from '../history';
import { changes, idOf, isOpen, type Change } from './changes';

const KINDS: readonly wire.ChangeKind[] = ['scope', 'schedule', 'cost', 'quality'];
const offer = offersFor<Change>();
export const numberOf = ({ state }: Change): string => `CR-${String(state?.number ?? '…')}`;
const status = ({ state }: Change): wire.ChangeStatus => state?.status ?? 'submitted';
const requester = ({ state }: Change, project: Project): string | undefined =>
  state?.requester === project.me
    ? undefined
    : `Only ${project.name(state?.requester)}, who asked for it, may do that.`;

const title = (value = ''): Field<'text'> => text('What', { required: true, value });
const justification = (value = ''): Field<'long'> => long('Why', { required: true, value });
const kind = (value: wire.ChangeKind): Field<'choice'> => choice('Kind', named(KINDS), { required: true, value });
const affected = (project: Project, value: readonly string[] = [], not?: string): Field<'many'> =>
  many('What it touches', entities(project, ['board', 'risk', 'change', 'decision'], not), {
    value: [...value],
    most: 100,
  });

export const submit = offersFor<undefined>()({
  gives: 'change.submitChange',
  title: 'Ask for a change',
  fields: (_, project) => ({
    title: title(),
    justification: justification(),
    kind: kind('scope'),
    affected: affected(project),
  }),
  body: ({ kind: of, ...rest }) => ({ change: newId(), ...rest, kind: of as wire.ChangeKind }),
});

const assess = offer({
  gives: 'change.assessChange',
  title: 'Assess the impact',
  often: true,
  fits: isOpen,
  fields: ({ state }) => {
    const now = state?.impact;
    const signed = (label: string, value: number | undefined): Field<'number'> =>
      number(label, { least: -100_000, most: 100_000, step: 1, ...(value === undefined ? {} : { value }) });
    return {
      scheduleDays: signed('Working days later', now?.scheduleDays),
      cost: money('Cost', now?.cost === undefined ? {} : { value: now.cost }),
      riskDelta: signed('Sum of risk scores by', now?.riskDelta),
      tasksAdded: number('Tasks added', {
        least: 0,
        most: 100_000,
        step: 1,
        ...(now?.tasksAdded ? { value: now.tasksAdded } : {}),
      }),
      tasksRemoved: number('Tasks removed', {
        least: 0,
        most: 100_000,
        step: 1,
        ...(now?.tasksRemoved ? { value: now.tasksRemoved } : {}),
      }),
      note: text('How it was found', { value: words(state?.impactNote) }),
    };
  },
  body: ({ scheduleDays, cost, riskDelta, tasksAdded, tasksRemoved, note }, change, project) => ({
    change: idOf(change),
    impact: {
      scheduleDays: scheduleDays ?? 0,
      ...(cost === undefined ? {} : { cost }),
      riskDelta: riskDelta ?? 0,
      tasksAdded: tasksAdded ?? 0,
      tasksRemoved: tasksRemoved ?? 0,
      // What it does to the schedule was looked at on the version that stood on the screen.
      ...((scheduleDays ?? 0) === 0 ? {} : { simulatedVersion: String(project.version) }),
    },
    note,
  }),
});
const accept = offer({
  gives: 'change.acceptImpact',
  title: 'Accept the impact',
  often: true,
  fits: (change) => isOpen(change) && change.state?.assessed === true && change.state.impactAccepted !== true,
  why: requester,
  body: (_, change) => ({
    change: idOf(change),
    ...(change.revision === undefined ? {} : { revision: change.revision }),
  }),
});
const amend = offer({
  gives: 'change.amendChange',
  title: 'Amend',
  fits: isOpen,
  why: requester,
  fields: (change, project) => ({
    title: title(words(change.state?.title)),
    justification: justification(words(change.state?.justification)),
    kind: kind(change.state?.kind ?? 'scope'),
    affected: affected(project, change.state?.affected, idOf(change)),
  }),
  body: (given, change) => {
    const before = change.state ?? {};
    const was = before.kind ?? 'scope';
    const [newTitle, newWhy] = [
      textEdit(before.title, given.title),
      textEdit(before.justification, given.justification),
    ];
    const touched = listEdit(before.affected, given.affected);
    return {
      change: idOf(change),
      ...(newTitle && { title: newTitle }),
      ...(newWhy && { justification: newWhy }),
      ...(given.kind === was ? {} : { fromKind: was, toKind: given.kind as wire.ChangeKind }),
      ...(touched && { fromAffected: touched.from, toAffected: touched.to }),
    };
  },
});
const defer = offer({
  gives: 'change.deferChange',
  title: 'Set aside',
  role: 'manager',
  fits: (change) => status(change) === 'submitted',
  fields: () => ({ reason: text('Why', { required: true }) }),
  body: ({ reason }, change) => ({ change: idOf(change), reason }),
});
const resume = offer({
  gives: 'change.resumeChange',
  title: 'Resume',
  role: 'manager',
  often: true,
  fits: (change) => status(change) === 'deferred',
  body: (_, change) => ({ change: idOf(change) }),
});
const withdraw = offer({
  gives: 'change.withdrawChange',
  title: 'Withdraw',
  fits: (change) => isOpen(change) || status(change) === 'approved',
  why: (change, project) => {
    if (requester(change, project) === undefined || may(project, 'manager') === undefined) return undefined;
    return `Only ${project.name(change.state?.requester)}, who asked for it, or a manager may do that.`;
  },
  fields: () => ({ reason: text('Why', { required: true }) }),
  body: ({ reason }, change) => ({ change: idOf(change), reason }),
});
const COMMANDS_MOST = 100;
/** Acts since it was approved; those that were given under it are what implemented it, unless somebody says otherwise. */
async function actsUnder(change: Change, project: Project): Promise<Fetched> {
  const parts = new Set(['task', 'board', 'risk', 'project']);
  const options = await doneSince(project, millis(change.state?.decidedAt) ?? 0, (part) => parts.has(part));
  const under = options.filter(({ event }) => names(event, idOf(change)));
  return { options, value: under.slice(0, COMMANDS_MOST).map(({ value }) => value) };
}
const implement = offer({
  gives: 'change.implementChange',
  title: 'Say that it is done',
  often: true,
  fits: (change) => status(change) === 'approved',
  fields: (change, project) => ({
    note: text('How'),
    commands: many('By what was done since', [], {
      most: COMMANDS_MOST,
      fetch: () => actsUnder(change, project),
      hint: 'What was done under the change stands here already.',
    }),
  }),
  body: ({ note, commands }, change) => ({
    change: idOf(change),
    note,
    ...(commands.length === 0 ? {} : { commands }),
  }),
});

export const changeThings = things<Change>({
  noun: 'change',
  all: (project) => changes(project.presentRows('changes')),
  id: idOf,
  name: (change) => `${numberOf(change)} ${words(change.state?.title)}`,
  offers: [accept, assess, resume, implement, amend, defer, withdraw],
});
