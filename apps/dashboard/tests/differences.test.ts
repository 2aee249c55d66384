import { describe, expect, it } from 'vitest';
import type { Project } from '../src/client/project.svelte';
import { differences } from '../src/parts/differences';
import type { Part, RowsAt, Stand } from '../src/parts/part';

const stand = (id: string, how: string): Stand => ({ id, number: id, title: `title of ${id}`, how });
const then: Stand[] = [stand('T-1', 'Ready'), stand('T-2', 'Review'), stand('T-3', 'Done')];
const now: Stand[] = [stand('T-4', 'Backlog'), stand('T-1', 'Review'), stand('T-2', 'Review')];
const rowsThen = (() => new Map()) as unknown as RowsAt;
const rowsNow = (() => new Map()) as unknown as RowsAt;
const part = { name: 'board', stands: (rows: RowsAt) => (rows === rowsThen ? then : now) } as unknown as Part;

describe('two moments', () => {
  it('differ by what stands otherwise, is new, or is gone', () => {
    expect(
      differences([part], {} as Project, rowsThen, rowsNow).map(({ id, then: was, now: is }) => [id, was, is]),
    ).toEqual([
      ['T-4', undefined, 'Backlog'],
      ['T-1', 'Ready', 'Review'],
      ['T-3', 'Done', undefined],
    ]);
  });
  it('do not differ where they are the same', () => {
    expect(differences([part], {} as Project, rowsNow, rowsNow)).toEqual([]);
  });
});
