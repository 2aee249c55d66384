/** What the signed-in role may give; else why not, in words. The server decides; this spares a refusal. */

import type { Project } from '../client/project.svelte';
import { readOnly } from '../words/refusals';
import type * as wire from '../wire/wire';

const RANK: Partial<Record<wire.Role, number>> = { none: 0, viewer: 1, contributor: 2, manager: 3 };

/** Undefined: it may. `command`: what is to be given, since an archived project takes what brings it back. */
export function may(project: Project, role: wire.Role, command?: string): string | undefined {
  if (project.moment !== undefined) return readOnly(project.moment.recordedAt);
  if (role === 'admin')
    return project.workspaceRoles.includes('admin') ? undefined : 'It takes an admin of the workspace.';
  if (project.presentRows('summary').get(project.id)?.archived === true && command !== 'project.restoreProject')
    return 'The project is archived: it can be read, not changed.';
  if ((RANK[project.role] ?? 0) >= (RANK[role] ?? 9)) return undefined;
  return `It takes the role ${role}; yours is ${project.role === 'none' ? 'none in this project' : project.role}.`;
}
