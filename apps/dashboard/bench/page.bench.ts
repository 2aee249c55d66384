/** What the page costs: from an event to its pixel, a cold load, what is loaded, and memory after a day. */

import { expect, type CDPSession, type Page } from '@playwright/test';
import { rowsIn } from '../src/client/rows';
import type * as wire from '../src/wire/wire';
import { card, live, openIn, test as base } from '../e2e/fixtures';
import { fill } from '../e2e/project_maker';
import { BATCH_MAX, newId, type DaybookServer } from '../e2e/server';
import { now, offset, painted, watchCards } from './clock';
import { kilobytes, mebibytes, millis, quantile, row } from './rows';

const QUICK = process.env.DAYBOOK_BENCH_QUICK !== undefined;
const TASKS = 1_000;
const RISKS = 200;
const SEED = 7;
const PER_SECOND = 10;
const SECONDS = QUICK ? 3 : 30;
const MOVES = QUICK ? 5 : 40;
const LOADS = QUICK ? 2 : 10;
/** A day in which somebody does something every ten seconds. */
const DAY = QUICK ? 512 : 8_640;
const SIZE = `${String(TASKS)} tasks, ${String(RISKS)} risks`;

const test = base.extend<{ filled: DaybookServer }>({
  filled: async ({ server }, use) => {
    await server.createProject('BENCH', 'A project of some size');
    await fill(server, { tasks: TASKS, risks: RISKS, seed: SEED });
    await use(server);
  },
});

/** Tasks that stand where nothing keeps them from being moved. */
async function tasksIn(server: DaybookServer, columnName: string): Promise<wire.BoardCardRow[]> {
  const rows = rowsIn('board', (await server.view('board')).rows);
  const column = rows.flatMap((each) =>
    'column' in each && each.column.name !== undefined && 'text' in each.column.name
      ? each.column.name.text === columnName
        ? [each.column.column]
        : []
      : [],
  )[0];
  return rows.flatMap((each) => ('card' in each && each.card.column === column ? [each.card] : []));
}

interface Times {
  sent: number;
  answered: number;
}
/** Moves one card after the other on a schedule; when each was sent and answered, by its task. */
async function move(server: DaybookServer): Promise<Map<string, Times>> {
  const cards = (await tasksIn(server, 'Backlog')).slice(0, PER_SECOND * SECONDS);
  const [to] = await tasksIn(server, 'Ready');
  const times = new Map<string, Times>();
  const begun = now();
  const moves = cards.map(async ({ task = '', column = '' }, i) => {
    await new Promise((resolve) => setTimeout(resolve, begun + (i * 1000) / PER_SECOND - now()));
    const sent = now();
    await server.act({ task: { moveTask: { task, fromColumn: column, toColumn: to?.column ?? '' } } });
    times.set(task, { sent, answered: now() });
  });
  await Promise.all(moves);
  return times;
}

