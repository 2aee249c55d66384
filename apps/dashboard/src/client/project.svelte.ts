/**
 * A project as a page sees it: its views, live or as of a moment, with what this page did and the server has not confirmed yet. Pages
 * read `view(…)`; what they read is tracked, so that a change of one view draws what shows it and nothing else.
 */

import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type * as wire from '../wire/wire';
import { ActShelf, type Act, type ActWish, type KeptAct } from './act';
import { Connection, type ConnectionOptions } from './connection';
import { freshness, SLEPT, SLEPT_HIDDEN, type EndReason, type Freshness } from './freshness';
import { Http, type ListedProject, type PastView } from './http';
import { newId, NIL, randomHex } from './id';
import { inline } from '../words/text';
import { ViewAssembly, type Rows, type RowsOf, type ViewName } from './rows';

const NO_ROWS: ReadonlyMap<string, never> = new Map<string, never>();
/** How many of the newest events are kept for the ledger. */
const LEDGER_MAX = 200;
/** How long a change stays marked, ms: longer than it is seen. */
const MARKED_FOR = 1_200;
/** A burst of more rows marks none. */
const MARKED_MOST = 5;
/** Views follow an accepted act within this time, ms, if they change by it at all. */
const SHOWN_WITHIN = 3_000;

const toMinute = (at: number): number => Math.floor(at / 60_000) * 60_000;

/** When a row changed last; 0: not lately. */
class Mark {
  at = $state.raw(0);
}

interface LiveView {
  rows: Rows<ViewName>;
  version: number;
  recordedAt: number;
  /** The subscription ended: with this code. */
  refused: wire.Code | undefined;
}

/** A moment of the past that is looked at. */
export interface Moment {
  version: number;
  recordedAt: number;
}

export interface ProjectOptions {
  project: ListedProject;
  token: string;
  views: readonly ViewName[];
  /** Follow the events too, for the ledger; a room may not. */
  events: boolean;
  connection?: Partial<ConnectionOptions>;
  http?: Http;
}

export class Project {
  readonly id: string;
  readonly key: string;
  readonly http: Http;
  readonly #connection: Connection;
  readonly #shelf: ActShelf;
  readonly #live = new SvelteMap<ViewName, LiveView>();
  readonly #past = new SvelteMap<ViewName, PastView<ViewName>>();
  /** By the row's key; a signal each, so that a change draws the row that changed alone. */
  readonly #marks = new Map<string, Mark>();
  readonly #marked = new Set<Mark>();
  /** Views that a new connection has not brought yet: until then what is shown is as old as the last one. */
  readonly #awaited = new Set<ViewName>();
  #views = Number.POSITIVE_INFINITY;
  #pastVersion: number | undefined;
  #welcome = $state.raw<wire.Welcome>();
  #heardAt = $state.raw<number>();
  #connected = $state.raw(false);
  #ended = $state.raw<EndReason>();
  #acts = $state.raw<readonly Act[]>([]);

  /** Refused acts whose refusal stands at the thing itself, on the screen. */
  readonly placed = new SvelteSet<string>();
  /** Now, as the page draws it: moved by `tick`. */
  now = $state.raw(Date.now());
  /** The same to the minute: what is told in minutes or days is drawn anew by this. */
  minute = $state.raw(toMinute(Date.now()));
  /** What is looked at; undefined: now. */
  moment = $state.raw<Moment>();
  /** The version that is being fetched. */
  loading = $state.raw<number>();
  /** When the next attempt to connect is due. */
  retryAt = $state.raw<number>();
  fault = $state.raw<string>();
  /** The newest events, newest first. */
  ledger = $state.raw<readonly wire.StoredEvent[]>([]);
  present = $state.raw<readonly wire.Present[]>([]);
  serverVersion = $state.raw<string>();

