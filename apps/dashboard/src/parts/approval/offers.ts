/** What can be done to approvals, and to who gives them (schema/parts/approval.capnp). */

import { listEdit, textEdit } from '../../acts/edits';
import { choice, many, number, rows, text, yes, type Field, type Option } from '../../acts/fields';
import { people } from '../../acts/lists';
import { offersFor, things } from '../../acts/offer';
import { newId } from '../../client/id';
import type { Project } from '../../client/project.svelte';
import { may } from '../../ui/rights';
import type * as wire from '../../wire/wire';
import { words } from '../../words/text';
import { barred, idOf, isOpen, numberOf, obstacle, requests, type Request } from './requests';

const offer = offersFor<Request>();
const isOver = ({ expiresAt }: Request, project: Project): boolean =>
  expiresAt !== undefined && Number(expiresAt) / 1000 < project.now;
const vote = (request: Request): { subject: string; revision: string } => ({
  subject: idOf(request),
  revision: request.revision ?? '',
});
/** Shows the vote in its seat until the server has answered. */
const seated = (request: Request, me: string | undefined, standing: 'approved' | 'refused') => ({
  approvals: (rows: Map<string, wire.ApprovalRow>): void => {
    const row = rows.get(idOf(request));
    if (row === undefined || !('request' in row)) return;
    const seats = (row.request.people ?? []).map((each) => (each.member === me ? { ...each, standing } : each));
    const more = standing === 'approved' ? 1 : 0;
    rows.set(idOf(request), {
      request: { ...row.request, people: seats, approvals: (row.request.approvals ?? 0) + more },
    });
  },
});

const approve = offer({
  gives: 'approval.approve',
  title: 'Approve',
  often: true,
  fits: isOpen,
  why: (request, project) => barred(request, project.me, project.now) ?? obstacle(request),
  fields: () => ({ note: text('A note') }),
  body: ({ note }, request) => ({ ...vote(request), note }),
  preview: (_, request, project) => seated(request, project.me, 'approved'),
});
const refuse = offer({
  gives: 'approval.refuse',
  title: 'Vote against',
  often: true,
  fits: isOpen,
  why: (request, project) => barred(request, project.me, project.now),
  fields: () => ({ reason: text('Why', { required: true }) }),
  body: ({ reason }, request) => ({ ...vote(request), reason }),
  preview: (_, request, project) => seated(request, project.me, 'refused'),
});
const renew = offer({
  gives: 'approval.renewRequest',
  title: 'Ask once more',
  often: true,
  fits: (request, project) => isOpen(request) && isOver(request, project),
  body: (_, request) => ({ subject: idOf(request) }),
});
const withdraw = offer({
  gives: 'approval.withdrawRequest',
  title: 'Take the request back',
  fits: (request) => isOpen(request) && request.kind === 'task',
  why: (request, project) =>
    request.author === project.me || may(project, 'manager') === undefined
      ? undefined
      : `Only ${project.name(request.author)}, who asked for it, or a manager may do that.`,
  fields: () => ({ reason: text('Why', { required: true }) }),
  body: ({ reason }, request) => ({ subject: idOf(request), reason }),
});
export const requestThings = things<Request>({
  noun: 'approval',
  all: (project) => requests(project.presentRows('approvals')),
  id: idOf,
  name: (request) => `${numberOf(request)} ${words(request.title)}`,
  offers: [approve, refuse, renew, withdraw],
});

export type Pool = wire.ApprovalPoolState;
export const pools = (rows: ReadonlyMap<string, wire.ApprovalRow>): Pool[] =>
  [...rows.values()].flatMap((row) => ('pool' in row ? [row.pool] : []));
const poolOptions = (project: Project): Option[] =>
  pools(project.presentRows('approvals')).map(({ pool = '', name }) => ({ value: pool, label: words(name) }));
const voters = (project: Project, value: readonly string[] = []): Field<'many'> =>
  many('Who is in it', people(project), { value: [...value], most: 256, hint: 'Contributors and managers may vote.' });

