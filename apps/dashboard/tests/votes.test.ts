import { flushSync, mount, unmount } from 'svelte';
import { expect, it } from 'vitest';
import type { Project } from '../src/client/project.svelte';
import Page from '../src/parts/decision/Page.svelte';

it('a vote that somebody else gave says who', () => {
  const decision = {
    state: {
      decision: 'D',
      number: 1,
      board: 'B',
      votes: [
        { member: 'Ann', option: 'O' },
        { member: 'Ben', option: 'O', actor: 'Importer' },
      ],
      options: [{ option: 'O', text: { text: 'yes' } }],
    },
  };
  const rows = (view: string): ReadonlyMap<string, unknown> =>
    view === 'decisions' ? new Map([['D', { decision }]]) : new Map();
  const project = {
    view: rows,
    presentRows: rows,
    name: (id: string) => id,
    isMarked: () => false,
    minute: 0,
  } as unknown as Project;
  const page = mount(Page, { target: document.body, props: { project, entity: undefined } });
  flushSync();
  const told = [...document.querySelectorAll('[data-testid=decision] > p')].map((line) =>
    (line.textContent ?? '').replace(/\s+/g, ' ').trim(),
  );
  expect(told).toEqual(expect.arrayContaining(['Ann yes', 'Ben given by Importer yes']));
  void unmount(page);
});
