/** What a token may not do, it cannot do by hand either: not over HTTP, nor on a WebSocket of its own. */

import { expect, type Page } from '@playwright/test';
import type * as wire from '../src/wire/wire';
import { test } from './fixtures';
import { newId, type DaybookServer } from './server';

interface Schema {
  type?: string | string[];
  $ref?: string;
  enum?: string[];
  pattern?: string;
  minimum?: number;
  'x-importer-only'?: boolean;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}
type Schemas = Record<string, Schema>;

/** Something of the right form, with every field in it. */
function example(schema: Schema, schemas: Schemas): unknown {
  if (schema.$ref !== undefined) return example(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas);
  if (schema.anyOf !== undefined) return example(schema.anyOf[0] ?? {}, schemas);
  if (schema.enum !== undefined) return schema.enum.at(-1);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') {
    const fields = Object.entries(schema.properties ?? {});
    return Object.fromEntries(fields.map(([name, each]) => [name, example(each, schemas)]));
  }
  if (type === 'array') return [example(schema.items ?? {}, schemas)];
  if (type === 'integer' || type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (type === 'boolean') return true;
  if (schema.pattern?.startsWith('^[0-9A-Fa-f]{8}-') === true) return newId();
  if (schema.pattern?.includes('{64}') === true || schema.pattern?.includes('{2})*') === true) return 'ab'.repeat(32);
  if (schema.pattern?.includes('[0-9]') === true) return '1';
  return 'Some words';
}

interface Tried {
  name: string;
  workspace: boolean;
  /** With which code it is refused. */
  code: wire.Code;
  command: wire.Command;
}
/** Every command that the contract knows. */
async function everyCommand(server: DaybookServer, role: 'viewer' | 'room'): Promise<Tried[]> {
  const contract = (await server.get('/api/v1/asyncapi.json')) as { components: { schemas: Schemas } };
  const schemas = contract.components.schemas;
  const of = (schema: Schema | undefined): [string, Schema][] => {
    const named = schema?.$ref === undefined ? schema : schemas[schema.$ref.split('/').at(-1) ?? ''];
    return Object.entries(named?.properties ?? {});
  };
  return of(schemas['in.parts.Command']).flatMap(([part, commands]) =>
    of(commands).map(([name, schema]) => ({
      name: `${part}.${name}`,
      workspace: part === 'workspace' || part === 'member',
      code: schema['x-importer-only'] === true && role === 'viewer' ? 'importerRequired' : 'notPermitted',
      command: { [part]: { [name]: example(schema, schemas) } } as unknown as wire.Command,
    })),
  );
}

/** Gives the commands on a connection that the page's own script knows nothing of. */
async function byHand(
  page: Page,
  token: string,
  client: string,
  requests: readonly wire.CommandRequest[],
): Promise<Record<string, unknown>> {
  return page.evaluate(
    ({ token, client, requests }) =>
      new Promise<Record<string, unknown>>((resolve, reject) => {
        const answers: Record<string, unknown> = {};
        const socket = new WebSocket(`ws://${window.location.host}/api/v1/sync`, 'daybook.v1.json');
        socket.onopen = () => {
          socket.send(JSON.stringify({ hello: { protocolVersions: [1], token, client } }));
        };
        socket.onclose = ({ code }) => {
          reject(new Error(`closed: ${String(code)}`));
        };
        socket.onmessage = ({ data }) => {
          for (const line of String(data).split('\n')) {
            const message = JSON.parse(line) as Record<string, { id?: string }>;
            if ('welcome' in message) for (const command of requests) socket.send(JSON.stringify({ command }));
            for (const kind of ['accepted', 'rejected', 'error', 'unknown'])
              if (kind in message) answers[message[kind]?.id ?? 'none'] = message;
          }
          if (Object.keys(answers).length === requests.length) {
            socket.onclose = null;
            socket.close();
            resolve(answers);
          }
        };
      }),
    { token, client, requests },
  );
}

interface Recorded {
  type: string;
}
async function events(server: DaybookServer, path: string): Promise<Recorded[]> {
  const response = await fetch(`${server.url}/api/v1/${path}/events`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  return (await response.text())
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Recorded);
}

for (const role of ['viewer', 'room'] as const) {
  test(`a ${role}'s token is refused every command that there is, and changes nothing`, async ({ server, open }) => {
    const token =
      role === 'viewer' ? (await server.member('Vera Viewer', 'viewer')).token : await server.roomToken(['board']);
    const commands = await everyCommand(server, role);
    expect(commands.length).toBeGreaterThan(60);
    const before = await Promise.all([events(server, `projects/${server.key}`), events(server, 'workspace')]);

    const bySocket = commands.map(({ workspace, command }) => ({
      id: newId(),
      ...(workspace ? {} : { stream: server.project }),
      seed: 'ab'.repeat(32),
      command,
    }));
    const page = await open(server.url);
    const answers = await byHand(page, token, newId(), bySocket);
    for (const [i, { name, code }] of commands.entries()) {
      expect(answers[bySocket[i]?.id ?? ''], `${name} on a WebSocket`).toMatchObject({
        rejected: { code },
      });
    }
    for (const { name, workspace, code, command } of commands) {
      const answer = await server.ask(workspace ? undefined : server.project, { id: newId(), command }, token);
      expect(answer, `${name} over HTTP`).toMatchObject({ status: 403, body: { code } });
    }

    const after = await Promise.all([events(server, `projects/${server.key}`), events(server, 'workspace')]);
    expect(after[0].length).toBe(before[0].length);
    // That it was tried is recorded.
    const more = after[1].slice(before[1].length);
    expect(new Set(more.map(({ type }) => type))).toEqual(
      new Set(more.length === 0 ? [] : ['daybook.workspace.actRejected']),
    );
  });
}
