/**
 * A page whose script does not run: because the machine slept, or because it hangs. The processes that draw the pages are stopped and
 * continued by signals, so that nothing in them knows; what is seen meanwhile is taken from the compositor.
 */

import { chromium, expect, type Browser, type CDPSession, type Page } from '@playwright/test';
import { card, live, openIn, test } from './fixtures';
import { DaybookServer, newId } from './server';

/** Longer than a screen may be silent before it counts as stale. */
const ASLEEP_FOR = 11_000;

async function renderers(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

function signal(processes: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const id of processes) {
    try {
      process.kill(id, name);
    } catch {
      // A browser keeps one in reserve, and may let it go.
    }
  }
}

interface Frame {
  at: number;
  said: string;
  complete: boolean;
}
/** Notes with each frame what it says of its age, and whether the card is on it. */
async function watch(page: Page, task: string): Promise<void> {
  await page.evaluate((id) => {
    const frames: { at: number; said: string; complete: boolean }[] = [];
    (window as unknown as { frames: typeof frames }).frames = frames;
    const look = (): void => {
      frames.push({
        at: Date.now(),
        said: document.querySelector('.fresh')?.textContent ?? '',
        complete: document.querySelector(`.card[data-id="${id}"]`) !== null,
      });
      if (frames.length > 5_000) frames.shift();
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, task);
}

test('a page that slept is stale before it is live again, and then it misses nothing', async ({
  browserName: _,
}, info) => {
  // One server goes on sending to the page that sleeps; the other gives it up.
  const servers = await Promise.all([
    new DaybookServer().start(),
    new DaybookServer(['--heartbeat-seconds', '3']).start(),
  ]);
  const browser = await chromium.launch(info.project.use.launchOptions);
  try {
    const pages = await Promise.all(servers.map((server) => openIn(browser, server.page('board'))));
    await Promise.all(pages.map(live));
    const last = servers.map(() => newId());
    for (const [i, page] of pages.entries()) await watch(page, last[i] ?? '');

    const slept = Date.now();
    const stopped = await renderers(browser);
    signal(stopped, 'SIGSTOP');
    const woken = new Promise<void>((resolve) => {
      setTimeout(() => {
        signal(stopped, 'SIGCONT');
        resolve();
      }, ASLEEP_FOR);
    });
    for (const [i, server] of servers.entries()) {
      for (let n = 0; n < 50; ++n) await server.createTask(`While you slept, ${String(n)}`);
      await server.createTask('Last of all', undefined, last[i]);
    }
    await woken;

    for (const [i, page] of pages.entries()) {
      await live(page);
      await expect(card(page, last[i] ?? '')).toHaveCount(1);
      await expect(page.getByText('While you slept, ')).toHaveCount(50);
      const frames = (await page.evaluate(() => (window as unknown as { frames: Frame[] }).frames)).filter(
        ({ at }) => at > slept + ASLEEP_FOR / 2,
      );
      // One frame may have been under way when it fell asleep. All others say that they are stale, or show all.
      const wrong = frames.slice(1).filter(({ said, complete }) => !complete && !said.startsWith('Stale since'));
      expect(wrong).toEqual([]);
    }
  } finally {
    await browser.close();
    await Promise.all(servers.map((server) => server.stop()));
  }
});

/** The newest picture that the compositor gave to the screen: it takes nothing from the page's script. */
class Screen {
  #picture = '';
  #session: CDPSession | undefined;
  async start(page: Page): Promise<this> {
    const session = await page.context().newCDPSession(page);
    this.#session = session;
    session.on('Page.screencastFrame', ({ data, sessionId }) => {
      this.#picture = data;
      void session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
    });
    await this.#begin();
    return this;
  }
  async #begin(): Promise<void> {
    await this.#session?.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
  }
  async stop(): Promise<void> {
    await this.#session?.send('Page.stopScreencast');
  }
  /** The colour of one place, in parts of the width and the height; decoded by another page, in another process. */
  async colourAt(by: Page, x: number, y: number): Promise<number[]> {
    // The last frame of an animation may not be sent; a screencast that begins sends what is on the screen.
    await this.stop();
    await this.#begin();
    if (this.#picture === '') return [];
    return by.evaluate(
      async ({ data, x, y }) => {
        const image = new Image();
        image.src = `data:image/png;base64,${data}`;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext('2d');
        context?.drawImage(image, 0, 0);
        return [...(context?.getImageData(Math.floor(x * image.width), Math.floor(y * image.height), 1, 1).data ?? [])];
      },
      { data: this.#picture, x, y },
    );
  }
}

test('a script that hangs is covered by the stale screen, and uncovered when it runs again', async ({
  open,
  server,
}) => {
  test.setTimeout(120_000);
  const wall = await open(server.wall());
  await live(wall);
  const eye = await open('about:blank');
  const screen = await new Screen().start(wall);
  // The frame around the cover, near the left edge, in the middle of its height.
  const edge = (): Promise<number[]> => screen.colourAt(eye, 0.002, 0.5);
  const watchColour = await wall.evaluate(() => {
    const cover = document.querySelector('[data-testid="dead"]');
    return cover === null ? '' : getComputedStyle(cover).borderLeftColor;
  });
  const [red, green, blue] = (/\d+, \d+, \d+/.exec(watchColour)?.[0] ?? '').split(', ').map(Number);
  const covered = async (): Promise<boolean> => {
    const seen = await edge();
    return [red, green, blue].every((part, i) => Math.abs((part ?? -99) - (seen[i] ?? 999)) < 12);
  };
  await expect.poll(edge).not.toEqual([]);
  expect(await covered()).toBe(false);

  const session = await wall.context().newCDPSession(wall);
  const hung = session.send('Runtime.evaluate', { expression: 'for (;;);' }).catch(() => undefined);
  await expect.poll(covered, { timeout: 40_000 }).toBe(true);

  await session.send('Runtime.terminateExecution');
  await hung;
  await live(wall);
  await expect.poll(covered).toBe(false);
  await screen.stop();
});
