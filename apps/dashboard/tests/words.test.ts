import { describe, expect, it } from 'vitest';
import { date, money, number, signed, list, count, initials } from '../src/words/format';
import { refusal } from '../src/words/refusals';
import { columns, movePreview } from '../src/parts/board/cards';
import type { RowsOf } from '../src/client/rows';
import { isToken } from '../src/client/token';

const NARROW = '\u202f';

describe('numbers and words', () => {
  it('writes numbers as the design language does', () => {
    expect(number(4871)).toBe(`4${NARROW}871`);
    expect(number(-0.04, 2)).toBe('−0.04');
    expect(number(-0.001, 2)).toBe('0.00');
    expect(signed(6)).toBe('+6');
    expect(money(6_100_000, 'EUR')).toBe(`€61${NARROW}k`);
    expect(money(-41_200, 'EUR')).toBe('−€412');
    expect(list(['T-12', 'T-15', 'T-19'])).toBe('T-12, T-15 and T-19');
    expect(count(1, 'event')).toBe('1 event');
    expect(initials('  Ines Okafor')).toBe('In');
    expect(date(new Date(2026, 8, 9, 12).getTime(), new Date(2026, 10, 1).getTime())).toBe('9 Sep');
    expect(date(new Date(2025, 8, 9, 12).getTime(), new Date(2026, 10, 1).getTime())).toBe('9 Sep 2025');
  });
  it('tells a refusal as what is so, with its facts', () => {
    const told = refusal(
      { code: 'wipLimitReached', facts: { column: 'c', limit: '3', tasks: ['a', 'b'] } },
      'T-21 to Review',
      { entity: (id) => ({ c: 'Review', a: 'T-12', b: 'T-15' })[id] ?? '', person: () => '', now: 0 },
    );
    expect(told).toEqual({
      head: 'Not taken: T-21 to Review',
      body: 'WIP limit 3 of Review is reached: T-12 and T-15.',
      named: ['a', 'b'],
    });
  });
  it('has words for codes that it does not know', () => {
    const say = { entity: () => '', person: () => '', now: 0 };
    expect(refusal({ code: 'internal' }, 'x', say).body).not.toBe('');
    expect(refusal({}, 'x', say).body).not.toBe('');
  });
  it('knows a token from other text', () => {
    expect(isToken('dbk_2Gd0v4nYp6cN1sQm8rTzKxWbLhJfAeUo3iRy5tHqMws')).toBe(true);
    for (const text of ['', 'dbk_', 'dbk_<script>', 'x'.repeat(40)]) expect(isToken(text)).toBe(false);
  });
});

describe('a board', () => {
  const row = (task: string, column: string, rank: string): [string, RowsOf['board']] => [
    task,
    { card: { task, column, rank } },
  ];
  const rows = new Map<string, RowsOf['board']>([
    ['x', { column: { column: 'x', index: 0, taskCount: 2 } }],
    ['y', { column: { column: 'y', index: 1, taskCount: 1 } }],
    row('a', 'x', '10'),
    row('b', 'x', '9007199254740993'),
    row('c', 'y', '5'),
  ]);
  const shown = (): string[][] => columns(rows).map(({ cards }) => cards.map(({ task }) => task ?? ''));

  it('stands in the order of ranks, which are 64 bits wide', () => {
    expect(shown()).toEqual([['a', 'b'], ['c']]);
  });
  it('shows a moved card where it is to stand, and counts it there', () => {
    const after = new Map(rows);
    movePreview({ task: 'a', from: 'x', to: 'y', before: 'c' }).board?.(after);
    expect(
      columns(after).map(({ cards, row: { taskCount } }) => [taskCount, ...cards.map(({ task }) => task)]),
    ).toEqual([
      [1, 'b'],
      [2, 'a', 'c'],
    ]);
    expect(shown()).toEqual([['a', 'b'], ['c']]);
  });
});
