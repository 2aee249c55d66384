import { describe, expect, it } from 'vitest';
import { freshness, STALE_AFTER, type Heard } from '../src/client/freshness';

const heard: Heard = { at: 1_000, complete: true, connected: true, ended: undefined };

describe('what the screen says of its age', () => {
  it.each([
    ['nothing was heard', 2_000, { ...heard, at: undefined }, { kind: 'loading' }],
    ['the first rows have not come', 2_000, { ...heard, complete: false }, { kind: 'loading' }],
    ['it was heard just now', 1_200, heard, { kind: 'live', age: 200 }],
    ['an answer is late', 6_000, heard, { kind: 'behind', age: 5_000 }],
    ['the connection is gone', 1_200, { ...heard, connected: false }, { kind: 'behind', age: 200 }],
    ['nothing is heard any more', 1_000 + STALE_AFTER, heard, { kind: 'stale', since: 1_000 }],
    ['just before that', 999 + STALE_AFTER, heard, { kind: 'behind', age: STALE_AFTER - 1 }],
    [
      'the token has ended',
      9_000,
      { ...heard, ended: 'tokenEnded' as const },
      { kind: 'ended', since: 1_000, reason: 'tokenEnded' },
    ],
    ['the clock went back', 500, heard, { kind: 'live', age: 0 }],
  ])('%s', (_, now, of, expected) => {
    expect(freshness(now, of)).toEqual(expected);
  });
});
