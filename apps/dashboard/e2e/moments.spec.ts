/** What the pages show of moments of the past, beside what the command line shows of them. */

import { expect, type Page } from '@playwright/test';
import { rowsIn } from '../src/client/rows';
import type * as wire from '../src/wire/wire';
import { live, test } from './fixtures';
import { seeded } from './random';
import type { DaybookServer } from './server';

const MOMENTS = 20;

/** The ids of the rows on the page, and what stands there. */
async function shown(page: Page, rows: string): Promise<Map<string, string>> {
  const all = await page
    .locator(rows)
    .evaluateAll((found) =>
      found.map((row) => [(row as HTMLElement).dataset.id ?? '', row.textContent ?? ''] as const),
    );
  expect(new Set(all.map(([id]) => id)).size, 'each row once').toBe(all.length);
  return new Map(all);
}
const told = (text: wire.Text | undefined): string => (text !== undefined && 'text' in text ? text.text : '');
const ids = (rows: Iterable<string>): string[] => [...rows].sort();

async function board(page: Page, server: DaybookServer, at: number): Promise<void> {
  const rows = rowsIn('board', (await server.show('board', at)).rows);
  const columns = rows
    .flatMap((row) => ('column' in row ? [row.column] : []))
    .sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
  const cards = rows
    .flatMap((row) => ('card' in row ? [row.card] : []))
    .sort((a, b) => Number(BigInt(a.rank ?? 0) - BigInt(b.rank ?? 0)));
  const there = await page.locator('.col').evaluateAll((all) =>
    all.map((column) => ({
      name: column.querySelector('h2')?.textContent ?? '',
      cards: [...column.querySelectorAll<HTMLElement>('.card')].map((card) => card.dataset.id ?? ''),
      more: Number(/^[0-9]+/.exec(column.querySelector('.more')?.textContent ?? '')?.[0] ?? 0),
    })),
  );
  expect(there.map(({ name }) => name)).toEqual(columns.map(({ name }) => told(name)));
  for (const [i, column] of columns.entries()) {
    const expected = cards.filter((card) => card.column === column.column).map(({ task }) => task);
    // What is done stands newest first, and the older may only be counted.
    const more = there[i]?.more ?? 0;
    if (column.category === 'done') expected.reverse();
    else expect(more).toBe(0);
    expect(there[i]?.cards).toEqual(expected.slice(0, expected.length - more));
  }
}

async function risks(page: Page, server: DaybookServer, at: number): Promise<void> {
  const expected = rowsIn('risks', (await server.show('risks', at)).rows).flatMap((row) =>
    'risk' in row ? [row.risk] : [],
  );
  const there = await shown(page, 'main tr[data-id]');
  expect(ids(there.keys())).toEqual(ids(expected.map(({ state }) => state?.risk ?? '')));
  for (const { state, score } of expected) {
    const row = there.get(state?.risk ?? '') ?? '';
    expect(row).toContain(`R-${String(state?.number)}`);
    expect(row).toContain(told(state?.event));
    if (score !== undefined) expect(row).toContain(String(score));
  }
}

async function changes(page: Page, server: DaybookServer, at: number): Promise<void> {
  const expected = rowsIn('changes', (await server.show('changes', at)).rows).flatMap((row) =>
    'change' in row ? [row.change] : [],
  );
  const there = await shown(page, 'main article[data-id]');
  expect(ids(there.keys())).toEqual(ids(expected.map(({ state }) => state?.change ?? '')));
  for (const { state } of expected) {
    const row = there.get(state?.change ?? '') ?? '';
    expect(row).toContain(`CR-${String(state?.number)}`);
    expect(row).toContain(told(state?.title));
    expect(row).toContain(told(state?.justification));
  }
}

async function decisions(page: Page, server: DaybookServer, at: number): Promise<void> {
  const expected = rowsIn('decisions', (await server.show('decisions', at)).rows).flatMap((row) =>
    'decision' in row ? [row.decision] : [],
  );
  const there = await shown(page, 'main article[data-id]');
  expect(ids(there.keys())).toEqual(ids(expected.map(({ state }) => state?.decision ?? '')));
  for (const { state } of expected) {
    const row = there.get(state?.decision ?? '') ?? '';
    expect(row).toContain(`D-${String(state?.number)}`);
    expect(row).toContain(told(state?.question));
    for (const vote of state?.votes ?? []) expect(row).toContain(told(vote.rationale));
    const decided = state?.options?.find(({ option }) => option === state.option);
    expect(row).toContain(told(decided?.text));
  }
}

test('at twenty moments the pages show the rows that the command line shows', async ({ server, open }) => {
  const last = await server.version();
  const { below } = seeded();
  const moments = [1, ...Array.from({ length: MOMENTS - 2 }, () => 1 + below(last - 1)), last - 1];
  console.log(`versions ${moments.join(', ')} of ${String(last)}`);
  const page = await open(server.page('board'));
  await live(page);
  for (const [i, at] of moments.entries()) {
    if (i % 5 === 0) await page.goto(`${server.url}/p/${server.key}/board?at=${String(at)}`);
    else await go(page, at);
    await expect(page.locator('.fresh').first()).toContainText(`Viewing v${String(at)},`);
    await test.step(`board at ${String(at)}`, () => board(page, server, at));
    for (const [name, check] of [
      ['Risks', risks],
      ['Changes', changes],
      ['Decisions', decisions],
    ] as const) {
      await page.getByRole('navigation').getByRole('link', { name }).click();
      await expect(page).toHaveURL(new RegExp(`at=${String(at)}$`));
      await test.step(`${name} at ${String(at)}`, () => check(page, server, at));
    }
    await page.getByRole('navigation').getByRole('link', { name: 'Board' }).click();
  }
  await page.getByRole('button', { name: 'Back to now' }).click();
  await live(page);
});

/** To another moment of the same page, as the browser's own arrows do it. */
async function go(page: Page, at: number): Promise<void> {
  await page.evaluate((version) => {
    window.history.pushState(null, '', `${window.location.pathname}?at=${String(version)}`);
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, at);
}
