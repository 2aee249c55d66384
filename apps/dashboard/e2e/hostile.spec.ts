/** Words that would break a page if it took them for anything but words, in every place where somebody may write some. */

import { expect, type Page } from '@playwright/test';
import { rowsIn } from '../src/client/rows';
import type * as wire from '../src/wire/wire';
import { live, test } from './fixtures';
import { newId, type DaybookServer } from './server';

const MARKUP =
  '<img src=x onerror="window.hostile=1"><script>window.hostile=1</script></title><style>*{display:none}</style>{{7*7}}';
const WORDS: Record<string, string> = {
  markup: MARKUP,
  'a word of 10 KB': 'W'.repeat(10_000),
  '10 KB of words': 'word '.repeat(2_000),
  'right to left': '\u202E\u2067gnp.exe \u05D0\u05D1\u05D2 not closed',
  'marks on marks': `a${'\u0300\u0323'.repeat(400)}`,
  'nothing to see': '\u200B',
};

interface Written {
  task: string;
  risk: string;
  change: string;
  decision: string;
}

/** Writes the words wherever the rules let one. */
async function write(server: DaybookServer, words: string): Promise<Written> {
  const [task, risk, change, board, decision, option] = Array.from({ length: 6 }, () => newId()) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const [asks, votes] = [await server.member(words, 'contributor'), await server.member(words, 'contributor')];
  const doing = rowsIn('board', (await server.view('board')).rows)
    .flatMap((row) => ('column' in row && row.column.category === 'doing' ? [row.column.column] : []))
    .find((column) => column !== undefined);
  if (doing === undefined) throw new Error('no column of work');
  const give: wire.Command[] = [
    {
      task: {
        createTask: {
          task,
          title: words,
          description: words,
          owner: votes.member,
          column: doing,
          overrideReason: words,
        },
      },
    },
    { task: { blockTask: { task, reason: words, needs: words } } },
    { task: { logTime: { entry: newId(), task, member: votes.member, day: today(), minutes: 5, note: words } } },
    {
      attachment: {
        attachFile: { attachment: newId(), subject: task, name: words, sha256: 'ab'.repeat(32), bytes: '1' },
      },
    },
    { risk: { identifyRisk: { risk, cause: words, event: words, effect: words, owner: votes.member } } },
    { risk: { assessRisk: { risk, to: { likelihood: 5, impact: 5 } } } },
    { risk: { planResponse: { risk, to: 'mitigate', trigger: { to: words } } } } as unknown as wire.Command,
    { decision: { constituteAdvisoryBoard: { board, name: words, charter: { members: [votes.member], quorum: 1 } } } },
    {
      decision: {
        openDecision: {
          decision,
          board,
          question: words,
          options: [
            { option, text: words },
            { option: newId(), text: words },
          ],
        },
      },
    },
    {
      decision: {
        recordDecision: {
          decision: newId(),
          what: words,
          why: words,
          meeting: words,
          assertedBy: [votes.member],
          alternatives: [{ option: newId(), text: words }],
        },
      },
    },
    ...[task, risk, decision].map((subject) => ({
      comment: { addComment: { comment: newId(), subject, text: words } },
    })),
  ];
  const outcomes = await server.batch(give);
  const refused = outcomes.flatMap((outcome, i) =>
    'accepted' in outcome ? [] : [`${JSON.stringify(give[i]).slice(0, 80)}: ${JSON.stringify(outcome)}`],
  );
  // Plans and attachments have rules of their own; whatever else is refused is a fault of this test.
  expect(refused.filter((line) => !/planResponse|attachFile/.test(line))).toEqual([]);
  await server.act({ decision: { castVote: { decision, option, rationale: words } } }, votes.token);
  await server.act(
    { change: { submitChange: { change, title: words, justification: words, kind: 'scope', affected: [task] } } },
    asks.token,
  );
  await server.act({
    change: { assessChange: { change, impact: { cost: { minor: '100', currency: 'EUR' } }, note: words } },
  });
  return { task, risk, change, decision };
}

function today(): number {
  return Math.floor(Date.now() / 86_400_000);
}

/** Names of people, columns and the project are on every page: they are written last. */
async function rename(server: DaybookServer): Promise<void> {
  const commitment = (text: wire.Text | undefined): string => text?.commitment ?? '';
  const summary = rowsIn('summary', (await server.view('summary')).rows)[0];
  await server.act({ project: { renameProject: { name: { from: commitment(summary?.name), to: MARKUP } } } });
  const columns = rowsIn('board', (await server.view('board')).rows).flatMap((row) =>
    'column' in row ? [row.column] : [],
  );
  for (const [i, to] of Object.values(WORDS).slice(0, 4).entries()) {
    const { column, name } = columns[i] ?? {};
    await server.act({ board: { renameColumn: { column: column ?? '', name: { from: commitment(name), to } } } });
  }
}

