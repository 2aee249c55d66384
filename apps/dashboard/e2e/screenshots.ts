/**
 * Pictures of every page, for whoever looks at the design: both themes, three sizes of wall, a narrow laptop; with the demonstration
 * (its things, forms and time too), an empty project, a large one, and without a server. `./dev screenshots` runs it; DAYBOOK_SCREENSHOTS is the folder they go to.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { fill } from './project_maker';
import { DaybookServer, WALL_VIEWS } from './server';

const FOLDER = process.env.DAYBOOK_SCREENSHOTS ?? 'screenshots';
const THEMES = ['light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
type Size = readonly [width: number, height: number];
const DESK: Size = [1440, 900];
const NARROW: Size = [1024, 700];
const PHONE: Size = [800, 1000];
const WALLS: readonly Size[] = [
  [1280, 720],
  [1920, 1080],
  [3840, 2160],
];
const LARGE = { tasks: 1_000, risks: 200, seed: 20 };

let server: DaybookServer;
test.beforeEach(async () => {
  mkdirSync(FOLDER, { recursive: true });
  server = await new DaybookServer().start();
});
test.afterEach(async () => {
  await server.stop();
});
test.use({ actionTimeout: 15_000 });
test.setTimeout(600_000);

async function open(browser: Browser, address: string, [width, height]: Size, theme: Theme): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(address);
  await expect(page.locator('.fresh').first()).toContainText(/Live|Viewing/);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  return page;
}
async function take(page: Page, name: string): Promise<void> {
  // What has just changed is marked for 1.2 s: no picture of that.
  await page.waitForTimeout(1_500);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

/** The addresses of all pages, as the side lists them. */
async function pages(page: Page): Promise<string[]> {
  const links = await page
    .locator('.side a.nav:not(.wait)')
    .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
  return links.map((link) => link.split('/').at(-1) ?? '').filter(Boolean);
}
async function everyPage(browser: Browser, scene: string, size: Size, theme: Theme): Promise<void> {
  const page = await open(browser, server.page('summary'), size, theme);
  for (const name of await pages(page)) {
    await page.locator(`.side a.nav:not(.wait)[href$="/${name}"]`).click();
    await take(page, `${scene}-${name}-${String(size[0])}-${theme}`);
  }
  await page.context().close();
}
async function walls(browser: Browser, scene: string, sizes: readonly Size[], themes: readonly Theme[]): Promise<void> {
  const token = await server.roomToken(WALL_VIEWS);
  for (const size of sizes) {
    for (const theme of themes) {
      const page = await open(browser, `${server.url}/room/${server.key}?theme=${theme}#token=${token}`, size, theme);
      await take(page, `${scene}-wall-${String(size[0])}-${theme}`);
      await page.context().close();
    }
  }
}

test('the demonstration', async ({ browser }) => {
  for (const theme of THEMES) await everyPage(browser, 'demo', DESK, theme);
  await everyPage(browser, 'demo', NARROW, 'light');
  await everyPage(browser, 'demo', PHONE, 'light');
  await walls(browser, 'demo', WALLS, THEMES);

  const signedOut = await browser.newPage({ viewport: { width: DESK[0], height: DESK[1] } });
  await signedOut.goto(`${server.url}/`);
  await take(signedOut, 'demo-signin-1440-light');
  await signedOut.context().close();
});

/** The first button of that name, or entry of a menu. */
async function press(page: Page, scope: string, title: string): Promise<void> {
  const button = page.locator(scope).getByRole('button', { name: title, exact: true }).first();
  if (!(await button.isVisible())) {
    await page
      .locator(scope)
      .getByRole('button', { name: /^(More|Change it)$/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: title, exact: true }).click();
  } else await button.click();
}
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search' }).fill(words);
}
/** A card put down where there is no room. */
async function refuse(page: Page): Promise<void> {
  await page.locator('section[aria-label="Review"] .card').first().focus();
  for (const key of ['Space', 'ArrowRight', 'ArrowRight', 'Space']) await page.keyboard.press(key);
  await expect(page.getByTestId('refusal')).toBeVisible();
}

