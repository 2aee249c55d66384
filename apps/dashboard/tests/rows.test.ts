import { describe, expect, it } from 'vitest';
import { currencyNumber, keyOf, newId } from '../src/client/id';
import { rowKey, ViewAssembly } from '../src/client/rows';
import type * as wire from '../src/wire/wire';

const card = (task: string, column: string): wire.BoardRow => ({ card: { task, column } });
const update = (rows: wire.BoardRow[], more: Partial<wire.ViewUpdate> = {}): wire.ViewUpdate => ({
  subscription: 1,
  view: 'board',
  version: '2',
  complete: true,
  rows: { board: rows },
  ...more,
});

describe('keys', () => {
  it('has a kind and a number where a row is no entity’s', () => {
    expect(keyOf(2, 4 * 16 + 5)).toBe('00000000-0000-0002-0000-000000000045');
    expect(keyOf(1, -1)).toBe('00000000-0000-0001-ffff-ffffffffffff');
    expect(currencyNumber('EUR')).toBe(0x455552);
    expect(currencyNumber(undefined)).toBe(0);
  });
  it('finds the key of every kind of row', () => {
    expect(rowKey('risks', { cell: { likelihood: 4, impact: 5 } })).toBe(keyOf(2, 69));
    expect(rowKey('risks', { exposure: {} })).toBe(keyOf(3, 0));
    expect(rowKey('approvals', { policy: { kind: 'task' } })).toBe(keyOf(3, 2));
    expect(rowKey('flow', { figures: {} })).toBe(keyOf(4, 0));
    expect(rowKey('timeline', { day: { day: 20_000 } })).toBe(keyOf(1, 20_000));
    expect(rowKey('board', card('t', 'c'))).toBe('t');
  });
  it('makes ids of version 7 that begin with the time', () => {
    const id = newId(0x018f6a100000);
    expect(id).toMatch(/^018f6a10-0000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newId()).not.toBe(newId());
  });
});

describe('updates of a view', () => {
  const before = new Map([
    ['a', card('a', 'x')],
    ['b', card('b', 'x')],
  ]);
  it('changes the rows that it names and leaves the others', () => {
    const after = new ViewAssembly('board').take(update([card('a', 'y')], { removed: ['b'] }), before);
    expect([...(after?.rows.entries() ?? [])]).toEqual([['a', card('a', 'y')]]);
    expect(after?.changed).toEqual(new Set(['a', 'b']));
    expect(before.size).toBe(2);
  });
  it('replaces all when it is whole', () => {
    const after = new ViewAssembly('board').take(update([card('c', 'x')], { whole: true }), before);
    expect([...(after?.rows.keys() ?? [])]).toEqual(['c']);
  });
  it('shows nothing before its last line', () => {
    const assembly = new ViewAssembly('board');
    expect(assembly.take(update([card('c', 'x')], { complete: false }), before)).toBeUndefined();
    expect([...(assembly.take(update([card('d', 'x')]), before)?.rows.keys() ?? [])]).toEqual(['a', 'b', 'c', 'd']);
  });
  it('keeps rows by their keys, whenever they came', () => {
    const after = new ViewAssembly('board').take(update([card('ab', 'x'), card('a', 'y')]), before);
    expect([...(after?.rows.keys() ?? [])]).toEqual(['a', 'ab', 'b']);
  });
  it('forgets half an update when the connection breaks', () => {
    const assembly = new ViewAssembly('board');
    assembly.take(update([card('c', 'x')], { complete: false }), before);
    assembly.clear();
    expect([...(assembly.take(update([]), before)?.rows.keys() ?? [])]).toEqual(['a', 'b']);
  });
});
