/** Questions over HTTP: the projects, views of the past, events, contexts. */

import type * as wire from '../wire/wire';
import { undirected } from '../words/text';
import { newId } from './id';
import { rowKey, rowsIn, type Rows, type RowsOf, type ViewName } from './rows';

export interface ListedProject {
  id: string;
  key: string;
  /** Empty where the name was erased. */
  name: string;
  version: string;
}

/** An event as HTTP gives it (CloudEvents 1.0). */
export interface CloudEvent {
  id: string;
  type: string;
  subject?: string;
  time: string;
  version: string;
  position: string;
  actor?: string;
  onbehalfof?: string;
  role?: string;
  effectiveat?: string;
  command?: string;
  commandindex?: number;
  commandcount?: number;
  causation?: string;
  seenversion?: string;
  payloadhash?: string;
  data: Record<string, unknown>;
}

/** What the server refused, with its code. */
export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: wire.Code,
    detail: string,
    readonly facts: wire.Facts = {},
  ) {
    super(detail);
  }
}

/** A view as of a moment. */
export interface PastView<V extends ViewName> {
  version: number;
  recordedAt: number;
  rows: Rows<V>;
}

export class Http {
  constructor(
    private readonly token: string,
    private readonly base = '/api/v1',
    private readonly ask: typeof fetch = (...request) => fetch(...request),
  ) {}

  async #get(path: string, signal?: AbortSignal): Promise<Response> {
    return this.#ask(path, signal === undefined ? {} : { signal });
  }
  async #ask(path: string, options: RequestInit): Promise<Response> {
    const response = await this.ask(this.base + path, {
      ...options,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      cache: 'no-store',
    });
    if (response.ok) return response;
    const problem = (await response.json().catch(() => ({}))) as {
      code?: wire.Code;
      detail?: string;
      facts?: wire.Facts;
    };
    throw new HttpProblem(response.status, problem.code ?? 'internal', problem.detail ?? '', problem.facts);
  }

  async projects(): Promise<ListedProject[]> {
    const answer = (await (await this.#get('/projects')).json()) as { projects?: ListedProject[] };
    return (answer.projects ?? []).map((each) => ({ ...each, name: undirected(each.name) }));
  }

  /** `at`: a version, or a time of RFC 3339. */
  async view<V extends ViewName>(
    project: string,
    view: V,
    at?: number | string,
    signal?: AbortSignal,
  ): Promise<PastView<V>> {
    const query = at === undefined ? '' : `?at=${encodeURIComponent(String(at))}`;
    const response = await this.#get(`/projects/${encodeURIComponent(project)}/views/${view}${query}`, signal);
    const answer = (await response.json()) as { viewUpdate?: wire.ViewUpdate } & wire.ViewUpdate;
    const update = answer.viewUpdate ?? answer;
    const rows = new Map<string, RowsOf[V]>();
    for (const row of rowsIn(view, update.rows)) rows.set(rowKey(view, row), row);
    return { version: Number(update.version ?? 0), recordedAt: Number(update.recordedAt ?? 0) / 1000, rows };
  }

  /** Versions `from` to `to`, both included. */
  async events(project: string, from: number, to: number, signal?: AbortSignal): Promise<CloudEvent[]> {
    return this.#events(
      `/projects/${encodeURIComponent(project)}/events?from=${String(from)}&to=${String(to)}`,
      signal,
    );
  }
  /** Of the workspace, from a version on; for admins and auditors. */
  async workspaceEvents(from: number): Promise<CloudEvent[]> {
    return this.#events(`/workspace/events?from=${String(from)}`);
  }
  async #events(path: string, signal?: AbortSignal): Promise<CloudEvent[]> {
    const text = await (await this.#get(path, signal)).text();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as CloudEvent);
  }

  async context(project: string, entity: string, version?: number, signal?: AbortSignal): Promise<wire.Context> {
    const query = version === undefined ? '' : `?version=${String(version)}`;
    const path = `/projects/${encodeURIComponent(project)}/decisions/${encodeURIComponent(entity)}/context${query}`;
    return (await (await this.#get(path, signal)).json()) as wire.Context;
  }

  /** One command outside a connection, as to make a project. Throws `HttpProblem` when it is refused. `project`: nil for the workspace. */
  async command(project: string | undefined, command: wire.Command): Promise<wire.Accepted> {
    const path = project === undefined ? '/workspace/commands' : `/projects/${encodeURIComponent(project)}/commands`;
    const request: wire.CommandRequest = { id: newId(), command };
    const answer = (await (await this.#ask(path, { method: 'POST', body: JSON.stringify(request) })).json()) as {
      accepted: wire.Accepted;
    };
    return answer.accepted;
  }
}
