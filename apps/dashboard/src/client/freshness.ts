/**
 * How old is what the screen shows? Everything on a connection comes in order, so that an answer to a ping says: all that was known
 * up to then has been shown. Pure, so that the rules can be tested without a clock.
 */

/** How often the server is asked, ms. */
export const ASK_EVERY = 2_000;
/** An answer may be this late before the screen counts as stale. */
export const STALE_AFTER = 10_000;
const LIVE_FOR = 2 * ASK_EVERY + 500;
/** A jump of the clock by this much means that the page slept: stale before it draws. */
export const SLEPT = 5_000;
/** The same for a page that nobody sees: browsers let it run once a minute. */
export const SLEPT_HIDDEN = 90_000;

export type Freshness =
  | { kind: 'loading' }
  | { kind: 'live'; age: number }
  | { kind: 'behind'; age: number }
  | { kind: 'stale'; since: number }
  | { kind: 'ended'; since: number; reason: EndReason };

export type EndReason = 'signedOut' | 'tokenEnded' | 'notPermitted' | 'replaced' | 'outdated';

export interface Heard {
  /** When the server last said something, ms since 1970 by this machine's clock; undefined: never. */
  at: number | undefined;
  /** The subscription's rows have come at least once. */
  complete: boolean;
  connected: boolean;
  ended: EndReason | undefined;
}

export function freshness(now: number, heard: Heard): Freshness {
  if (heard.ended !== undefined) return { kind: 'ended', since: heard.at ?? now, reason: heard.ended };
  if (heard.at === undefined || !heard.complete) return { kind: 'loading' };
  const age = Math.max(0, now - heard.at);
  if (age >= STALE_AFTER) return { kind: 'stale', since: heard.at };
  if (!heard.connected || age > LIVE_FOR) return { kind: 'behind', age };
  return { kind: 'live', age };
}