export const definePool = offersFor<undefined>()({
  gives: 'approval.definePool',
  title: 'Name a pool of approvers',
  role: 'manager',
  fields: (_, project) => ({ name: text('Name', { required: true, most: 200 }), members: voters(project) }),
  body: ({ name, members }) => ({ pool: newId(), name, members }),
});
const editPool = offersFor<Pool>()({
  gives: 'approval.editPool',
  title: 'Change it',
  role: 'manager',
  often: true,
  fields: ({ name, members }, project) => ({
    name: text('Name', { required: true, most: 200, value: words(name) }),
    members: voters(project, members),
  }),
  body: ({ name, members }, pool) => {
    const [change, list] = [textEdit(pool.name, name), listEdit(pool.members, members)];
    return { ...(pool.pool === undefined ? {} : { pool: pool.pool }), ...(change && { name: change }), ...list };
  },
});
export const poolThings = things<Pool>({
  noun: 'pool',
  all: (project) => pools(project.presentRows('approvals')),
  id: ({ pool }) => pool ?? '',
  name: ({ name }) => words(name),
  offers: [editPool],
});

/** How one kind of thing is approved; both kinds stand here, also before anything was set. */
export interface Rule {
  kind: 'change' | 'task';
  state: wire.ApprovalPolicyState;
}
export function rules(rows: ReadonlyMap<string, wire.ApprovalRow>): Rule[] {
  const set = [...rows.values()].flatMap((row) => ('policy' in row ? [row.policy] : []));
  return (['change', 'task'] as const).map((kind) => ({ kind, state: set.find((each) => each.kind === kind) ?? {} }));
}
export const ruleName = ({ kind }: Rule): string => (kind === 'change' ? 'changes' : 'tasks');
const needsPool = (_: unknown, project: Project): string | undefined =>
  poolOptions(project).length === 0 ? 'There is no pool of approvers yet. Name one first.' : undefined;

const setPolicy = offersFor<Rule>()({
  gives: 'approval.defineApprovalPolicy',
  title: 'Set how they are approved',
  role: 'manager',
  often: true,
  why: needsPool,
  fields: ({ state }, project) => ({
    quorum: number('Consents it takes', {
      required: true,
      least: 1,
      most: 256,
      step: 1,
      value: state.policy?.quorum ?? 1,
    }),
    pool: choice('Of the pool', poolOptions(project), {
      required: true,
      ...(state.policy?.pool ? { value: state.policy.pool } : {}),
    }),
    expiryHours: number('Runs out after hours', {
      least: 0,
      most: 8760,
      step: 1,
      hint: '0: never',
      value: state.policy?.expiryHours ?? 0,
    }),
    excludeContributors: yes('Who worked on it does not approve it', {
      value: state.policy?.excludeContributors ?? false,
    }),
  }),
  body: ({ quorum, pool, expiryHours, excludeContributors }, { kind, state }) => ({
    kind,
    from: state.policy ?? {},
    to: { quorum: quorum ?? 0, pool, expiryHours: expiryHours ?? 0, excludeContributors },
  }),
});

const WHOM = (project: Project): Option[] => [
  { value: 'manager', label: 'the managers' },
  { value: 'contributor', label: 'the contributors' },
  ...poolOptions(project).map(({ value, label }) => ({ value, label: `the pool ${label}` })),
];
const whomOf = ({ pool, role }: wire.ApprovalLevel): string =>
  pool ?? (role === undefined || role === 'none' ? '' : role);
const LEVELS_MOST = 8;
const setPath = offersFor<Rule>()({
  gives: 'approval.defineEscalationPath',
  title: 'Set who is told when one waits',
  role: 'manager',
  often: true,
  fields: ({ state }, project) => ({
    levels: rows(
      'Who is told, one after the other',
      'level',
      {
        after: number('After hours', { required: true, least: 1, most: 8760, step: 1 }),
        whom: choice('it is told to', WHOM(project), { required: true }),
      },
      {
        most: LEVELS_MOST,
        value: (state.levels ?? []).map((level) => ({ after: level.afterHours, whom: whomOf(level) })),
        hint: 'Each later than the one before. None: nobody is told.',
      },
    ),
  }),
  body: ({ levels }, { kind, state }) => ({
    kind,
    from: state.levels ?? [],
    to: levels.map(({ after = 0, whom }) => ({
      afterHours: after,
      ...(whom === 'manager' || whom === 'contributor' ? { role: whom } : { pool: whom }),
    })),
  }),
});
export const ruleThings = things<Rule>({
  noun: 'rule of approval',
  all: (project) => rules(project.presentRows('approvals')),
  id: ({ kind }) => kind,
  name: ruleName,
  offers: [setPolicy, setPath],
});
