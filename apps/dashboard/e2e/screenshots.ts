/**
 * Pictures of every page, for whoever looks at the design: both themes, three sizes of wall, a narrow laptop; with the demonstration,
 * an empty project, a large one, and without a server. `./dev screenshots` runs it; DAYBOOK_SCREENSHOTS is the folder they go to.
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
  const links = await page.locator('.side a.nav').evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
  return links.map((link) => link.split('/').at(-1) ?? '').filter(Boolean);
}
async function everyPage(browser: Browser, scene: string, size: Size, theme: Theme): Promise<void> {
  const page = await open(browser, server.page('summary'), size, theme);
  for (const name of await pages(page)) {
    await page.locator(`.side a.nav[href$="/${name}"]`).click();
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

  const page = await open(browser, server.page('board'), DESK, 'light');
  await page.goto(`${server.url}/p/${server.key}/board?at=600`);
  await expect(page.locator('.fresh').first()).toContainText('Viewing v600');
  await take(page, 'demo-board-past-1440-light');
  await page.goto(`${server.url}/p/${server.key}/board?at=600&compare=900`);
  await take(page, 'demo-board-compare-1440-light');
  const { rows } = (await server.get(`/api/v1/projects/${server.project}/views/decisions`)) as {
    rows: { decisions: { decision?: { state: { decision: string; status?: string } } }[] };
  };
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    for (const { decision } of rows.decisions) {
      if (decision === undefined) continue;
      await page.goto(`${server.url}/p/${server.key}/decision/${decision.state.decision}`);
      await take(page, `demo-decision-${decision.state.status ?? 'open'}-1440-${theme}`);
    }
  }
  await page.goto(`${server.url}/`);
  await take(page, 'demo-projects-1440-dark');
  const signedOut = await browser.newPage({ viewport: { width: DESK[0], height: DESK[1] } });
  await signedOut.goto(`${server.url}/`);
  await take(signedOut, 'demo-signin-1440-light');
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
