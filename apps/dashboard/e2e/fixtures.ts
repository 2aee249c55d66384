/** What every test begins with: a server of its own, and browser windows that do not outlive it. */

import AxeBuilder from '@axe-core/playwright';
import {
  expect,
  test as base,
  type Browser,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from '@playwright/test';
import { DaybookServer } from './server';

export interface OpenOptions extends BrowserContextOptions {
  /** Called before anything is loaded. */
  before?: (page: Page) => Promise<void>;
}
export type Open = (address: string, options?: OpenOptions) => Promise<Page>;

/** A browser window of its own, in which no script may fail and nothing may be refused by the page's policy. */
export async function openIn(
  browser: Browser,
  address: string,
  { before, ...options }: OpenOptions = {},
): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('pageerror', (fault) => {
    throw fault;
  });
  page.on('console', (message) => {
    if (/Content.Security|Refused to/.test(message.text())) throw new Error(message.text());
  });
  await before?.(page);
  await page.goto(address);
  return page;
}

export const test = base.extend<{ server: DaybookServer; open: Open }>({
  // eslint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const server = await new DaybookServer().start();
    await use(server);
    await server.stop();
  },
  open: async ({ browser }, use) => {
    const pages: Page[] = [];
    await use(async (address, options) => {
      const page = await openIn(browser, address, options);
      pages.push(page);
      return page;
    });
    await Promise.all(pages.map((page) => page.context().close()));
  },
});

export const live = (page: Page): Promise<void> => expect(page.locator('.fresh').first()).toContainText('Live');
export const column = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
export const card = (within: Page | Locator, task: string): Locator => within.locator(`.card[data-id="${task}"]`);

/** By the mouse, to the top of another column. */
export async function drag(page: Page, task: string, to: string): Promise<void> {
  const moved = card(page, task);
  await moved.scrollIntoViewIfNeeded();
  const start = await moved.boundingBox();
  const end = await column(page, to).locator('ul').boundingBox();
  if (start === null || end === null) throw new Error('not on the screen');
  await page.mouse.move(start.x + 40, start.y + 20);
  await page.mouse.down();
  await page.mouse.move(end.x + 60, start.y + 24, { steps: 12 });
  await page.mouse.move(end.x + 60, end.y + 30, { steps: 6 });
  await page.mouse.up();
}

/** The connection of a page, whose messages from the server can be held back. */
export class Line {
  #held: (string | Buffer)[] | undefined;
  #pass: (message: string | Buffer) => void = () => undefined;

  /** For `before`. */
  readonly through = (page: Page): Promise<void> =>
    page.routeWebSocket(/\/api\/v1\/sync$/, (near) => {
      const far = near.connectToServer();
      this.#pass = (message) => {
        near.send(message);
      };
      far.onMessage((message) => {
        if (this.#held === undefined) near.send(message);
        else this.#held.push(message);
      });
    });
  hold(): void {
    this.#held ??= [];
  }
  /** In the order in which they came. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    held.forEach(this.#pass);
  }
}

/** What axe finds that is serious, in both themes, of which the second differs by its colours alone; empty if nothing. */
export async function serious(page: Page, where: string, within?: string): Promise<string[]> {
  const found: string[] = [];
  for (const theme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    // There are no frames: the way without them takes a fifth of the time.
    let axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
    if (within !== undefined) axe = axe.include(within);
    if (theme === 'dark') axe = axe.withRules(['color-contrast']);
    const { violations } = await axe.analyze();
    for (const { id, impact, nodes } of violations)
      if (impact === 'serious' || impact === 'critical')
        found.push(`${where}, ${theme}: ${id} ${nodes[0]?.html ?? ''}`);
  }
  return found;
}