/** What is opened on a page: its address, what is done there, what the picture is called. */
const OPENED: readonly [name: string, path: string, act?: (page: Page) => Promise<void>][] = [
  ['task', 'board/T-12'],
  ['task-edit', 'board/T-12', (page) => press(page, '.sheet', 'Edit')],
  ['task-menu', 'board/T-12', (page) => page.locator('.sheet').getByRole('button', { name: 'More' }).first().click()],
  ['refusal', 'board', refuse],
  ['risk', 'risk/R-1'],
  ['risk-assess', 'risk/R-1', (page) => press(page, '.sheet', 'Assess')],
  ['change', 'change/CR-1'],
  ['change-ask', 'change', (page) => press(page, 'main', 'Ask for a change')],
  ['question', 'decision', (page) => press(page, 'main', 'Put a question to a board')],
  ['path', 'approval', (page) => press(page, 'main', 'Set who is told when one waits')],
  [
    'invite',
    'people',
    async (page) => {
      await command(page, 'invite');
      await page.keyboard.press('Enter');
    },
  ],
  ['search', 'summary', (page) => command(page, 'pay')],
  ['command', 'summary', (page) => command(page, 'block')],
  [
    'command-form',
    'summary',
    async (page) => {
      await command(page, 'create a task');
      await page.keyboard.press('Enter');
    },
  ],
  ['time-open', 'board', (page) => page.keyboard.press('h')],
];

test('things, forms and acts of the demonstration', async ({ browser }) => {
  for (const theme of THEMES) {
    const page = await open(browser, server.page('summary'), DESK, theme);
    for (const [name, path, act] of OPENED) {
      await page.goto(`${server.url}/p/${server.key}/${path}`);
      await expect(page.locator('.fresh').first()).toContainText('Live');
      await act?.(page);
      await take(page, `demo-open-${name}-1440-${theme}`);
    }
    await page.context().close();
  }
  const narrow = await open(browser, server.page('board/T-12'), NARROW, 'light');
  await take(narrow, 'demo-open-task-1024-light');
});

test('the past of the demonstration', async ({ browser }) => {
  const page = await open(browser, server.page('board'), DESK, 'light');
  const { rows } = (await server.get(`/api/v1/projects/${server.project}/views/decisions`)) as {
    rows: { decisions: { decision?: { state: { decision: string; status?: string } } }[] };
  };
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    await page.goto(`${server.url}/p/${server.key}/board?at=600`);
    await expect(page.locator('.fresh').first()).toContainText('Viewing v600');
    await take(page, `demo-board-past-1440-${theme}`);
    await page.goto(`${server.url}/p/${server.key}/board?at=600&compare=900`);
    await take(page, `demo-board-compare-1440-${theme}`);
    for (const { decision } of rows.decisions) {
      if (decision === undefined) continue;
      await page.goto(`${server.url}/p/${server.key}/decision/${decision.state.decision}`);
      await take(page, `demo-decision-${decision.state.status ?? 'open'}-1440-${theme}`);
    }
    await page.goto(`${server.url}/`);
    await take(page, `demo-projects-1440-${theme}`);
  }
});

test('an empty project', async ({ browser }) => {
  await server.createProject('NEW', 'The new one');
  await everyPage(browser, 'empty', DESK, 'light');
  await walls(browser, 'empty', [[1920, 1080]], ['dark']);
});

test('a large project', async ({ browser }) => {
  await server.createProject(
    'LARGE',
    'Migration of the whole payment platform to the new data centre in Frankfurt am Main',
  );
  await fill(server, LARGE);
  await everyPage(browser, 'large', DESK, 'light');
  await walls(browser, 'large', WALLS.slice(0, 2), THEMES);
});

test('no server', async ({ browser }) => {
  const token = await server.roomToken(WALL_VIEWS);
  const opened: [string, Page][] = [];
  for (const theme of THEMES) {
    const address = `${server.url}/room/${server.key}?theme=${theme}#token=${token}`;
    opened.push([`stale-wall-1920-${theme}`, await open(browser, address, [1920, 1080], theme)]);
  }
  opened.push(['stale-board-1440-light', await open(browser, server.page('board'), DESK, 'light')]);
  await server.kill();
  for (const [name, page] of opened) {
    await expect(page.locator('.fresh').first()).toContainText('Stale', { timeout: 40_000 });
    await take(page, name);
  }
});
