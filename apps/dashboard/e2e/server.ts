/** A real daybookd with the demonstration project, on a folder and a port of its own. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type * as wire from '../src/wire/wire';

/** What a wall shows. */
export const WALL_VIEWS = [
  'board',
  'people',
  'summary',
  'approvals',
  'changes',
  'risks',
  'decisions',
  'flow',
  'attention',
  'timeline',
];

const program = process.env.DAYBOOKD ?? '../../build/dev/bin/daybookd';
/** The command line: a client that shares nothing with the page. */
const commandLine = process.env.DAYBOOK ?? '../../build/dev/bin/daybook';
/** The most commands of one request. */
export const BATCH_MAX = 256;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

export interface Made {
  token: string;
  member: string;
}
export type Outcome = { accepted: wire.Accepted } | { rejected: wire.Rejected } | { unknown: Record<string, never> };

/** Starts a server; resolves when it serves. */
async function serve(data: string, port: number, options: readonly string[] = []): Promise<ChildProcess> {
  const child = spawn(
    program,
    ['--data', data, '--listen', `127.0.0.1:${String(port)}`, '--demo', '--log-level', 'warn', ...options],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise<void>((resolve, reject) => {
    child.on('exit', (code) => {
      reject(new Error(`daybookd ended: ${String(code)}`));
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes(' serves ')) resolve();
    });
  });
  child.removeAllListeners('exit');
  return child;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

/** The demonstration is told once, by the first server: the others begin with a copy. */
let told: Promise<string> | undefined;
async function demonstration(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-e2e-demo-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  await end(await serve(join(folder, 'data'), await freePort()), 'SIGTERM');
  return join(folder, 'data');
}

export class DaybookServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'daybook-e2e-'));
  #child: ChildProcess | undefined;
  #port = 0;
  /** The administrator's, who manages the project. */
  token = '';
  project = '';
  key = '';

  /** `options`: of daybookd, besides. */
  constructor(private readonly options: readonly string[] = []) {}

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }
  /** The address of a page, with who looks at it. */
  page(path: string, token = this.token): string {
    return `${this.url}/p/${this.key}/${path}#token=${token}`;
  }
  /** The address of the wall. */
  wall(token = this.token): string {
    return `${this.url}/room/${this.key}#token=${token}`;
  }

  async start(): Promise<this> {
    const data = join(this.#folder, 'data');
    if (this.#port === 0) {
      told ??= demonstration();
      cpSync(await told, data, { recursive: true });
      this.token = /dbk_[A-Za-z0-9_-]+/.exec(readFileSync(join(data, 'demo-tokens'), 'utf8'))?.[0] ?? '';
      this.#port = await freePort();
    }
    this.#child = await serve(data, this.#port, this.options);
    const { projects } = (await this.get('/api/v1/projects')) as { projects: { id: string; key: string }[] };
    this.project = projects[0]?.id ?? '';
    this.key = projects[0]?.key ?? '';
    return this;
  }

  /** As if the machine had lost its power. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined) await end(child, 'SIGKILL');
  }
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async get(path: string, token = this.token): Promise<unknown> {
    const response = await fetch(this.url + path, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${path}: ${String(response.status)} ${await response.text()}`);
    return response.json();
  }
  /** Asks for something to be done, and gives the answer, whatever it is. `project`: undefined for the workspace. */
  async ask(
    project: string | undefined,
    body: unknown,
    token = this.token,
  ): Promise<{ status: number; body: unknown }> {
    const path = project === undefined ? '/api/v1/workspace/commands' : `/api/v1/projects/${project}/commands`;
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }
  /** Does one thing, which has to be accepted. */
  async give(project: string | undefined, command: unknown, token = this.token): Promise<void> {
    const { status, body } = await this.ask(project, { id: newId(), command }, token);
    if (status !== 200) throw new Error(`${JSON.stringify(command)}: ${String(status)} ${JSON.stringify(body)}`);
  }
  /** Does one thing in the project. */
  async act(command: wire.Command, token = this.token): Promise<void> {
    await this.give(this.project, command, token);
  }
  /** Gives commands in their order, as fast as the server takes them; an outcome for each. */
  async batch(commands: readonly wire.Command[], token = this.token): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (let i = 0; i < commands.length; i += BATCH_MAX) {
      const some = commands.slice(i, i + BATCH_MAX).map((command) => ({ id: newId(), command }));
      const { status, body } = await this.ask(this.project, some, token);
      if (status !== 200) throw new Error(`a batch: ${String(status)} ${JSON.stringify(body)}`);
      outcomes.push(...(body as Outcome[]));
    }
    return outcomes;
  }

  /** A view as the server has it: now, or at a version. */
  async view(name: wire.ViewName, at?: number): Promise<wire.ViewUpdate> {
    const query = at === undefined ? '' : `?at=${String(at)}`;
    return (await this.get(`/api/v1/projects/${this.project}/views/${name}${query}`)) as wire.ViewUpdate;
  }
  /** As `daybook show VIEW --at VERSION` has it. */
  async show(view: wire.ViewName, at: number): Promise<wire.ViewUpdate> {
    const { stdout } = await promisify(execFile)(
      commandLine,
      ['--server', this.url, '--project', this.key, '--json', 'show', view, '--at', String(at)],
      { env: { ...process.env, DAYBOOK_TOKEN: this.token }, maxBuffer: 1 << 26 },
    );
    return JSON.parse(stdout) as wire.ViewUpdate;
  }
  /** The project's newest version. */
  async version(): Promise<number> {
    return Number((await this.view('summary')).version ?? 0);
  }

  async member(name: string, role: string): Promise<Made> {
    const member = newId();
    const { token, hash } = makeToken();
    await this.give(undefined, { member: { addMember: { member, name } } });
    await this.give(this.project, { project: { grantRole: { member, role } } });
    await this.give(undefined, { workspace: { issueToken: { token: newId(), hash, member, label: name } } });
    return { token, member };
  }
  /** Another token for a member that there is. */
  async tokenOf(member: string): Promise<string> {
    const { token, hash } = makeToken();
    await this.give(undefined, { workspace: { issueToken: { token: newId(), hash, member, label: 'Another' } } });
    return token;
  }
  async roomToken(views: string[]): Promise<string> {
    const { token, hash } = makeToken();
    await this.give(undefined, {
      workspace: { issueToken: { token: newId(), hash, kind: 'room', project: this.project, views, label: 'A wall' } },
    });
    return token;
  }
  /** From here on this is the project at hand. */
  async createProject(key: string, name: string): Promise<void> {
    const { rows } = (await this.get(`/api/v1/projects/${this.project}/views/people`)) as {
      rows: { people: { member: string; role?: string }[] };
    };
    const firstManager = rows.people.find(({ role }) => role === 'manager')?.member;
    const project = newId();
    await this.give(undefined, { workspace: { registerProject: { project, key, firstManager } } });
    await this.give(project, { project: { openProject: { name } } });
    this.project = project;
    this.key = key;
  }
  async createTask(title: string, column?: string, task = newId()): Promise<string> {
    await this.give(this.project, {
      task: { createTask: { task, title, ...(column === undefined ? {} : { column }) } },
    });
    return task;
  }
}

function makeToken(): { token: string; hash: string } {
  const token = `dbk_${randomBytes(32).toString('base64url')}`;
  return { token, hash: createHash('sha256').update(token).digest('hex') };
}

/** Of version 7, as the server wants them. */
export function newId(): string {
  const hex = Date.now().toString(16).padStart(12, '0') + '7' + randomUUID().replaceAll('-', '').slice(13);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
