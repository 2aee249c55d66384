/** What can be done to people and their tokens (schema/parts/project.capnp, member.capnp, workspace.capnp). */

import { textEdit } from '../../acts/edits';
import { choice, named, one, text, type Option } from '../../acts/fields';
import { offersFor, things } from '../../acts/offer';
import type { Project } from '../../client/project.svelte';
import type * as wire from '../../wire/wire';
import { words } from '../../words/text';
import { workspaceOf, type Token } from './workspace.svelte';

export type Person = wire.MemberRow;
const ROLES: readonly wire.Role[] = ['viewer', 'contributor', 'manager'];
const OF_WORKSPACE = ['admin', 'auditor'] as const;
const idOf = ({ member }: Person): string => member ?? '';
const roleOf = ({ role }: Person): wire.Role => role ?? 'none';
const known = (person: Person, project: Project) => workspaceOf(project).state.members.get(idOf(person));
const offer = offersFor<Person>();

const changeRole = offer({
  gives: 'project.grantRole',
  title: 'Change the role',
  role: 'manager',
  often: true,
  fields: (person) => ({
    role: choice('Role', named(ROLES.filter((each) => each !== roleOf(person))), { required: true }),
  }),
  body: ({ role }, person) => ({ member: idOf(person), from: roleOf(person), role: role as wire.Role }),
});
const takeOut = offer({
  gives: 'project.revokeRole',
  title: 'Take out of the project',
  role: 'manager',
  fits: (person) => roleOf(person) !== 'none',
  body: (_, person) => ({ member: idOf(person), from: roleOf(person) }),
});
const edit = offer({
  gives: 'member.editMember',
  title: 'Edit name and address',
  role: 'admin',
  fields: (person, project) => ({
    name: text('Name', { required: true, most: 200, value: words(person.name) }),
    address: text('Address', { most: 200, value: words(known(person, project)?.address) }),
  }),
  body: ({ name, address }, person, project) => {
    const [called, at] = [textEdit(person.name, name), textEdit(known(person, project)?.address, address)];
    return { member: idOf(person), ...(called && { name: called }), ...(at && { address: at }) };
  },
});
const holds = (person: Person, project: Project): readonly wire.Role[] => known(person, project)?.roles ?? [];
const grant = offer({
  gives: 'member.grantRole',
  title: 'Make admin or auditor',
  role: 'admin',
  fits: (person, project) => holds(person, project).length < OF_WORKSPACE.length,
  fields: (person, project) => ({
    role: choice('Of the workspace', named(OF_WORKSPACE.filter((each) => !holds(person, project).includes(each))), {
      required: true,
    }),
  }),
  body: ({ role }, person) => ({ member: idOf(person), role: role as wire.Role }),
});
const revoke = offer({
  gives: 'member.revokeRole',
  title: 'Admin or auditor no more',
  role: 'admin',
  fits: (person, project) => holds(person, project).length > 0,
  fields: (person, project) => ({
    role: choice('Of the workspace', named(holds(person, project)), { required: true }),
  }),
  body: ({ role }, person) => ({ member: idOf(person), role: role as wire.Role }),
});
export const personThings = things<Person>({
  noun: 'person',
  all: (project) => [...project.presentRows('people').values()],
  id: idOf,
  name: ({ name }) => words(name),
  offers: [changeRole, takeOut, edit, grant, revoke],
});

/** Members of the workspace who have no role here yet: as far as this page knows them. */
function others(project: Project): Option[] {
  const here = project.presentRows('people');
  const inProject = (id: string): boolean => (here.get(id)?.role ?? 'none') !== 'none';
  const byName = new Map<string, string>();
  for (const { member = '', name } of here.values()) byName.set(member, words(name));
  for (const { member, name } of workspaceOf(project).state.members.values()) byName.set(member, words(name));
  return [...byName].filter(([id]) => !inProject(id)).map(([value, label]) => ({ value, label }));
}
export const takeIn = offersFor<undefined>()({
  gives: 'project.grantRole',
  title: 'Take somebody into the project',
  role: 'manager',
  why: (_, project) =>
    others(project).length === 0
      ? 'Everybody who is known here has a role already. An admin invites new members.'
      : undefined,
  fields: (_, project) => ({
    member: one('Who', others(project), { required: true }),
    role: choice('Role', named(ROLES), { required: true, value: 'contributor' }),
  }),
  body: ({ member, role }) => ({ member, role: role as wire.Role }),
});

const endToken = offersFor<Token>()({
  gives: 'workspace.revokeToken',
  title: 'End it',
  role: 'admin',
  often: true,
  fits: ({ revoked }) => !revoked,
  fields: () => ({ reason: text('Why', { hint: 'Whoever uses it is signed out at once.' }) }),
  body: ({ reason }, { token }) => ({ token, reason }),
});
export const tokenThings = things<Token>({
  noun: 'token',
  all: (project) => [...workspaceOf(project).state.tokens.values()].filter(({ revoked }) => !revoked),
  id: ({ token }) => token,
  name: ({ label, kind }) => words(label) || kind,
  offers: [endToken],
});

const ofProject = offersFor<wire.ProjectRow>();
export const projectThings = things<wire.ProjectRow>({
  noun: 'project',
  all: (project) => [...project.presentRows('summary').values()],
  id: ({ project }) => project ?? '',
  name: ({ name }) => words(name),
  offers: [
    ofProject({
      gives: 'project.renameProject',
      title: 'Rename the project',
      role: 'manager',
      fits: ({ archived }) => archived !== true,
      fields: ({ name }) => ({ name: text('Name', { required: true, most: 200, value: words(name) }) }),
      body: ({ name }, project) => {
        const change = textEdit(project.name, name);
        return { ...(change && { name: change }) };
      },
    }),
    ofProject({
      gives: 'project.archiveProject',
      title: 'Archive the project',
      role: 'manager',
      fits: ({ archived }) => archived !== true,
      fields: () => ({
        reason: text('Why', { required: true, hint: 'Afterwards it can be read, not changed. It can be restored.' }),
      }),
      body: ({ reason }) => ({ reason }),
    }),
    ofProject({
      gives: 'project.restoreProject',
      title: 'Restore the project',
      role: 'manager',
      often: true,
      fits: ({ archived }) => archived === true,
      fields: () => ({ reason: text('Why', { required: true }) }),
      body: ({ reason }) => ({ reason }),
    }),
  ],
});
