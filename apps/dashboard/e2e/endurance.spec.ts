/** The wall through ten thousand events: it stays as small as it was, and ends where the server stands. */

import { expect, type CDPSession, type Page } from '@playwright/test';
import { rowsIn } from '../src/client/rows';
import type * as wire from '../src/wire/wire';
import { live, test } from './fixtures';
import { seeded, type Random } from './random';
import { BATCH_MAX, newId, type DaybookServer } from './server';

const EVENTS = 10_000;
/** So many pass before its size is taken for the first time: what is made once has been made by then. */
const WARM_UP = 1_000;

/** What a team does all day, at random; what it makes it also puts away, so that the project is no larger in the end. */
class Team {
  readonly #columns: string[];
  readonly #at = new Map<string, string>();
  readonly #blocked = new Set<string>();
  readonly #scores = new Map<string, wire.RiskAssessment>();

  constructor(
    private readonly random: Random,
    board: readonly wire.BoardRow[],
    private readonly risks: readonly string[],
  ) {
    const columns = board.flatMap((row) => ('column' in row ? [row.column] : []));
    this.#columns = columns
      .filter(({ category, wip }) => category !== 'done' && (wip?.count ?? 0) === 0)
      .map(({ column }) => column ?? '');
    for (const row of board)
      if ('card' in row && this.#columns.includes(row.card.column ?? ''))
        if (row.card.blocked !== true) this.#at.set(row.card.task ?? '', row.card.column ?? '');
  }

  /** The next commands. Each leads to an event, or is refused by the rules. */
  next(count: number): wire.Command[] {
    return Array.from({ length: count }, (): wire.Command => {
      const task = this.random.one([...this.#at.keys()]);
      switch (this.random.below(8)) {
        case 0: {
          if (this.#blocked.delete(task)) return { task: { unblockTask: { task } } };
          this.#blocked.add(task);
          return { task: { blockTask: { task, reason: `Waits, ${String(this.random.below(1_000))}` } } };
        }
        case 1:
          return { task: { logTime: { entry: newId(), task, day: today(), minutes: 1 + this.random.below(60) } } };
        case 2:
          return { comment: { addComment: { comment: newId(), subject: task, text: 'Still at it.' } } };
        case 3: {
          const risk = this.random.one(this.risks);
          const from = this.#scores.get(risk);
          const to = { likelihood: 1 + this.random.below(5), impact: 1 + this.random.below(5) };
          this.#scores.set(risk, to);
          return { risk: { assessRisk: { risk, ...(from === undefined ? {} : { from }), to } } };
        }
        default: {
          if (this.#blocked.has(task))
            return { comment: { addComment: { comment: newId(), subject: task, text: 'Waits.' } } };
          const fromColumn = this.#at.get(task) ?? '';
          const toColumn = this.random.one(this.#columns);
          this.#at.set(task, toColumn);
          return { task: { moveTask: { task, fromColumn, toColumn } } };
        }
      }
    });
  }
}

function today(): number {
  return Math.floor(Date.now() / 86_400_000);
}

interface Size {
  heap: number;
  nodes: number;
  listeners: number;
}
async function size(session: CDPSession): Promise<Size> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  return { heap: usedSize, nodes, listeners: jsEventListeners };
}

/** What the wall says, without what only says how late it is. */
function said(wall: Page): Promise<string[]> {
  return wall
    .locator('section, footer, h1, .phase')
    .evaluateAll((all) => all.map((each) => (each as HTMLElement).innerText.replace(/\s+/g, ' ').trim()));
}

async function shownVersion(wall: Page): Promise<number> {
  return Number(/v([0-9]+)/.exec((await wall.locator('.fresh').first().textContent()) ?? '')?.[1] ?? 0);
}

test('the wall runs through ten thousand events, no larger than before, and ends as the server does', async ({
  server,
  open,
}) => {
  test.setTimeout(180_000);
  const random = seeded();
  const board = rowsIn('board', (await server.view('board')).rows);
  // Risks of its own: nobody has assessed them yet.
  const risks = Array.from({ length: 5 }, () => newId());
  for (const [i, risk] of risks.entries())
    await server.act({ risk: { identifyRisk: { risk, event: `It may happen, ${String(i)}` } } });
  for (let i = 0; i < 12; ++i) await server.createTask(`To be moved about, ${String(i)}`);
  const team = new Team(random, rowsIn('board', (await server.view('board')).rows), risks);
  expect(board.length).toBeGreaterThan(0);

  const wall = await open(server.wall(), { viewport: { width: 1920, height: 1080 } });
  await live(wall);
  const session = await wall.context().newCDPSession(wall);
  const begun = await server.version();
  const work = async (until: number): Promise<void> => {
    while ((await server.version()) < until) await server.batch(team.next(BATCH_MAX));
    await expect.poll(() => shownVersion(wall), { timeout: 30_000 }).toBe(await server.version());
  };

  await work(begun + WARM_UP);
  const before = await size(session);
  await work(begun + WARM_UP + EVENTS);
  const after = await size(session);
  console.log(
    `heap ${mib(before.heap)} then ${mib(after.heap)} MiB, nodes ${String(before.nodes)} then ${String(after.nodes)}`,
  );
  expect(after.heap).toBeLessThan(before.heap * 1.25 + 2_000_000);
  expect(after.nodes).toBeLessThan(before.nodes * 1.1 + 100);
  expect(after.listeners).toBeLessThan(before.listeners * 1.1 + 20);

  // As a wall that is opened now, and as the server counts.
  const fresh = await open(server.wall(), { viewport: { width: 1920, height: 1080 } });
  await live(fresh);
  await expect.poll(() => shownVersion(fresh)).toBe(await server.version());
  await expect(async () => {
    expect(await said(wall)).toEqual(await said(fresh));
  }).toPass({ timeout: 15_000 });
  await compare(wall, server);
});

async function compare(wall: Page, server: DaybookServer): Promise<void> {
  const rows = rowsIn('board', (await server.view('board')).rows);
  const panel = await wall.getByRole('region', { name: 'Board' }).innerText();
  for (const row of rows) {
    if (!('column' in row) || row.column.name === undefined || !('text' in row.column.name)) continue;
    const count = rows.filter((each) => 'card' in each && each.card.column === row.column.column).length;
    expect(panel.replace(/\s+/g, ' ')).toMatch(
      new RegExp(`${row.column.name.text}\\D*(\\d+ over\\D*)?(?<!\\d)${String(count)}(?!\\d)`),
    );
  }
}

function mib(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}
