/**
 * One connection to the server, over the subprotocol daybook.v1.json (schema/PROTOCOL.md): keeps itself connected, subscribes again
 * after a break, and says again, unchanged and in its order, what was not answered. Knows nothing of views or pages.
 */

import type * as wire from '../wire/wire';
import { Backoff } from './backoff';
import { systemClock, type Clock } from './clock';
import { ASK_EVERY, STALE_AFTER, type EndReason } from './freshness';
import { newId } from './id';

const PROTOCOL = 'daybook.v1.json';
const CLOSE_PROTOCOL_ERROR = 4500;
const CLOSE_FINAL_MIN = 4500;
/** Close codes that end a connection for good, and why. */
const ENDS: Record<number, EndReason> = {
  4501: 'tokenEnded',
  4502: 'notPermitted',
  4504: 'outdated',
  4505: 'tokenEnded',
  4510: 'replaced',
};

/** What of a WebSocket is used, so that tests can stand in. */
export interface Socket {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(kind: 'open', call: () => void): void;
  addEventListener(kind: 'message', call: (event: { data: unknown }) => void): void;
  addEventListener(kind: 'close', call: (event: { code: number }) => void): void;
}
const OPEN = 1;

export interface Listener {
  /** Something was heard: what is shown is complete as of now. */
  onHeard(): void;
  onWelcome(welcome: wire.Welcome): void;
  onLost(retryAt: number): void;
  onEnded(reason: EndReason): void;
  onPresence(update: wire.PresenceUpdate): void;
  /** The server could not take something: a fault of this page. */
  onFault(text: string): void;
}

/** `subscribe` makes the request anew on each connect: where to resume may have changed. */
export interface Subscription {
  request(): Omit<wire.Subscribe, 'subscription'>;
  onViewUpdate?(update: wire.ViewUpdate): void;
  onEvents?(batch: wire.Events): void;
  onEnd(code: wire.Code): void;
  /** The connection is new: halves of what was coming are void. */
  onRestart(): void;
}

export type Answer = { accepted: wire.Accepted } | { rejected: wire.Rejected };

interface Waiting {
  request: wire.CommandRequest;
  onSent: () => void;
  onAnswer: (answer: Answer) => void;
}

export interface ConnectionOptions {
  url: string;
  token: string;
  listener: Listener;
  open?: (url: string, protocol: string) => Socket;
  clock?: Clock;
  backoff?: Backoff;
}

function toMessage(line: string): wire.Message {
  const message: unknown = JSON.parse(line);
  if (typeof message !== 'object' || message === null) throw new Error('a line that is no object');
  return message as wire.Message;
}

export class Connection {
  readonly #client = newId();
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #open: (url: string, protocol: string) => Socket;
  #socket: Socket | undefined;
  #token: string;
  #stopped = false;
  #welcomed = false;
  #lastClose = 0;
  #lastHeard = 0;
  #nonce = 0;
  #delays: { min: number; max: number } | undefined;
  #cancelTimer: () => void = () => undefined;
  #nextSubscription = 1;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #waiting = new Map<string, Waiting>();
  #presence: wire.Presence | undefined;

  constructor(private readonly options: ConnectionOptions) {
    this.#token = options.token;
    this.#clock = options.clock ?? systemClock;
    this.#backoff = options.backoff ?? new Backoff();
    this.#open = options.open ?? ((url, protocol) => new WebSocket(url, protocol));
  }

  get connected(): boolean {
    return this.#welcomed;
  }

  start(): void {
    this.#connect();
  }

