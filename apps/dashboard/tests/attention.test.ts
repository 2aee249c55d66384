import { describe, expect, it } from 'vitest';
import type { Project } from '../src/client/project.svelte';
import { items, nameOf, subjectOf } from '../src/parts/attention/items';
import { asks, reasons } from '../src/parts/attention/words';
import type * as wire from '../src/wire/wire';

const RISK = 'a risk';
const COMMENT = 'a comment';

function project(attention: readonly wire.AttentionRow[] = []): Project {
  const rows: Record<string, ReadonlyMap<string, unknown>> = {
    risks: new Map([[RISK, { risk: { state: { risk: RISK, number: 3 } } }]]),
    comments: new Map([[COMMENT, { comment: COMMENT, subject: RISK }]]),
    attention: new Map(attention.map((row) => [row.item ?? '', row])),
  };
  const of = (view: string): ReadonlyMap<string, unknown> => rows[view] ?? new Map();
  return { me: 'me', presentRows: of, view: of } as unknown as Project;
}

describe('what needs attention', () => {
  it.each(['mentioned', 'commented'] as const)('leads from a comment to what it is about: %s', (reason) => {
    const item = { item: 'x', reason, subject: COMMENT, audience: ['me'] };
    expect(subjectOf(project(), item)).toBe(RISK);
    expect(nameOf(project(), item)).toBe('R-3');
  });
  it('leads to the thing itself otherwise', () => {
    expect(subjectOf(project(), { item: 'x', reason: 'newRisk', subject: RISK })).toBe(RISK);
  });
  it('is for whom it names, or for all', () => {
    const all: wire.AttentionRow[] = [
      { item: 'a', reason: 'commented', audience: ['me'] },
      { item: 'b', reason: 'commented', audience: ['another'] },
      { item: 'c', reason: 'newRisk' },
    ];
    expect(items(project(all), true).map(({ item }) => item)).toEqual(['a', 'c']);
    expect(items(project(all), false)).toHaveLength(3);
  });
  it('is told in words, whatever the reason', () => {
    for (const words of [reasons, asks])
      for (const [reason, told] of Object.entries(words)) expect(told !== '' || reason === 'none').toBe(true);
  });
});
