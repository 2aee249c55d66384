// A small client of Daybook, over the subprotocol daybook.v1.json. It keeps itself connected, resumes where it was, and keeps
// each command until it is answered. Written from schema/PROTOCOL.md alone, to see whether that suffices.
//
// Versions and positions are BigInt, as they are 64 bits wide.

import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import WebSocket from 'ws';

const PROTOCOL = 'daybook.v1.json';
const CLOSE_PROTOCOL_ERROR = 4500;
const CLOSE_FINAL_MIN = 4500; // from here on coming back would end the same way

/** An id of version 7: milliseconds since 1970, then random bits. */
export function newId(now = Date.now()) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The server has refused a subscription, or ended one. */
export class SubscriptionEnded extends Error {
  constructor(code) {
    super(`the subscription has ended: ${code}`);
    this.code = code;
  }
}

/** What a subscription has brought so far: checks that nothing is missing and nothing comes twice. */
class Subscription {
  constructor(number, request, handlers) {
    this.number = number;
    this.request = request;
    this.handlers = handlers;
    this.through = 'after' in request.from ? BigInt(request.from.after) : undefined; // undefined: nothing has come yet
    this.gathered = []; // events of a batch whose end has not come
    this.rows = new Map(); // by view: lines of an update whose end has not come
    this.ended = new Promise((resolve, reject) => {
      this.end = (code) => (code === 'none' ? resolve() : reject(new SubscriptionEnded(code)));
    });
    this.ended.catch(() => {}); // whoever wants to know awaits it
  }

  get isLive() {
    return !('range' in this.request.from);
  }

  /** As it is sent when a connection begins. */
  toSubscribe(logId) {
    this.gathered = [];
    this.rows.clear();
    const { scope, content } = this.request;
    let { from } = this.request;
    if ('events' in content && this.through !== undefined) {
      from = this.isLive
        ? { after: String(this.through) }
        : { range: { first: String(this.through + 1n), last: from.range.last } };
    }
    return { subscription: this.number, scope, from, content, ...('after' in from && logId ? { logId } : {}) };
  }

  takeEvents(message) {
    this.gathered.push(...(message.events ?? []));
    if (!message.complete) return;
    const events = this.gathered;
    this.gathered = [];
    for (const { envelope } of events) this.#follows(envelope);
    const through = BigInt(message.completeThrough ?? '0');
    if (this.through !== undefined && through < this.through) throw new Error('completeThrough goes back');
    this.through = through;
    if (events.length > 0) this.handlers.events?.(events, through);
  }

  #follows(envelope) {
    const all = 'all' in this.request.scope;
    const number = BigInt(envelope[all ? 'position' : 'version']);
    const first = this.request.from.range?.first;
    const expected = this.through !== undefined ? this.through + 1n : first !== undefined ? BigInt(first) : number;
    if (number !== expected) throw new Error(`event ${number} instead of ${expected}`);
    this.through = number;
  }

  takeView(message) {
    const lines = this.rows.get(message.view) ?? [];
    lines.push(message);
    this.rows.set(message.view, lines);
    if (!message.complete) return;
    this.rows.delete(message.view);
    this.handlers.view?.({
      view: message.view,
      version: BigInt(message.version ?? '0'),
      whole: lines.some((line) => line.whole),
      rows: lines.flatMap((line) => line.rows?.[message.view] ?? []),
      removed: lines.flatMap((line) => line.removed ?? []),
    });
  }
}

/**
 * Events: `welcome` (message), `lost` (close code, 0: none), `closed` (code) when it does not come back, `refused` (message)
 * when the server could not take something.
 */
export class Client extends EventEmitter {
  #socket;
  #stopped = false;
  #attempt = 0;
  #retry;
  #heartbeat;
  #nonce = 0;
  #nextSubscription = 1;
  #lastClose = 0;
  #delays; // of goingAway: [min, max] in milliseconds
  #subscriptions = new Map(); // by number
  #commands = new Map(); // by id, in the order sent: {message, resolve}
  #queries = new Map(); // by id: [resolve, ...]

  constructor({ url, token, backoffMin = 100, backoffMax = 10_000 }) {
    super();
    this.url = url;
    this.token = token;
    this.clientId = newId();
    this.backoffMin = backoffMin;
    this.backoffMax = backoffMax;
    this.welcome = undefined;
  }

  /** Connects, and stays connected. */
  start() {
    this.#connect();
    return this;
  }

  /** Closes; nothing is called afterwards. */
  async stop() {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close(1000);
    await closed;
  }

  /** As if the network had broken. */
  cut() {
    this.#socket?.terminate();
  }

