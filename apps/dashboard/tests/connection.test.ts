import { beforeEach, describe, expect, it } from 'vitest';
import { Backoff } from '../src/client/backoff';
import type { Clock } from '../src/client/clock';
import { Connection, type Answer, type Socket } from '../src/client/connection';
import { ASK_EVERY, STALE_AFTER } from '../src/client/freshness';
import type * as wire from '../src/wire/wire';

class FakeClock implements Clock {
  #now = 0;
  #timers: { at: number; call: () => void }[] = [];
  now = (): number => this.#now;
  after(delay: number, call: () => void): () => void {
    const timer = { at: this.#now + delay, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }
  turn(by: number): void {
    const until = this.#now + by;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#now = next.at;
      next.call();
    }
    this.#now = until;
  }
}

class FakeSocket implements Socket {
  readyState = 0;
  sent: wire.Message[] = [];
  closedWith: number | undefined;
  #listeners: Record<string, ((event: never) => void)[]> = {};
  send(text: string): void {
    this.sent.push(JSON.parse(text) as wire.Message);
  }
  close(code = 1000): void {
    this.closedWith = code;
    this.readyState = 3;
  }
  addEventListener(kind: string, call: (event: never) => void): void {
    (this.#listeners[kind] ??= []).push(call);
  }
  #tell(kind: string, event: unknown): void {
    for (const call of this.#listeners[kind] ?? []) call(event as never);
  }
  open(): void {
    this.readyState = 1;
    this.#tell('open', {});
  }
  say(...messages: unknown[]): void {
    this.#tell('message', { data: messages.map((each) => JSON.stringify(each)).join('\n') });
  }
  lose(code: number): void {
    this.readyState = 3;
    this.#tell('close', { code });
  }
  of<K extends string>(kind: K): unknown[] {
    return this.sent.flatMap((message) => (kind in message ? [(message as Record<string, unknown>)[kind]] : []));
  }
}

const command = (id: string): wire.CommandRequest => ({ id, command: { task: { unblockTask: { task: 't' } } } });
const welcome = { welcome: { protocolVersion: 1, heartbeatMillis: 15_000 } };

describe('a connection', () => {
  let clock: FakeClock;
  let sockets: FakeSocket[];
  let told: string[];
  let connection: Connection;
  const socket = (): FakeSocket => sockets.at(-1) as FakeSocket;

  beforeEach(() => {
    clock = new FakeClock();
    sockets = [];
    told = [];
    connection = new Connection({
      url: 'ws://x',
      token: 'dbk_secret',
      clock,
      backoff: new Backoff(() => 1, 100, 400),
      open: () => {
        sockets.push(new FakeSocket());
        return socket();
      },
      listener: {
        onHeard: () => undefined,
        onWelcome: () => told.push('welcome'),
        onLost: () => told.push('lost'),
        onEnded: (reason) => told.push(reason),
        onPresence: () => undefined,
        onFault: (text) => told.push(`fault ${text}`),
      },
    });
    connection.start();
    socket().open();
    socket().say(welcome);
  });

  it('says hello with its token and its subscriptions', () => {
    expect(socket().of('hello')).toMatchObject([{ protocolVersions: [1], token: 'dbk_secret', subscriptions: [] }]);
    expect(told).toEqual(['welcome']);
  });

  it('sends an unanswered command again, unchanged and in its order, and tells each answer once', () => {
    const answers: Answer[] = [];
    for (const id of ['1', '2', '3'])
      connection.command(
        command(id),
        () => undefined,
        (answer) => answers.push(answer),
      );
    socket().say({ accepted: { id: '2' } });
    socket().lose(1006);
    clock.turn(100);
    socket().open();
    expect(socket().of('command')).toEqual([]);
    socket().say(welcome);
    expect(socket().of('command')).toEqual([command('1'), command('3')]);
    socket().say(
      { accepted: { id: '2' } },
      { rejected: { id: '3', code: 'taskBlocked' } },
      { accepted: { id: '1' } },
      { accepted: { id: '1' } },
    );
    expect(answers).toEqual([
      { accepted: { id: '2' } },
      { rejected: { id: '3', code: 'taskBlocked' } },
      { accepted: { id: '1' } },
    ]);
  });

  it('comes back after waits that grow, and at once when asked', () => {
    socket().lose(1006);
    clock.turn(99);
    expect(sockets.length).toBe(1);
    clock.turn(1);
    expect(sockets.length).toBe(2);
    socket().lose(1006);
    clock.turn(199);
    expect(sockets.length).toBe(2);
    connection.tryNow();
    expect(sockets.length).toBe(3);
    socket().open();
    expect(socket().of('hello')).not.toMatchObject([{ lastClose: 1006 }]);
  });

  it('tells the code that closed the last one', () => {
    socket().lose(4001);
    clock.turn(100);
    socket().open();
    expect(socket().of('hello')).toMatchObject([{ lastClose: 4001 }]);
  });

  it.each([
    [4501, 'tokenEnded'],
    [4502, 'notPermitted'],
    [4505, 'tokenEnded'],
    [4510, 'replaced'],
    [4500, 'outdated'],
  ])('stays away after %i', (code, reason) => {
    socket().lose(code);
    clock.turn(1_000_000);
    expect(sockets.length).toBe(1);
    expect(told.at(-1)).toBe(reason);
  });

  it('waits as the server asks when that stops as planned', () => {
    socket().say({ goingAway: { minDelayMillis: 5_000, maxDelayMillis: 5_000 } });
    socket().lose(4000);
    clock.turn(4_999);
    expect(sockets.length).toBe(1);
    clock.turn(1);
    expect(sockets.length).toBe(2);
  });

  it('asks whether the server is there, and gives up on one that does not answer', () => {
    clock.turn(ASK_EVERY);
    expect(socket().of('ping').length).toBe(1);
    clock.turn(STALE_AFTER);
    expect(sockets[0]?.readyState).toBe(3);
    expect(told).toContain('lost');
    expect(sockets.length).toBe(2);
  });

  it('subscribes anew, with what each subscription asks for by then', () => {
    let version = 0;
    const restarts: number[] = [];
    connection.subscribe({
      request: () => ({ scope: { project: 'p' }, from: { after: String(version) }, content: { events: null } }),
      onEvents: (batch) => (version = Number(batch.completeThrough)),
      onEnd: (code) => told.push(`end ${code}`),
      onRestart: () => restarts.push(version),
    });
    socket().say({ events: { subscription: 1, completeThrough: '7', complete: true } });
    socket().lose(1006);
    clock.turn(100);
    socket().open();
    expect(socket().of('hello')).toMatchObject([{ subscriptions: [{ subscription: 1, from: { after: '7' } }] }]);
    expect(restarts).toEqual([7]);
    socket().say({ subscriptionEnd: { subscription: 1, code: 'notPermitted' } });
    expect(told.at(-1)).toBe('end notPermitted');
  });

  it('does not go on with bytes that are no messages', () => {
    socket().say('no object');
    socket().lose(1006);
    expect(told.some((each) => each.startsWith('fault'))).toBe(true);
  });

  it('calls nobody after stop', () => {
    connection.stop();
    socket().lose(1000);
    clock.turn(1_000_000);
    expect(told).toEqual(['welcome']);
    expect(sockets.length).toBe(1);
  });
});
