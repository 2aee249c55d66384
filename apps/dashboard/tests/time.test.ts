import { describe, expect, it } from 'vitest';
import { placeOf, timeline, versionAt, versionOfDay } from '../src/shell/timeline';
import { address, parseRoute, type Route } from '../src/shell/route.svelte';

const rows = new Map(
  [
    { day: { day: 10, events: 4, lastVersion: '4' } },
    { day: { day: 12, events: 6, lastVersion: '10', rejectedActs: 1 } },
    { mark: { mark: 'decisionMade' as const, item: 'm', at: String(12 * 86_400_000_000 + 5) } },
  ].map((row, i) => [String(i), row]),
);

describe('the scrubber', () => {
  const line = timeline(rows);
  it('knows the versions of each day', () => {
    expect(line.days.map(({ first, last }) => [first, last])).toEqual([
      [1, 4],
      [5, 10],
    ]);
    expect(line.marks.map(({ day }) => versionOfDay(line, day))).toEqual([10]);
  });
  it('finds each version again at its place', () => {
    for (let version = 1; version <= 10; ++version) expect(versionAt(line, placeOf(line, version))).toBe(version);
  });
  it('stays within the versions that there are', () => {
    expect(versionAt(line, -5)).toBe(1);
    expect(versionAt(line, 5)).toBe(10);
    expect(versionAt(line, 0.5)).toBe(4);
    expect(versionAt(timeline(new Map()), 0.5)).toBe(1);
  });
});

describe('an address', () => {
  it.each<Route>([
    { place: { page: 'projects' }, at: undefined, compare: undefined },
    { place: { page: 'room', project: 'MBA' }, at: undefined, compare: undefined },
    { place: { page: 'part', project: 'A/B', part: 'board', entity: undefined }, at: 412, compare: 655 },
    { place: { page: 'part', project: 'MBA', part: 'risk', entity: '018f' }, at: undefined, compare: undefined },
  ])('leads back to $place', (route) => {
    expect(parseRoute(new URL(address(route), 'http://x'))).toEqual(route);
  });
  it('takes nothing but versions for moments', () => {
    for (const at of ['0', '-1', '1e3', 'x', '', '99999999999999999']) {
      expect(parseRoute(new URL(`http://x/p/A/board?at=${at}`)).at).toBeUndefined();
    }
  });
});
