/** A real daybookd with the demonstration project, on a folder and a port of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = process.env.DAYBOOKD ?? '../../build/dev/bin/daybookd';

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

export class DaybookServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'daybook-e2e-'));
  #child: ChildProcess | undefined;
  #port = 0;
  /** The administrator's, who manages the project. */
  token = '';
  project = '';
  key = '';

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }
  /** The address of a page, with who looks at it. */
  page(path: string, token = this.token): string {
    return `${this.url}/p/${this.key}/${path}#token=${token}`;
  }

  async start(): Promise<this> {
    if (this.#port === 0) this.#port = await freePort();
    const child = spawn(
      program,
      [
        '--data',
        join(this.#folder, 'data'),
        '--listen',
        `127.0.0.1:${String(this.#port)}`,
        '--demo',
        '--log-level',
        'warn',
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.on('exit', (code) => {
        reject(new Error(`daybookd ended: ${String(code)}`));
      });
      createInterface({ input: child.stdout }).on('line', (line) => {
        const made = /In a browser:.*#token=(dbk_[A-Za-z0-9_-]+)/.exec(line);
        if (made?.[1] === undefined) return;
        this.token = made[1];
        resolve();
      });
    });
    const { projects } = (await this.get('/api/v1/projects')) as { projects: { id: string; key: string }[] };
    this.project = projects[0]?.id ?? '';
    this.key = projects[0]?.key ?? '';
    return this;
  }

  /** As if the machine had lost its power. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.removeAllListeners('exit');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    this.#child = undefined;
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
  async give(project: string | undefined, command: unknown): Promise<void> {
    const path = project === undefined ? '/api/v1/workspace/commands' : `/api/v1/projects/${project}/commands`;
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: newId(), command }),
    });
    if (!response.ok) throw new Error(`${path}: ${String(response.status)} ${await response.text()}`);
  }

  async member(name: string, role: string): Promise<Made> {
    const member = newId();
    const { token, hash } = makeToken();
    await this.give(undefined, { member: { addMember: { member, name } } });
    await this.give(this.project, { project: { grantRole: { member, role } } });
    await this.give(undefined, { workspace: { issueToken: { token: newId(), hash, member, label: name } } });
    return { token, member };
  }
  async roomToken(views: string[]): Promise<string> {
    const { token, hash } = makeToken();
    await this.give(undefined, {
      workspace: { issueToken: { token: newId(), hash, kind: 'room', project: this.project, views, label: 'A wall' } },
    });
    return token;
  }
  async createTask(title: string, column?: string): Promise<string> {
    const task = newId();
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
