/** Members and tokens of the workspace, folded from its own log. For admins and auditors: others are refused it. */

import type { CloudEvent } from '../../client/http';
import type { Project } from '../../client/project.svelte';
import type * as wire from '../../wire/wire';

export interface Member {
  member: string;
  name: wire.Text | undefined;
  address: wire.Text | undefined;
  roles: readonly wire.Role[];
}
export interface Token {
  token: string;
  kind: 'member' | 'room' | 'auditor';
  member: string | undefined;
  project: string | undefined;
  label: wire.Text | undefined;
  expiresAt: number | undefined;
  issuedAt: number;
  revoked: boolean;
}
export interface WorkspaceState {
  members: ReadonlyMap<string, Member>;
  tokens: ReadonlyMap<string, Token>;
  /** The version that it is of. */
  version: number;
}
export const EMPTY: WorkspaceState = { members: new Map(), tokens: new Map(), version: 0 };

/** What stands after more events. Pure. */
export function foldWorkspace(before: WorkspaceState, events: readonly CloudEvent[]): WorkspaceState {
  const members = new Map(before.members);
  const tokens = new Map(before.tokens);
  const change = (id: string | undefined, by: (member: Member) => Partial<Member>): void => {
    const member = members.get(id ?? '');
    if (member !== undefined) members.set(member.member, { ...member, ...by(member) });
  };
  for (const event of events) {
    const name = event.type.split('.')[2] ?? '';
    if (name === 'memberAdded') {
      const { member = '', name: called, address } = event.data as wire.MemberAdded;
      members.set(member, { member, name: called, address, roles: [] });
    } else if (name === 'memberEdited') {
      const of = event.data as wire.MemberEdited;
      change(of.member, (old) => ({
        name: of.name === undefined ? old.name : of.name.to,
        address: of.address === undefined ? old.address : of.address.to,
      }));
    } else if (name === 'roleGranted') {
      const { member, role = 'none' } = event.data as wire.MemberRoleGranted;
      change(member, ({ roles }) => ({ roles: [...roles.filter((each) => each !== role), role] }));
    } else if (name === 'roleRevoked') {
      const { member, role = 'none' } = event.data as wire.MemberRoleRevoked;
      change(member, ({ roles }) => ({ roles: roles.filter((each) => each !== role) }));
    } else if (name === 'tokenIssued') {
      const of = event.data as wire.WorkspaceTokenIssued;
      const expires = Number(of.expiresAt ?? 0);
      tokens.set(of.token ?? '', {
        token: of.token ?? '',
        kind: of.kind ?? 'member',
        member: of.member,
        project: of.project,
        label: of.label,
        expiresAt: expires === 0 ? undefined : expires / 1000,
        issuedAt: Date.parse(event.time),
        revoked: false,
      });
    } else if (name === 'tokenRevoked') {
      const old = tokens.get((event.data as wire.WorkspaceTokenRevoked).token ?? '');
      if (old !== undefined) tokens.set(old.token, { ...old, revoked: true });
    }
  }
  return { members, tokens, version: Number(events.at(-1)?.version ?? before.version) };
}

/** Follows the workspace's log for as long as somebody looks: `load` reads what is new. */
class WorkspaceLog {
  state = $state.raw<WorkspaceState>(EMPTY);
  refused = $state(false);
  #busy = false;
  /** Asked for while it was read: it is read once more. */
  #again = false;
  constructor(private readonly project: Project) {}

  async load(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      const events = await this.project.http.workspaceEvents(this.state.version + 1);
      if (events.length > 0) this.state = foldWorkspace(this.state, events);
    } catch {
      this.refused = this.state.version === 0;
    } finally {
      this.#busy = false;
    }
    if (this.#again) {
      this.#again = false;
      await this.load();
    }
  }
}
const logs = new WeakMap<Project, WorkspaceLog>();
export function workspaceOf(project: Project): WorkspaceLog {
  const log = logs.get(project) ?? new WorkspaceLog(project);
  logs.set(project, log);
  return log;
}
