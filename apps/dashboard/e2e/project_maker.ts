/** Fills a project: a board, people, tasks along it, and risks; the same from the same seed. */

import type * as wire from '../src/wire/wire';
import { random } from './random';
import { newId, type DaybookServer } from './server';

export interface Size {
  tasks: number;
  risks: number;
  seed: number;
}

const PEOPLE = [
  'Ada Lindgren',
  'Bartholomew Featherstonehaugh-Wellington',
  'Chiyo Nakamura',
  'Dmitri Volkov',
  'Eve Li',
];
const COLUMNS = [
  { name: 'Backlog', category: 'todo' },
  { name: 'Ready', category: 'todo' },
  { name: 'In progress', category: 'doing', wip: { count: 12 } },
  { name: 'Review', category: 'wait', wip: { count: 8 } },
  { name: 'Done', category: 'done' },
] as const;
/** How many of a hundred tasks stand in each column. */
const SHARE = [40, 58, 59, 60, 100];
const VERBS = ['Move', 'Rewrite', 'Test', 'Document', 'Switch off', 'Measure', 'Review'];
const THINGS = [
  'the ledger export',
  'card authorisation for recurring payments in three currencies',
  'the nightly batch',
  'Donaudampfschifffahrtsgesellschaftskapitänsregister',
  'fraud rules',
  'the settlement file',
];
const CATEGORIES = ['schedule', 'budget', 'security', 'quality', 'resource', 'integration', 'investment'] as const;

export async function fill(server: DaybookServer, { tasks, risks, seed }: Size): Promise<void> {
  const { below, one } = random(seed);
  const commands: wire.Command[] = [];

  const owners: string[] = [];
  for (const name of PEOPLE) owners.push((await server.member(name, 'contributor')).member);
  const columns = COLUMNS.map((column) => ({ ...column, column: newId() }));
  await server.give(server.project, {
    board: {
      defineBoard: {
        columns,
        transitions: columns.flatMap((from) =>
          columns.filter((to) => to !== from).map((to) => ({ from: from.column, to: to.column })),
        ),
      },
    },
  });
  for (let i = 0; i < tasks; i += 1) {
    const share = below(100);
    const place = SHARE.findIndex((most) => share < most);
    const task = newId();
    const title = `${one(VERBS)} ${one(THINGS)}`;
    const owner = below(10) < 8 ? one(owners) : undefined;
    const full = (COLUMNS[place] as { wip?: unknown }).wip !== undefined;
    commands.push({
      task: {
        createTask: {
          task,
          title,
          points: 1 + below(8),
          column: columns[place]?.column ?? '',
          ...(owner === undefined ? {} : { owner }),
          ...(full ? { overrideReason: 'Carried over from the former board.' } : {}),
        },
      },
    });
    if ((place === 2 || place === 3) && below(10) < 3)
      commands.push({ task: { blockTask: { task, reason: `Waits for ${one(THINGS)}` } } });
  }
  for (let i = 0; i < risks; i += 1) {
    const risk = newId();
    commands.push({
      risk: {
        identifyRisk: {
          risk,
          cause: `Nobody has looked at ${one(THINGS)}`,
          event: `${one(THINGS)} is late`,
          effect: 'The old contract runs on for a year',
          category: one(CATEGORIES),
          owner: one(owners),
        },
      },
    });
    commands.push({
      risk: { assessRisk: { risk, to: { likelihood: 1 + below(5), impact: 1 + below(5) } } },
    });
  }
  const outcomes = await server.batch(commands);
  const refused = outcomes.filter((outcome) => !('accepted' in outcome));
  if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused[0])}`);
}