  /** scope: {project: id} or {all: null}. Returns {ended, through}. */
  subscribe(scope, from, content, handlers = {}) {
    const subscription = new Subscription(this.#nextSubscription++, { scope, from, content }, handlers);
    this.#subscriptions.set(subscription.number, subscription);
    this.#send({ subscribe: subscription.toSubscribe(this.welcome?.logId) });
    return subscription;
  }

  async unsubscribe(subscription) {
    this.#send({ unsubscribe: { subscription: subscription.number } });
    await subscription.ended;
  }

  /** Resolves to {accepted} or {rejected}, once, however often the connection breaks. */
  act(stream, command, { id = newId(), seenVersion } = {}) {
    const message = {
      command: {
        id,
        ...(stream ? { stream } : {}),
        ...(seenVersion !== undefined ? { seenVersion: String(seenVersion) } : {}),
        seed: randomBytes(32).toString('hex'),
        command,
      },
    };
    return this.send(message);
  }

  /** Likewise, of a whole message {command: {id, …}}: to say the same again. */
  send(message) {
    return new Promise((resolve) => {
      this.#commands.set(message.command.id, { message, resolve });
      this.#send(message);
    });
  }

  /** Resolves to {accepted} or {notRecorded}. */
  outcome(id) {
    return new Promise((resolve) => {
      this.#queries.set(id, [...(this.#queries.get(id) ?? []), resolve]);
      this.#send({ outcomeQuery: { id } });
    });
  }

  #connect() {
    const socket = new WebSocket(this.url, PROTOCOL, { perMessageDeflate: false });
    this.#socket = socket;
    socket.on('open', () => this.#hello(socket));
    socket.on('message', (data, isBinary) => this.#take(socket, data, isBinary));
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', (code) => this.#lost(socket, code));
  }

  #hello(socket) {
    const live = [...this.#subscriptions.values()];
    socket.send(
      JSON.stringify({
        hello: {
          protocolVersions: [1],
          token: this.token,
          client: this.clientId,
          ...(this.#lastClose ? { lastClose: this.#lastClose } : {}),
          subscriptions: live.map((subscription) => subscription.toSubscribe(this.welcome?.logId)),
        },
      }),
    );
    this.#delays = undefined;
    // What was not answered is said again, unchanged and in its order.
    for (const { message } of this.#commands.values()) socket.send(JSON.stringify(message));
    for (const id of this.#queries.keys()) socket.send(JSON.stringify({ outcomeQuery: { id } }));
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #take(socket, data, isBinary) {
    if (socket !== this.#socket || this.#stopped) return;
    try {
      if (isBinary) throw new Error('a binary message');
      for (const line of data.toString('utf8').split('\n')) this.#message(JSON.parse(line));
    } catch (fault) {
      this.emit('fault', fault);
      socket.close(CLOSE_PROTOCOL_ERROR, fault.message.slice(0, 100));
    }
  }

  #message(message) {
    const [kind] = Object.keys(message);
    const body = message[kind];
    switch (kind) {
      case 'welcome':
        this.#attempt = 0;
        this.welcome = body;
        clearInterval(this.#heartbeat);
        this.#heartbeat = setInterval(() => this.#send({ ping: { nonce: String(++this.#nonce) } }), body.heartbeatMillis / 2);
        this.emit('welcome', body);
        break;
      case 'events':
        this.#subscriptions.get(body.subscription)?.takeEvents(body);
        break;
      case 'viewUpdate':
        this.#subscriptions.get(body.subscription)?.takeView(body);
        break;
      case 'subscriptionEnd': {
        const subscription = this.#subscriptions.get(body.subscription);
        this.#subscriptions.delete(body.subscription);
        subscription?.end(body.code ?? 'none');
        break;
      }
      case 'accepted':
        // It answers the command as well as whoever asked for its outcome.
        this.#answer(body.id, message);
        this.#told(body.id, message);
        break;
      case 'rejected':
        this.#answer(body.id, message);
        break;
      case 'unknown':
        break; // it stays unanswered, and is said again on the next connection
      case 'notRecorded':
        this.#told(body.id, message);
        break;
      case 'ping':
        this.#send({ pong: body });
        break;
      case 'goingAway':
        this.#delays = [body.minDelayMillis ?? 0, body.maxDelayMillis ?? 0];
        break;
      case 'error':
        this.emit('refused', body);
        break;
      default: // a later server may say more
    }
  }

  #answer(id, message) {
    const command = this.#commands.get(id);
    this.#commands.delete(id);
    command?.resolve(message);
  }

  #told(id, message) {
    for (const resolve of this.#queries.get(id) ?? []) resolve(message);
    this.#queries.delete(id);
  }

  #lost(socket, code) {
    if (socket !== this.#socket || this.#stopped) return;
    clearInterval(this.#heartbeat);
    const told = code === 1006 || code === 1005 ? 0 : code; // those two stand for: none
    this.#lastClose = told;
    if (told >= CLOSE_FINAL_MIN) {
      this.#stopped = true;
      this.emit('closed', told);
      return;
    }
    const [min, max] = this.#delays ?? [0, Math.min(this.backoffMax, this.backoffMin * 2 ** this.#attempt++)];
    this.#retry = setTimeout(() => this.#connect(), min + Math.random() * (max - min));
    this.emit('lost', told);
  }
}