/** `seconds`: of work of the page's main thread, so far. */
async function busy(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

test('event to pixel', async ({ filled, open }) => {
  const page = await open(filled.page('board'));
  await live(page);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const off = await offset(page);
  await watchCards(page);
  const before = await busy(session);
  const given = await move(filled);
  await expect.poll(async () => (await painted(page)).size).toBe(given.size);
  const worked = (await busy(session)) - before;
  const shown = await painted(page);
  const since = (of: keyof Times): number[] =>
    [...given].map(([task, times]) => (shown.get(task) ?? Number.NaN) - off - times[of]);
  const spread = (late: readonly number[]): string =>
    `p50 ${millis(quantile(late, 0.5))}, p95 ${millis(quantile(late, 0.95))}`;
  row({
    what: 'event to pixel',
    figure: spread(since('sent')),
    ratio: `p95 of 100 ms = ${(quantile(since('sent'), 0.95) / 100).toFixed(2)}`,
    conditions: `cards moved on the board, ${String(PER_SECOND)}/s for ${String(SECONDS)} s, ${SIZE}; from sending; from the answer ${spread(since('answered'))}; ${millis((1000 * worked) / given.size)} of the page's thread each`,
  });
});

test('a move in one browser, seen in the other', async ({ filled, open }) => {
  const [one, two] = await Promise.all([open(filled.page('board')), open(filled.page('board'))]);
  await Promise.all([live(one), live(two)]);
  const offs = [await offset(one), await offset(two)] as const;
  const [moved] = await tasksIn(filled, 'Backlog');
  const task = moved?.task ?? '';
  await one.evaluate(() => {
    window.addEventListener(
      'keydown',
      (event) => {
        (window as unknown as { pressed: number }).pressed = performance.timeOrigin + event.timeStamp;
      },
      { capture: true },
    );
  });
  const late: number[] = [];
  for (let i = 0; i < MOVES; ++i) {
    await watchCards(two);
    await card(one, task).focus();
    await one.keyboard.press('Space');
    await one.keyboard.press(i % 2 === 0 ? 'ArrowRight' : 'ArrowLeft');
    await one.keyboard.press('Space');
    await expect.poll(async () => (await painted(two)).has(task), { intervals: [20] }).toBe(true);
    const at = ((await painted(two)).get(task) ?? Number.NaN) - offs[1];
    const pressed = (await one.evaluate(() => (window as unknown as { pressed: number }).pressed)) - offs[0];
    late.push(at - pressed);
    await expect(card(one, task)).not.toContainText('Saving');
  }
  row({
    what: 'key to pixel, between two browsers',
    figure: `p50 ${millis(quantile(late, 0.5))}, p95 ${millis(quantile(late, 0.95))}`,
    ratio: `p95 of 100 ms = ${(quantile(late, 0.95) / 100).toFixed(2)}`,
    conditions: `${String(MOVES)} cards put down by the keyboard, side by side on one machine, ${SIZE}`,
  });
});

interface Loaded {
  paint: number;
  ready: number;
  page: number;
  fonts: number;
  data: number;
}
async function load(page: Page, address: string, isReady: string): Promise<Loaded> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const types = new Map<string, string>();
  const bytes = { page: 0, fonts: 0, data: 0 };
  session.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const type = types.get(requestId);
    bytes[type === 'Font' ? 'fonts' : type === 'Fetch' || type === 'XHR' ? 'data' : 'page'] += encodedDataLength;
  });
  await page.addInitScript((selector) => {
    const look = (): void => {
      const fresh = document.querySelector('.fresh')?.textContent ?? '';
      if (document.querySelector(selector) !== null && fresh.includes('Live'))
        (window as unknown as { ready: number }).ready = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, isReady);
  await page.goto(address);
  await page.waitForFunction(() => 'ready' in window);
  const [paint, ready] = await page.evaluate(() => [
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    (window as unknown as { ready: number }).ready,
  ]);
  return { paint: paint ?? Number.NaN, ready: ready ?? Number.NaN, ...bytes };
}

test('a cold load', async ({ filled, browser }) => {
  for (const [what, address, isReady] of [
    ['the board', filled.page('board'), '.card'],
    ['the wall', filled.wall(), '.card'],
  ] as const) {
    const loads: Loaded[] = [];
    for (let i = 0; i < LOADS; ++i) {
      const page = await openIn(browser, 'about:blank');
      loads.push(await load(page, address, isReady));
      await page.context().close();
    }
    const of = (key: keyof Loaded): number[] => loads.map((each) => each[key]);
    row({
      what: `cold load, ${what}: first paint, ready`,
      figure: `p50 ${millis(quantile(of('paint'), 0.5))}, ${millis(quantile(of('ready'), 0.5))}`,
      conditions: `${String(LOADS)} browsers with nothing in their caches, ${SIZE}; ready: all its views on the screen, live; slowest ${millis(Math.max(...of('ready')))}`,
    });
    if (what === 'the board') {
      const page = quantile(of('page'), 0.5);
      row({
        what: 'loaded, compressed: page, fonts',
        figure: `${kilobytes(page)}, ${kilobytes(quantile(of('fonts'), 0.5))}`,
        ratio: `page of 350 kB = ${(page / 350_000).toFixed(2)}`,
        conditions: 'document, scripts and styles with their headers; without the project itself',
      });
    }
  }
});

async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}
async function nodes(session: CDPSession): Promise<number> {
  return (await session.send('Memory.getDOMCounters')).nodes;
}

test('memory after a day', async ({ filled, open }) => {
  const heard = [0, 0];
  const listen = (i: number) => async (page: Page) => {
    page.on('websocket', (socket) => socket.on('framereceived', () => (heard[i] = (heard[i] ?? 0) + 1)));
    await Promise.resolve();
  };
  const pages = await Promise.all([
    open(filled.page('board'), { before: listen(0) }),
    open(filled.wall(), { before: listen(1) }),
  ]);
  await Promise.all(pages.map(live));
  const sessions = await Promise.all(pages.map((page) => page.context().newCDPSession(page)));
  const before = await Promise.all(sessions.map(async (each) => [await heap(each), await nodes(each)] as const));
  const tasks = await tasksIn(filled, 'Backlog');
  const columns = rowsIn('board', (await filled.view('board')).rows)
    .flatMap((each) => ('column' in each && each.column.category === 'todo' ? [each.column] : []))
    .map(({ column }) => column ?? '');
  const at = new Map(tasks.map(({ task, column }) => [task ?? '', column ?? '']));
  const begun = now();
  for (let done = 0; done < DAY; done += BATCH_MAX) {
    const commands = Array.from({ length: Math.min(BATCH_MAX, DAY - done) }, (_, i): wire.Command => {
      const task = tasks[(done + i) % tasks.length]?.task ?? '';
      if (i % 2 === 0) return { comment: { addComment: { comment: newId(), subject: task, text: 'Another remark.' } } };
      const fromColumn = at.get(task) ?? '';
      const toColumn = columns.find((each) => each !== fromColumn) ?? '';
      at.set(task, toColumn);
      return { task: { moveTask: { task, fromColumn, toColumn } } };
    });
    await filled.batch(commands);
  }
  const version = await filled.version();
  for (const page of pages) await expect(page.locator('.fresh').first()).toContainText(`v${String(version)}`);
  const took = (now() - begun) / 1000;
  const after = await Promise.all(sessions.map(async (each) => [await heap(each), await nodes(each)] as const));
  for (const [i, what] of ['the board', 'the wall'].entries()) {
    const [heapBefore = 0, nodesBefore = 0] = before[i] ?? [];
    const [heapAfter = 0, nodesAfter = 0] = after[i] ?? [];
    row({
      what: `memory after a day, ${what}`,
      figure: mebibytes(heapAfter),
      ratio: `after / before = ${(heapAfter / heapBefore).toFixed(2)}`,
      conditions: `${String(DAY)} moves and comments, one each 10 s of a day, given in ${took.toFixed(0)} s, heard in ${String(heard[i])} messages; the script's heap, collected; ${String(nodesBefore)} nodes, then ${String(nodesAfter)}; ${SIZE}`,
    });
  }
});
