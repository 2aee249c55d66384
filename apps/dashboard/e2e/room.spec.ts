import { expect } from '@playwright/test';
import { card, column, drag, live, serious, test } from './fixtures';
import { WALL_VIEWS } from './server';

test('a card that is dragged in one browser moves in the other', async ({ server, open }) => {
  const task = await server.createTask('Carry me over');
  const [one, two] = await Promise.all([open(server.page('board')), open(server.page('board'))]);
  await Promise.all([live(one), live(two)]);
  await expect(column(two, 'Backlog').locator(`[data-id="${task}"]`)).toBeVisible();

  await drag(one, task, 'Ready');
  await expect(column(one, 'Ready').locator(`[data-id="${task}"]`)).toBeVisible();
  await expect(column(two, 'Ready').locator(`[data-id="${task}"]`)).toBeVisible();
  await expect(one.getByTestId('refusal')).toHaveCount(0);
});

test('a card is moved by the keyboard alone, and a full column refuses it with the reason', async ({
  server,
  open,
}) => {
  const page = await open(server.page('board'));
  await live(page);
  const full = column(page, 'Testing');
  await expect(full).toContainText('Full');
  const moved = column(page, 'Review').locator('.card').first();
  const task = (await moved.getAttribute('data-id')) ?? '';
  await moved.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('[aria-live="assertive"]')).toContainText('full, would be refused');
  await page.keyboard.press('Space');
  const note = page.getByTestId('refusal');
  await expect(note).toContainText('WIP limit 4 of Testing is reached');
  // Rolled back, alone: the card stands where it stood, and says so.
  await expect(column(page, 'Review').locator(`[data-id="${task}"]`)).toContainText('Not taken, see why');
  await note.getByRole('button', { name: 'Close' }).click();
  await expect(note).toHaveCount(0);
  await expect(card(page, task)).not.toContainText('Not taken');
});

test('when the server dies the page says so, and recovers without a reload, missing nothing', async ({
  server,
  open,
}) => {
  const page = await open(server.page('board'));
  await live(page);
  await page.evaluate(() => {
    (window as unknown as { mine: number }).mine = 7;
  });
  await server.kill();
  await expect(page.locator('.fresh').first()).toContainText('Behind');
  await expect(page.locator('.fresh').first()).toContainText('Stale since', { timeout: 20_000 });
  await server.start();
  const task = await server.createTask('Made meanwhile');
  await page
    .getByRole('button', { name: 'Try now' })
    .click({ timeout: 5_000 })
    .catch(() => undefined);
  await live(page);
  await expect(card(page, task)).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { mine: number }).mine)).toBe(7);
});

test('an act without connection is kept, shown as such, and counts once', async ({ server, open }) => {
  const page = await open(server.page('board'));
  await live(page);
  await server.kill();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('create');
  await page.keyboard.press('Enter');
  await page.getByLabel('Title').fill('Written in the lift');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByTestId('kept')).toContainText('waits to be sent');
  await server.start();
  await live(page);
  await expect(page.getByText('Written in the lift')).toHaveCount(1);
  await expect(page.getByTestId('kept')).toHaveCount(0);
  const view = (await server.get(`/api/v1/projects/${server.key}/views/tasks`)) as {
    rows?: { tasks?: { title?: { text?: string } }[] };
  };
  expect(JSON.stringify(view).split('Written in the lift').length).toBe(2);
});

test('a viewer is offered nothing that changes anything, and is told why', async ({ server, open }) => {
  const { token } = await server.member('Vera Viewer', 'viewer');
  const page = await open(server.page('approval', token));
  await live(page);
  await expect(page.getByRole('button', { name: 'Approve' }).first()).toBeDisabled();
  await expect(page.locator('main')).toContainText('It takes the role contributor; yours is viewer.');
  expect(page.url()).not.toContain('dbk_');
});

test('a room token opens its room and nothing else', async ({ server, open }) => {
  const token = await server.roomToken(WALL_VIEWS);
  const wall = await open(server.wall(token));
  await live(wall);
  await expect(wall.locator('h1')).toContainText('Mobile banking app');
  for (const title of ['Board', 'Risks', 'Flow', 'Change requests', 'Needs attention', 'Decisions waiting']) {
    await expect(wall.getByRole('heading', { name: title, exact: true })).toBeVisible();
  }
  expect(await wall.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight)).toBe(true);
  const other = await open(`${server.url}/#token=${token}`);
  await expect(other.locator('main')).toContainText('No project yet that this token may see');
});

test('axe finds nothing serious on any page, in both themes', async ({ server, open }) => {
  test.slow();
  const page = await open('about:blank');
  for (const path of [
    'summary',
    'attention',
    'board',
    'flow',
    'risk',
    'change',
    'approval',
    'decision',
    'people',
    'log',
  ]) {
    await page.goto(server.page(path));
    await live(page);
    expect.soft(await serious(page, path)).toEqual([]);
  }
});