  readonly freshness: Freshness = $derived(
    freshness(this.now, {
      at: this.#heardAt,
      complete: this.#live.size >= this.#views,
      connected: this.#connected,
      ended: this.#ended,
    }),
  );
  /** The newest version that any view shows. */
  readonly version: number = $derived(Math.max(0, ...[...this.#live.values()].map(({ version }) => version)));
  readonly recordedAt: number = $derived(Math.max(0, ...[...this.#live.values()].map(({ recordedAt }) => recordedAt)));
  readonly acts: readonly Act[] = $derived(this.#acts);
  /** Refused ones, oldest first: they stay until answered. */
  readonly refused: readonly Act[] = $derived(this.#acts.filter(({ state }) => state === 'refused'));
  readonly me: string | undefined = $derived(this.#welcome?.member);
  readonly workspaceRoles: readonly wire.Role[] = $derived(this.#welcome?.workspaceRoles ?? []);
  /** The role of whoever is signed in: what may be given is by it. A room has none. */
  readonly role: wire.Role = $derived.by(() => {
    const me = this.me;
    return (
      (me === undefined ? undefined : (this.#live.get('people')?.rows.get(me) as RowsOf['people'] | undefined))?.role ??
      'none'
    );
  });

  constructor(private readonly options: ProjectOptions) {
    this.#views = options.views.length;
    this.id = options.project.id;
    this.key = options.project.key;
    this.http = options.http ?? new Http(options.token);
    this.#shelf = new ActShelf(this.id);
    const scheme = window.location.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#connection = new Connection({
      url: `${scheme}//${window.location.host}/api/v1/sync`,
      token: options.token,
      listener: {
        onHeard: () => {
          // What comes first after a sleep may be as old as that.
          if (this.#slept()) this.wake();
          else if (this.#awaited.size === 0) this.#heardAt = Date.now();
          this.#settle();
        },
        onWelcome: (welcome) => {
          this.#welcome = welcome;
          this.#connected = true;
          this.retryAt = undefined;
          this.serverVersion ??= welcome.serverVersion;
          if (welcome.serverVersion !== this.serverVersion) window.location.reload();
        },
        onLost: (retryAt) => {
          this.#connected = false;
          this.retryAt = retryAt;
          this.present = [];
          this.#acts = this.#acts.map((act) => (act.state === 'sent' ? { ...act, state: 'kept' } : act));
        },
        onEnded: (reason) => {
          this.#connected = false;
          this.#ended = reason;
        },
        onPresence: (update) => {
          const gone = new Set(update.gone ?? []);
          const here = new Map(update.whole === true ? [] : this.present.map((each) => [each.connection, each]));
          for (const connection of gone) here.delete(connection);
          for (const each of update.here ?? []) here.set(each.connection, each);
          this.present = [...here.values()];
        },
        onFault: (text) => {
          this.fault = text;
        },
      },
      ...options.connection,
    });
    this.#subscribe();
    for (const kept of this.#shelf.load()) this.#send(kept);
  }

  start(): void {
    this.#connection.start();
  }
  stop(): void {
    this.#connection.stop();
  }
  tryNow(): void {
    this.#connection.tryNow();
  }
  /** The time goes on, some times a second. After a sleep what is shown is old, and the connection may be dead. */
  tick(): void {
    if (this.#slept()) this.wake();
    else this.#setNow();
  }
  wake(): void {
    this.#setNow();
    this.#connection.again();
  }

  /** The rows of a view: of the moment that is looked at, or now with what this page did. */
  view<V extends ViewName>(name: V): Rows<V> {
    if (this.moment !== undefined) return (this.#past.get(name)?.rows ?? NO_ROWS) as Rows<V>;
    return this.presentRows(name);
  }
  /** The rows now, also while the past is looked at. */
  presentRows<V extends ViewName>(name: V): Rows<V> {
    const confirmed = (this.#live.get(name)?.rows ?? NO_ROWS) as Rows<V>;
    const previews = this.#acts.flatMap((act) => (act.state === 'refused' ? [] : (act.preview?.[name] ?? [])));
    if (previews.length === 0) return confirmed;
    const rows = new Map(confirmed);
    for (const preview of previews) (preview as (rows: Map<string, RowsOf[V]>) => void)(rows);
    return rows;
  }
  /** Whether a view is there; `notPermitted` and the like if it never will be. */
  state(name: ViewName): 'loading' | 'here' | wire.Code {
    if (this.moment !== undefined && this.#past.has(name)) return 'here';
    const live = this.#live.get(name);
    if (live === undefined) return 'loading';
    return live.refused ?? 'here';
  }
  /** Whether the row changed within the last moments, by somebody's act that was just heard of. */
  isMarked(key: string): boolean {
    const at = this.#marks.get(key)?.at ?? 0;
    return at > 0 && at > this.now - MARKED_FOR;
  }

  /** For a sentence: cut if it is long. */
  name(member: string | undefined): string {
    if (member === undefined || member === NIL) return 'Daybook';
    const text = (this.presentRows('people').get(member) as RowsOf['people'] | undefined)?.name;
    if (text === undefined) return 'somebody';
    return 'text' in text ? inline(text.text) : 'name erased';
  }

  /** What is looked at: told to the others. */
  look(view: wire.ViewName, entity?: string): void {
    this.#connection.present({ project: this.id, view, ...(entity === undefined ? {} : { entity }) });
  }

  /** Does something: shown at once, sent now or when connected, answered once. */
  act(wish: ActWish): Act {
    const id = newId();
    const request: wire.CommandRequest = {
      id,
      ...(wish.workspace === true ? {} : { stream: this.id }),
      ...(this.version > 0 && wish.workspace !== true ? { seenVersion: String(this.version) } : {}),
      seed: randomHex(32),
      command: wish.command,
    };
    return this.#send({ ...wish, id, request, givenAt: Date.now() });
  }
  /** The same again, as a new act: what was seen is what is seen now. */
  retry(act: Act): void {
    this.dismiss(act.id);
    this.act(act);
  }
  dismiss(id: string): void {
    this.#connection.takeBack(id);
    this.#setActs(this.#acts.filter((act) => act.id !== id));
  }
  /** What this page is doing to an entity, the newest. */
  actAt(entity: string): Act | undefined {
    return this.#acts.findLast(({ at }) => at === entity);
  }

  /** Looks at a version; undefined: at now. The page shows the last one until the new one is complete. */
  async lookAt(version: number | undefined): Promise<void> {
    this.#pastVersion = version;
    if (version === undefined || version >= this.version) {
      this.#pastVersion = undefined;
      this.loading = undefined;
      this.moment = undefined;
      this.#past.clear();
      return;
    }
    this.loading = version;
    const names = this.options.views.filter((name) => name !== 'timeline');
    const views = await Promise.all(
      names.map(async (name) => [name, await this.http.view(this.id, name, version).catch(() => undefined)] as const),
    );
    if (this.#pastVersion !== version) return; // another one is wanted by now
    this.#past.clear();
    for (const [name, view] of views)
      if (view !== undefined) this.#past.set(name, view as unknown as PastView<ViewName>);
    const first = views.find(([, view]) => view !== undefined)?.[1];
    this.loading = undefined;
    this.moment = { version, recordedAt: first?.recordedAt ?? 0 };
  }

  #slept(): boolean {
    return Date.now() - this.now > (document.hidden ? SLEPT_HIDDEN : SLEPT);
  }
  #send(kept: KeptAct & Pick<Act, 'preview'>): Act {
    const act: Act = {
      ...kept,
      sentAt: undefined,
      state: 'kept',
      version: undefined,
      answeredAt: undefined,
      refusal: undefined,
    };
    this.#setActs([...this.#acts, act]);
    this.#connection.command(
      act.request,
      () => {
        this.#change(act.id, { state: 'sent', sentAt: Date.now() });
      },
      (answer) => {
        if ('rejected' in answer) this.#change(act.id, { state: 'refused', refusal: answer.rejected });
        else {
          const last = Number(answer.accepted.firstVersion ?? 0) + (answer.accepted.count ?? 0) - 1;
          this.#change(act.id, { state: 'accepted', version: last, answeredAt: Date.now() });
          this.#settle();
        }
      },
    );
    return act;
  }
  #change(id: string, change: Partial<Act>): void {
    this.#setActs(this.#acts.map((act) => (act.id === id ? { ...act, ...change } : act)));
  }
  #setActs(acts: readonly Act[]): void {
    this.#acts = acts;
    this.#shelf.save(acts);
  }
  /** Acts that every view shows are acts no more. A view that they left as it was has no update to wait for. */
  #settle(): void {
    const shown = (act: Act, name: string): boolean =>
      (this.#live.get(name as ViewName)?.version ?? 0) >= (act.version ?? 0);
    const settled = (act: Act): boolean =>
      act.state === 'accepted' &&
      (act.workspace === true ||
        Date.now() - (act.answeredAt ?? 0) > SHOWN_WITHIN ||
        Object.keys(act.preview ?? {}).every((name) => shown(act, name)));
    if (this.#acts.some(settled)) this.#setActs(this.#acts.filter((act) => !settled(act)));
  }

  #subscribe(): void {
    for (const name of this.options.views) {
      const assembly = new ViewAssembly(name);
      this.#connection.subscribe({
        request: () => ({ scope: { project: this.id }, from: { snapshot: null }, content: { views: [name] } }),
        onRestart: () => {
          assembly.clear();
          this.#awaited.add(name);
        },
        onViewUpdate: (line) => {
          const before = this.#live.get(name);
          const update = assembly.take(line, (before?.rows ?? NO_ROWS) as Rows<ViewName>);
          if (update === undefined) return;
          this.#awaited.delete(name);
          this.#live.set(name, {
            rows: update.rows,
            version: Number(line.version ?? 0),
            recordedAt: Number(line.recordedAt ?? 0) / 1000,
            refused: undefined,
          });
          this.#keepMarks(update.whole ? update.rows.keys() : update.changed, update.whole);
          this.#mark(update.changed);
          this.#settle();
        },
        onEnd: (code) => {
          this.#awaited.delete(name);
          this.#live.set(name, { rows: NO_ROWS, version: 0, recordedAt: 0, refused: code });
        },
      });
    }
    if (this.options.events) this.#followEvents();
  }
  #mark(changed: ReadonlySet<string>): void {
    const now = Date.now();
    for (const mark of this.#marked) {
      if (mark.at >= now - MARKED_FOR) continue;
      mark.at = 0;
      this.#marked.delete(mark);
    }
    if (changed.size > MARKED_MOST) return;
    for (const key of changed) {
      const mark = this.#marks.get(key);
      if (mark === undefined) continue;
      mark.at = now;
      this.#marked.add(mark);
    }
  }
  /** A mark for every row of any view. */
  #keepMarks(keys: Iterable<string>, whole: boolean): void {
    const live = [...this.#live.values()];
    const isShown = (key: string): boolean => live.some(({ rows }) => rows.has(key));
    for (const key of keys) {
      if (!isShown(key)) this.#marks.delete(key);
      else if (!this.#marks.has(key)) this.#marks.set(key, new Mark());
    }
    if (whole) for (const key of [...this.#marks.keys()]) if (!isShown(key)) this.#marks.delete(key);
  }
  #setNow(): void {
    this.now = Date.now();
    const minute = toMinute(this.now);
    if (minute !== this.minute) this.minute = minute;
  }
  #followEvents(): void {
    let through: number | undefined;
    let gathered: wire.StoredEvent[] = [];
    this.#connection.subscribe({
      request: () => ({
        scope: { project: this.id },
        from: through === undefined ? { tail: LEDGER_MAX } : { after: String(through) },
        content: { events: null },
        ...(through === undefined || this.#welcome?.logId === undefined ? {} : { logId: this.#welcome.logId }),
      }),
      onRestart: () => {
        gathered = [];
      },
      onEvents: (batch) => {
        gathered.push(...(batch.events ?? []));
        if (batch.complete !== true) return;
        through = Number(batch.completeThrough ?? 0);
        if (gathered.length > 0) this.ledger = [...gathered.reverse(), ...this.ledger].slice(0, LEDGER_MAX);
        gathered = [];
      },
      onEnd: () => {
        gathered = [];
      },
    });
  }
}