/** What is wrong with how the page lies; empty if nothing. */
async function faults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const root = document.documentElement;
    // The wall moves by two pixels now and then, against burning in.
    if (root.scrollWidth > root.clientWidth + 2) found.push(`the page is ${String(root.scrollWidth)} wide`);
    const called = (element: Element): string =>
      `${element.tagName.toLowerCase()}.${element.className} ${(element.textContent ?? '').slice(0, 40)}`;
    const boxes = 'main, header, footer, nav, section, article, aside, form, dialog, ul, td, .card';
    for (const box of document.querySelectorAll<HTMLElement>(boxes)) {
      if (box.clientWidth === 0 || getComputedStyle(box).overflowX === 'hidden') continue;
      if (box.scrollWidth > box.clientWidth + 1) found.push(`overflows: ${called(box)}`);
    }
    // No words beyond the window, unless something cuts them off.
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const parent = node.parentElement;
      if (parent === null || (node.textContent ?? '').trim() === '') continue;
      if (/[\u202A-\u202E\u2066\u2067]/.test(node.textContent ?? '') && parent.closest('pre') === null)
        found.push(`turns its neighbours: ${called(parent)}`);
      const range = document.createRange();
      range.selectNodeContents(node);
      let { right } = range.getBoundingClientRect();
      for (let box: Element | null = parent; box !== null; box = box.parentElement) {
        if (getComputedStyle(box).overflowX !== 'visible') right = Math.min(right, box.getBoundingClientRect().right);
      }
      if (right > root.clientWidth + 1) found.push(`beyond the window: ${called(parent)}`);
    }
    if ((window as { hostile?: number }).hostile !== undefined) found.push('a script of theirs ran');
    if (document.querySelector('img, main script, main style') !== null) found.push('an element of theirs is there');
    return [...new Set(found)];
  });
}

test('hostile words are shown as words on every page, and break none', async ({ server, open }) => {
  test.setTimeout(180_000);
  const written: Written[] = [];
  for (const words of Object.values(WORDS)) written.push(await write(server, words));
  await rename(server);
  const [markup, long] = written;
  if (markup === undefined || long === undefined) throw new Error('nothing written');
  const before = await server.version();

  const page = await open('about:blank');
  page.on('dialog', (dialog) => {
    throw new Error(`a dialog: ${dialog.message()}`);
  });
  const check = async (what: string): Promise<void> => {
    expect.soft(await faults(page), what).toEqual([]);
    // DAYBOOK_E2E_PICTURES: a folder for pictures, to look at.
    const folder = process.env.DAYBOOK_E2E_PICTURES;
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${what.replace(/[^a-z0-9]+/g, '-')}.png` });
  };
  await page.goto(server.page('board'));
  await live(page);
  const parts = await page
    .getByRole('navigation')
    .getByRole('link')
    .evaluateAll((links) =>
      links.map((link) => new URL((link as HTMLAnchorElement).href).pathname.split('/')[3] ?? ''),
    );
  const pages = [
    ...parts.filter(Boolean),
    ...written
      .slice(0, 2)
      .flatMap(({ risk, change, decision }) => [`risk/${risk}`, `change/${change}`, `decision/${decision}`]),
    `board/${long.task}`,
    `log/${markup.task}`,
    `board?at=${String(before - 1)}`,
  ];
  for (const path of pages) {
    await page.goto(`${server.url}/p/${server.key}/${path}`);
    await expect(page.locator('.fresh').first()).toContainText(/Live|Viewing/);
    await check(path);
  }
  await page.goto(server.page('board'));
  await live(page);
  await expect(page.locator(`.card[data-id="${markup.task}"]`)).toContainText(MARKUP);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('W');
  await check('the command bar');
  await page.goto(server.url);
  await expect(page.getByText(MARKUP.slice(0, 20)).first()).toBeVisible();
  await check('the projects');

  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
    [3840, 2160],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.goto(server.wall());
    await live(page);
    await check(`the wall, ${String(width)} wide`);
    const high = await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
    expect.soft(high, `the wall, ${String(height)} high`).toBeLessThanOrEqual(2);
  }
});

test('a text that is empty is refused, and one that is not there is shown as nothing', async ({ server, open }) => {
  const [task, other] = [newId(), newId()];
  const { status, body } = await server.ask(server.project, {
    command: { task: { createTask: { task, title: '' } } },
    id: newId(),
  });
  expect({ status, body }).toMatchObject({ status: 400, body: { code: 'textInvalid' } });
  await server.act({ task: { createTask: { task: other, title: 'No description' } } });
  const page = await open(server.page('board'));
  await live(page);
  await expect(page.locator(`.card[data-id="${other}"]`)).toContainText('No description');
  await expect(page.locator(`.card[data-id="${task}"]`)).toHaveCount(0);
  expect(await faults(page)).toEqual([]);
});