  /** Nothing is called afterwards. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
    this.#socket?.close(1000);
  }

  /** Does not wait any longer for the next attempt: the network is back, or somebody pressed "Try now". */
  tryNow(): void {
    if (this.#stopped || this.#socket !== undefined) return;
    this.#cancelTimer();
    this.#connect();
  }

  /** Drops a connection that may be dead without knowing it, as after a sleep, and begins another. */
  again(): void {
    if (this.#stopped) return;
    const socket = this.#socket;
    if (socket === undefined) {
      this.tryNow();
      return;
    }
    this.#forget();
    socket.close();
    this.#connect();
  }

  renew(token: string): void {
    this.#token = token;
    if (this.#welcomed) this.#send({ renewToken: { token } });
  }

  subscribe(subscription: Subscription): () => void {
    const number = this.#nextSubscription++;
    this.#subscriptions.set(number, subscription);
    if (this.#welcomed) this.#send({ subscribe: { ...subscription.request(), subscription: number } });
    return () => {
      if (this.#subscriptions.delete(number) && this.#welcomed) this.#send({ unsubscribe: { subscription: number } });
    };
  }

  /** Sent now or when connected, and again after a break, until it is answered. */
  command(request: wire.CommandRequest, onSent: () => void, onAnswer: (answer: Answer) => void): void {
    this.#waiting.set(request.id ?? '', { request, onSent, onAnswer });
    if (this.#welcomed && this.#send({ command: request })) onSent();
  }

  /** No longer wanted; the server may have taken it already. */
  takeBack(id: string): void {
    this.#waiting.delete(id);
  }

  /** What this page looks at; told again after a break. */
  present(presence: wire.Presence): void {
    this.#presence = presence;
    if (this.#welcomed) this.#send({ presence });
  }

  #connect(): void {
    const socket = this.#open(this.options.url, PROTOCOL);
    this.#socket = socket;
    this.#lastHeard = this.#clock.now();
    this.#watch(socket);
    socket.addEventListener('open', () => {
      if (socket === this.#socket) this.#hello(socket);
    });
    socket.addEventListener('message', (event) => {
      if (socket === this.#socket && !this.#stopped) this.#take(socket, event.data);
    });
    socket.addEventListener('close', (event) => {
      if (socket === this.#socket && !this.#stopped) this.#lost(event.code);
    });
  }

  #hello(socket: Socket): void {
    const subscriptions = [...this.#subscriptions].map(([number, subscription]) => {
      subscription.onRestart();
      return { ...subscription.request(), subscription: number };
    });
    const hello: wire.Hello = {
      protocolVersions: [1],
      token: this.#token,
      client: this.#client,
      ...(this.#lastClose === 0 ? {} : { lastClose: this.#lastClose }),
      subscriptions,
    };
    socket.send(JSON.stringify({ hello }));
  }

  /** Asks now and then whether the server is there, and gives up on one that does not answer. */
  #watch(socket: Socket): void {
    this.#cancelTimer = this.#clock.after(ASK_EVERY, () => {
      if (socket !== this.#socket || this.#stopped) return;
      if (this.#clock.now() - this.#lastHeard >= STALE_AFTER) {
        this.#forget();
        socket.close();
        this.#retry();
        return;
      }
      if (this.#welcomed) this.#send({ ping: { nonce: String(++this.#nonce) } });
      this.#watch(socket);
    });
  }

  #send(message: wire.Message): boolean {
    if (this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #take(socket: Socket, data: unknown): void {
    this.#lastHeard = this.#clock.now();
    let messages: wire.Message[];
    try {
      if (typeof data !== 'string') throw new Error('a binary message');
      messages = data.split('\n').map(toMessage);
    } catch (fault) {
      this.options.listener.onFault(String(fault));
      socket.close(CLOSE_PROTOCOL_ERROR);
      return;
    }
    for (const message of messages) this.#message(message);
    this.options.listener.onHeard();
  }

  #message(message: wire.Message): void {
    if ('welcome' in message) this.#welcome(message.welcome);
    else if ('viewUpdate' in message) this.#of(message.viewUpdate)?.onViewUpdate?.(message.viewUpdate);
    else if ('events' in message) this.#of(message.events)?.onEvents?.(message.events);
    else if ('subscriptionEnd' in message) {
      const subscription = this.#of(message.subscriptionEnd);
      this.#subscriptions.delete(message.subscriptionEnd.subscription ?? 0);
      subscription?.onEnd(message.subscriptionEnd.code ?? 'none');
    } else if ('accepted' in message) this.#answer(message.accepted.id, message);
    else if ('rejected' in message) this.#answer(message.rejected.id, message);
    else if ('presenceUpdate' in message) this.options.listener.onPresence(message.presenceUpdate);
    else if ('ping' in message) this.#send({ pong: message.ping });
    else if ('goingAway' in message) {
      this.#delays = { min: message.goingAway.minDelayMillis ?? 0, max: message.goingAway.maxDelayMillis ?? 0 };
    } else if ('error' in message) this.options.listener.onFault(`${message.error.code}: ${message.error.message}`);
    // A later server may say more. `unknown` leaves the command waiting: it is said again on the next connection.
  }

  #of(body: { subscription?: number }): Subscription | undefined {
    return this.#subscriptions.get(body.subscription ?? 0);
  }

  #welcome(welcome: wire.Welcome): void {
    this.#welcomed = true;
    this.#backoff.reset();
    this.#lastClose = 0;
    this.options.listener.onWelcome(welcome);
    if (this.#presence !== undefined) this.#send({ presence: this.#presence });
    for (const { request, onSent } of this.#waiting.values()) if (this.#send({ command: request })) onSent();
  }

  #answer(id: string | undefined, answer: Answer): void {
    const waiting = this.#waiting.get(id ?? '');
    if (waiting === undefined) return;
    this.#waiting.delete(id ?? '');
    waiting.onAnswer(answer);
  }

  #forget(): void {
    this.#socket = undefined;
    this.#welcomed = false;
    this.#cancelTimer();
  }

  #lost(code: number): void {
    this.#forget();
    // 1005 and 1006 stand for: none was given.
    this.#lastClose = code === 1005 || code === 1006 ? 0 : code;
    if (this.#lastClose >= CLOSE_FINAL_MIN) {
      this.#stopped = true;
      this.options.listener.onEnded(ENDS[code] ?? 'outdated');
      return;
    }
    this.#retry();
  }

  #retry(): void {
    const delay = this.#delays
      ? this.#delays.min + Math.random() * (this.#delays.max - this.#delays.min)
      : this.#backoff.next();
    this.#delays = undefined;
    this.options.listener.onLost(this.#clock.now() + delay);
    this.#cancelTimer = this.#clock.after(delay, () => {
      this.#connect();
    });
  }
}
