import { describe, expect, it } from 'vitest';
import { breakable, inline, shortened, words } from '../src/words/text';

describe('the words of people', () => {
  it('are cut after so many letters, and say so', () => {
    expect(shortened('four', 4)).toBe('four');
    expect(shortened('fiver', 4)).toBe('fiv…');
    expect(inline('W'.repeat(10_000))).toHaveLength(60);
  });
  it('are never cut within a letter', () => {
    expect(shortened('🙂🙂🙂🙂', 3)).toBe('🙂🙂…');
  });
  it('break within a word that is long', () => {
    expect(breakable('')).toEqual([]);
    expect(breakable('a few words')).toEqual(['a few words']);
    const long = 'W'.repeat(200);
    expect(breakable(long).map(({ length }) => length)).toEqual([80, 80, 40]);
    expect(breakable(`so ${long} it is`).join('')).toBe(`so ${long} it is`);
    expect(breakable(`so ${long} it is`).every((piece) => !/\S{81}/.test(piece))).toBe(true);
  });
  it('do not turn what stands beside them', () => {
    expect(words({ text: '\u202E\u2067abc', commitment: '' })).toBe('abc');
    expect(inline('\u2066abc')).toBe('abc');
    expect(inline('\u05D0\u05D1')).toBe('\u2068\u05D0\u05D1\u2069');
  });
});
