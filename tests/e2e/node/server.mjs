// daybookd as a process, on a folder of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export class Server {
  static async start() {
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), 'daybook-node-'));
    await server.run('127.0.0.1:0');
    return server;
  }

  async run(listen) {
    const program = process.env.DAYBOOKD;
    if (!program) throw new Error('DAYBOOKD says where the server is');
    const arguments_ = ['--data', join(this.folder, 'data'), '--listen', listen, '--log-level', 'warn'];
    this.process = spawn(program, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: this.process.stdout })) {
      this.token ??= /dbk_[A-Za-z0-9_-]+/.exec(line)?.[0];
      const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (!port) continue;
      this.port = port;
      this.url = `ws://127.0.0.1:${port}/api/v1/sync`;
      return;
    }
    throw new Error('the server did not start');
  }

  /** kill -9. */
  async kill() {
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }

  /** On the same folder and port. */
  restart() {
    return this.run(`127.0.0.1:${this.port}`);
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      await once(this.process, 'exit');
    }
    await rm(this.folder, { recursive: true });
    return this.process.exitCode;
  }
}
