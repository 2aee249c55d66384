/**
 * Events of one thing, or since a time, newest first, found by reading the project's log backwards. Pages of the log are kept, since what is recorded
 * stays as it is. Bounded: a search goes over at most `PAGES` pages at a time, and at most `KEPT` pages are kept.
 */

import type { CloudEvent, Http } from './http';

const PAGE = 500;
const PAGES = 8;
const KEPT = 40;

export interface Found {
  events: readonly CloudEvent[];
  /** The version that was read down to; 1: everything. */
  from: number;
}

export class LogReader {
  readonly #pages = new Map<number, Promise<CloudEvent[]>>();
  constructor(
    private readonly http: Pick<Http, 'events'>,
    private readonly project: string,
  ) {}

  /** Events in whose data the id stands, at versions up to `to`. Ends early at the event that made the thing. */
  async about(id: string, to: number, isFirst: (event: CloudEvent) => boolean = () => false): Promise<Found> {
    return this.#back(to, (event) => names(event, id), isFirst);
  }
  /** Events recorded after a time, ms since 1970, at versions up to `to`. */
  async since(time: number, to: number): Promise<Found> {
    const isLater = (event: CloudEvent): boolean => Date.parse(event.time) > time;
    return this.#back(to, isLater, () => false, isLater);
  }

  /** Goes back as long as events are `wanted` at all, and ends with the first that is the last one. */
  async #back(
    to: number,
    fits: (event: CloudEvent) => boolean,
    isLast: (event: CloudEvent) => boolean,
    isWanted: (event: CloudEvent) => boolean = () => true,
  ): Promise<Found> {
    const found: CloudEvent[] = [];
    let page = Math.floor((to - 1) / PAGE);
    for (let read = 0; page >= 0 && read < PAGES; ++read, --page) {
      const events = await this.#page(page, to);
      for (const event of events.toReversed()) {
        if (Number(event.version) > to) continue;
        if (!isWanted(event)) return { events: found, from: Number(event.version) + 1 };
        if (!fits(event)) continue;
        found.push(event);
        if (isLast(event)) return { events: found, from: 1 };
      }
    }
    return { events: found, from: Math.max(1, (page + 1) * PAGE + 1) };
  }

  async #page(page: number, to: number): Promise<CloudEvent[]> {
    const [first, last] = [page * PAGE + 1, (page + 1) * PAGE];
    // A page that is not full yet grows: it is read anew.
    if (last > to) return this.http.events(this.project, first, to);
    const kept = this.#pages.get(page) ?? this.http.events(this.project, first, last);
    this.#pages.delete(page);
    this.#pages.set(page, kept);
    kept.catch(() => this.#pages.delete(page));
    const oldest = this.#pages.keys().next();
    if (this.#pages.size > KEPT && oldest.done !== true) this.#pages.delete(oldest.value);
    return kept;
  }
}

export function names(event: Pick<CloudEvent, 'data' | 'subject'>, id: string): boolean {
  return event.subject === id || JSON.stringify(event.data).includes(id);
}
