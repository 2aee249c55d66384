/** What forms choose from: people, and things that have a number. */

import { NIL } from '../client/id';
import type { Project } from '../client/project.svelte';
import { everything } from '../parts/everything.svelte';
import type * as wire from '../wire/wire';
import type { Option } from './fields';

const RANK: readonly wire.Role[] = ['none', 'viewer', 'contributor', 'manager'];

/** Who has at least a role in the project, by name. */
export function people(project: Project, least: wire.Role = 'viewer'): Option[] {
  return [...project.presentRows('people').values()]
    .filter(({ role }) => RANK.indexOf(role ?? 'none') >= RANK.indexOf(least))
    .map(({ member = NIL, role = 'none' }) => ({
      value: member,
      label: project.name(member),
      tail: member === project.me ? 'you' : role,
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** Everything that has a number, or only some parts of it; in the order of the parts, newest first. */
export function entities(project: Project, parts?: readonly string[], not?: string): Option[] {
  const found = [...everything(project)].filter(
    (each) => each.number !== '' && each.id !== not && (parts === undefined || parts.includes(each.part)),
  );
  return found.map(({ id, number, title }) => ({ value: id, label: number, tail: title })).reverse();
}
