/** Times of two processes on one clock: the page's is asked often, and the quickest answer tells how far it is off. */

import type { Page } from '@playwright/test';

export const now = (): number => performance.timeOrigin + performance.now();

/** What is to be taken from a time of the page to have it on this process's clock, ms. */
export async function offset(page: Page): Promise<number> {
  let best = { took: Number.POSITIVE_INFINITY, off: 0 };
  for (let i = 0; i < 30; ++i) {
    const asked = now();
    const there = await page.evaluate(() => performance.timeOrigin + performance.now());
    const took = now() - asked;
    if (took < best.took) best = { took, off: there - (asked + took / 2) };
  }
  return best.off;
}

/** Notes when each card that enters another column is on the screen: a task that runs after the frame that has it. From now on. */
export async function watchCards(page: Page): Promise<void> {
  await page.evaluate(() => {
    interface Watching {
      painted: Record<string, number>;
      watcher?: MutationObserver;
    }
    const watching = window as unknown as Watching;
    watching.watcher?.disconnect();
    const times: Record<string, number> = {};
    watching.painted = times;
    const column = (each: Element): string => each.parentElement?.dataset.column ?? '';
    const stood = new Map(
      [...document.querySelectorAll<HTMLElement>('.card')].map((each) => [each.dataset.id, column(each)]),
    );
    const look = (node: Node): void => {
      if (!(node instanceof HTMLElement) || node.dataset.id === undefined) return;
      const id = node.dataset.id;
      if (stood.get(id) === column(node) || id in times) return;
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => {
          times[id] ??= performance.timeOrigin + performance.now();
        };
        channel.port2.postMessage(null);
      });
    };
    watching.watcher = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) addedNodes.forEach(look);
    });
    watching.watcher.observe(document.body, { subtree: true, childList: true });
  });
}
/** By their tasks, in the page's time. */
export async function painted(page: Page): Promise<Map<string, number>> {
  const times = await page.evaluate(() => (window as unknown as { painted: Record<string, number> }).painted);
  return new Map(Object.entries(times));
}
