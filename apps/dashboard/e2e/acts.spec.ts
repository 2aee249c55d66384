import { expect, type Locator, type Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { live, serious, test } from './fixtures';
import type { BoardRow, ViewName } from '../src/wire/wire';
import { newId, type DaybookServer } from './server';

test.use({ actionTimeout: 15_000 });

type Filled = string | readonly string[] | number | boolean | { file: string; words: string };

/** Fills one field, by its label, as somebody at a keyboard would. */
async function fill(form: Locator, label: string, value: Filled): Promise<void> {
  const escaped = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const input = form.getByLabel(new RegExp(`^\\s*${escaped}( optional)?\\s*$`)).first();
  const kind = await input.evaluate((element) =>
    element.getAttribute('role') === 'combobox'
      ? 'picker'
      : element.tagName === 'SELECT'
        ? 'select'
        : ((element as HTMLInputElement).type ?? ''),
  );
  if (typeof value === 'object' && 'file' in value)
    await input.setInputFiles({ name: value.file, mimeType: 'text/plain', buffer: Buffer.from(value.words) });
  else if (kind === 'picker') {
    for (const each of Array.isArray(value) ? value : [value]) {
      await input.fill(String(each));
      await input.press('Enter');
    }
  } else if (kind === 'select') await input.selectOption({ label: String(value) });
  else if (kind === 'checkbox') await input.setChecked(value === true);
  else await input.fill(Array.isArray(value) ? value.join('\n') : String(value));
}
/** Opens the form of an act where it is offered. */
async function offer(page: Page, scope: Locator, title: string): Promise<Locator> {
  const button = scope.getByRole('button', { name: title, exact: true }).first();
  const menu = scope.getByRole('button', { name: /^(More|Change it)$/ }).first();
  await expect(button.or(menu).first()).toBeVisible();
  if (await button.isVisible()) await button.click();
  else {
    await menu.click();
    await page.getByRole('menuitem', { name: title, exact: true }).click();
  }
  return scope.locator('form.actform');
}
/** Gives an act by its form: it closes when the server has accepted it. */
async function give(page: Page, scope: Locator, title: string, filled: Record<string, Filled> = {}): Promise<void> {
  const form = await offer(page, scope, title);
  for (const [label, value] of Object.entries(filled)) await fill(form, label, value);
  await form.locator('button.p').click();
  await expect(form, title).toHaveCount(0);
}
const sheet = (page: Page): Locator => page.locator('aside.sheet');
const item = (page: Page, text: string): Locator => page.locator('article.item', { hasText: text });

/** The rows of a view as the server has them. */
async function rows<T>(server: DaybookServer, view: ViewName): Promise<T[]> {
  return ((await server.view(view)).rows as Record<string, T[]> | undefined)?.[view] ?? [];
}
interface Row {
  [name: string]: unknown;
}
/** The part of a server's row that is told, once it is so. */
async function so(
  server: DaybookServer,
  view: ViewName,
  wanted: (row: Row) => boolean,
  is: Record<string, unknown>,
): Promise<void> {
  await expect.poll(async () => (await rows<Row>(server, view)).find(wanted)).toMatchObject(is);
}

test('everything about a task is done from its sheet', async ({ server, open }) => {
  const task = await server.createTask('A task for its sheet');
  const page = await open(server.page(`board/${task}`));
  await live(page);
  const at = sheet(page);
  const it = (row: Row): boolean => row.task === task;

  await give(page, at, 'Edit', { Title: 'A better title', Description: 'Two lines\nof words', 'Estimate, hours': 6 });
  await so(server, 'tasks', it, { title: { text: 'A better title' }, estimateMinutes: 360 });
  await give(page, at, 'Assign', { Owner: 'Hanna' });
  await expect(at).toContainText('Hanna Weiss');
  await give(page, at, 'Block', { 'What it waits for': 'the sandbox', Kind: 'supplier' });
  await so(server, 'tasks', it, { blocked: true, blockKind: 'supplier' });
  await give(page, at, 'Unblock', { 'How it was resolved': 'they opened it' });
  await give(page, at, 'Move', { Column: 'Waiting' });
  await give(page, at, 'Rank', { 'Business value': 20, 'Size of the job': 10 });
  await so(server, 'tasks', it, { priority: { value: 20, jobSize: 10 } });

  await give(page, at, 'Log time', { Hours: 1.5, 'What was done': 'drew it' });
  const logged = at.getByTestId('time');
  await expect(logged).toContainText('1 h 30 min');
  await give(page, logged, 'Correct it', { Hours: 2, Why: 'the call came on top' });
  await so(server, 'tasks', it, { loggedMinutes: '120' });

  await give(page, at, 'Put it behind another', { 'The one that comes before': 'T-53', 'Working days between': 2 });
  await expect(at).toContainText('Behind T-53');
  await give(page, at, 'Remove a link', { Why: 'it can go first' });
  await expect(at).not.toContainText('Behind T-53');

  await give(page, at, 'Comment', { 'What is to be said': 'Look at this', 'Who is to be told': ['Priya', 'Mei'] });
  const said = at.getByTestId('comment');
  await expect(said).toContainText('Look at this');
  await give(page, said, 'Correct it', { 'What was meant; the first words stay': 'Look at that' });
  await expect(said).toContainText('Look at that');
  await give(page, at, 'Attach a file', { 'The file': { file: 'plan.txt', words: 'words' } });
  const file = at.getByTestId('attachment');
  await expect(file).toContainText('plan.txt');
  await expect(file).toContainText(createHash('sha256').update('words').digest('hex'));
  await give(page, file, 'Take it out of use', { Why: 'there is a newer one' });
  await expect(file).toContainText('there is a newer one');

  await give(page, at, 'Retire', { Why: 'not needed' });
  await so(server, 'tasks', it, { retired: true });
  await give(page, at, 'Restore');
  await expect(at).toContainText('Waiting');
  await expect(at.locator('ol li').first()).toContainText('restored');
});

test('progress is reported once a task is begun, and until then it says why not', async ({ server, open }) => {
  const task = await server.createTask('Not begun');
  const page = await open(server.page(`board/${task}`));
  await live(page);
  await sheet(page).getByRole('button', { name: 'More' }).click();
  await expect(page.getByRole('menuitem', { name: /^Report progress/ })).toContainText('It has not been begun');
  await page.keyboard.press('Escape');
  await give(page, sheet(page), 'Move', { Column: 'In progress', 'Why it may go over the limit': 'it is urgent' });
  await give(page, sheet(page), 'Report progress', { 'Done, %': 40, 'Hours left': 3 });
  await so(server, 'tasks', (row) => row.task === task, { percent: 40, remainingMinutes: 180 });
});

test('acts are found and given by the keyboard alone', async ({ server, open }) => {
  const task = await server.createTask('Found by its number');
  const { number } = (await rows<Row>(server, 'tasks')).find((row) => row.task === task) ?? {};
  const page = await open(server.page('summary'));
  await live(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type(`block t-${String(number)}`);
  await expect(page.getByRole('option').first()).toContainText(`T-${String(number)}: Block`);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('What it waits for')).toBeFocused();
  await page.keyboard.type('a key');
  await page.keyboard.press('Enter');
  await so(server, 'tasks', (row) => row.task === task, { blocked: true, blockReason: { text: 'a key' } });

  // Without a number the thing is chosen next, by what it is called.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('unblock');
  await page.keyboard.press('Enter');
  await page.keyboard.type('found by its');
  await expect(page.getByRole('option', { name: /Found by its number/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await page.getByLabel('How it was resolved').focus();
  await page.keyboard.press('Enter');
  await so(server, 'tasks', (row) => row.task === task, { title: { text: 'Found by its number' } });
  await expect
    .poll(async () => (await rows<Row>(server, 'tasks')).find((row) => row.task === task)?.blocked)
    .toBeUndefined();
});

test('a refusal stands in the form, and the words are kept', async ({ server, open }) => {
  const { token } = await server.member('Connie Contributor', 'contributor');
  const task = await server.createTask('One too many');
  const page = await open(server.page(`board/${task}`, token));
  await live(page);
  const form = await offer(page, sheet(page), 'Move');
  // Whether it is full is the server's to say: a contributor has no way over the limit.
  await expect(form.getByLabel('Why it may go over the limit')).toHaveCount(0);
  await fill(form, 'Column', 'In progress');
  await form.locator('button.p').click();
  await expect(form.getByTestId('refusal')).toContainText('of In progress is reached');
  await expect(form.getByLabel('Column')).toHaveValue(/.+/);
  await expect(page.getByTestId('refusal')).toHaveCount(1);
  await fill(form, 'Column', 'Waiting');
  await form.getByRole('button', { name: 'Try again' }).click();
  await expect(form).toHaveCount(0);
  await expect(page.getByTestId('refusal')).toHaveCount(0);
  await so(server, 'board', (row) => (row.card as Row | undefined)?.task === task, {});
});

test('a field says what it lacks, and nothing is sent', async ({ server, open }) => {
  const page = await open(server.page('risk'));
  await live(page);
  const before = (await rows(server, 'risks')).length;
  const main = page.locator('main');
  const form = await offer(page, main, 'Name a risk');
  await form.locator('button.p').click();
  await expect(form).toContainText('It takes some words.');
  await expect(form.getByLabel('What may happen')).toBeFocused();
  await expect(form.getByLabel('What may happen')).toHaveAttribute('aria-invalid', 'true');
  expect((await rows(server, 'risks')).length).toBe(before);
});

test('a risk is named, rated, answered, and closed', async ({ server, open }) => {
  const page = await open(server.page('risk'));
  await live(page);
  await give(page, page.locator('main'), 'Name a risk', {
    'What may happen': 'The vendor stops',
    'Because of': 'its owner sells',
    Category: 'security',
    Owner: 'Mei',
  });
  await page
    .getByRole('row', { name: /The vendor stops/ })
    .getByRole('link')
    .click();
  const at = sheet(page);
  const it = (row: Row): boolean => JSON.stringify(row).includes('The vendor stops');
  await give(page, at, 'Assess', {
    Likelihood: '4 likely',
    Impact: '3 moderate',
    'Probability, %': 30,
    'What it would cost': 1200,
  });
  await so(server, 'risks', it, {
    risk: {
      score: 12,
      state: { assessment: { probabilityPermille: 300, costImpact: { minor: '120000', currency: 'EUR' } } },
    },
  });
  await give(page, at, 'Edit', { 'It would lead to': 'a rewrite', 'How soon': 'within month' });
  await give(page, at, 'Assign', { Owner: 'Priya' });
  await give(page, at, 'Plan the response', {
    Strategy: 'mitigate',
    'One more action': 'Find a second vendor',
    'Who does it': 'Mei',
    Due: '2031-05-05',
  });
  await give(page, at, 'Plan the response', { Strategy: 'transfer', 'One more action': 'Insure it' });
  await expect(at).toContainText('Find a second vendor');
  await expect(at).toContainText('Insure it');
  await give(page, at, 'Finish an action', { Action: 'Find a second vendor', Note: 'found' });
  await give(page, at, 'Drop an action', { Action: 'Insure it' });
  await give(page, at, 'Review', { Note: 'as it was' });
  await give(page, at, 'Link it to a change', { 'The change by which the plan was adjusted': 'CR-3' });
  await give(page, at, 'Accept', { 'Why one can live with it': 'cheap enough' });
  await so(server, 'risks', it, {
    risk: { state: { status: 'accepted', strategy: 'transfer', changes: [expect.any(String)] } },
  });
  await give(page, at, 'It has happened', { 'What it led to': 'a week lost' });
  await give(page, at, 'Retire', { Why: 'over' });
  await so(server, 'risks', it, { risk: { state: { status: 'retired' } } });
  await give(page, page.locator('main'), 'Record a risk session', {
    'What it was about': 'the quarter',
    'Risks gone through': ['R-1'],
  });
  await so(server, 'risks', (row) => JSON.stringify(row).includes('the quarter'), {
    session: { attendees: [expect.any(String)] },
  });
});

test('a change is asked for, weighed, approved by others, and done', async ({ server, open }) => {
  const page = await open(server.page('change'));
  await live(page);
  await give(page, page.locator('main'), 'Ask for a change', {
    What: 'Show the rate',
    Why: 'The law asks for it',
    Kind: 'quality',
    'What it touches': ['T-53', 'R-1'],
  });
  await page.getByRole('link', { name: /Show the rate/ }).click();
  const at = sheet(page);
  const it = (row: Row): boolean => JSON.stringify(row).includes('The law asks for it');
  await give(page, at, 'Amend', { What: 'Show the exchange rate' });
  await give(page, at, 'Assess the impact', { 'Working days later': 2, Cost: 900, 'Tasks added': 1 });
  await give(page, at, 'Set aside', { Why: 'not this week' });
  await give(page, at, 'Resume');
  await give(page, at, 'Accept the impact');
  await so(server, 'changes', it, {
    change: { state: { title: { text: 'Show the exchange rate' }, impactAccepted: true, impact: { scheduleDays: 2 } } },
  });
  const { change } = ((await rows<Row>(server, 'changes')).find(it)?.change as { state: { change: string } }).state;
  // Who asked for it does not approve it.
  await expect(at.getByRole('button', { name: 'Approve' })).toBeDisabled();
  await expect(at).toContainText('Nobody approves what they asked for');
  const pool = (await rows<Row>(server, 'approvals')).find(
    (row) => (row.request as Row | undefined)?.subject === change,
  );
  const { people, quorum } = pool?.request as { people: { member: string; standing?: string }[]; quorum: number };
  const voters = people.filter(({ standing }) => standing === undefined).slice(0, quorum);
  for (const { member } of voters) {
    const other = await open(server.page(`change/${change}`, await server.tokenOf(member)));
    await live(other);
    await give(other, sheet(other), 'Approve', { 'A note': 'yes' });
  }
  // What was done under it is what implemented it; more can be added.
  await server.act({ task: { createTask: { task: newId(), title: 'Draw the rate', change } } });
  const done = await offer(page, at, 'Say that it is done');
  await expect(done.locator('.chip')).toHaveCount(1);
  await fill(done, 'How', 'by T-53');
  await done.locator('button.p').click();
  await expect(done).toHaveCount(0);
  await so(server, 'changes', it, {
    change: { state: { status: 'implemented', commands: [expect.stringMatching(/^[0-9a-f-]{36}$/)] } },
  });
});

test('how approvals are given is set here, and tasks are approved by it', async ({ server, open }) => {
  const task = await server.createTask('To be approved');
  const page = await open(server.page('approval'));
  await live(page);
  await give(page, page.locator('main'), 'Name a pool of approvers', {
    Name: 'Reviewers',
    'Who is in it': ['Hanna', 'Priya'],
  });
  const pool = page.getByTestId('pool').filter({ hasText: 'Reviewers' });
  await give(page, pool, 'Change it', { Name: 'Second readers', 'Who is in it': ['Mei'] });
  const rule = page.getByTestId('rule').filter({ hasText: 'Tasks' });
  await give(page, rule, 'Set how they are approved', {
    'Consents it takes': 1,
    'Of the pool': 'Second readers',
    'Runs out after hours': 48,
  });
  const path = await offer(page, rule, 'Set who is told when one waits');
  for (const [level, after, whom] of [
    [1, 24, 'the managers'],
    [2, 36, 'the contributors'],
    [3, 96, 'the managers'],
  ] as const) {
    await path.getByRole('button', { name: `Add level ${String(level)}` }).click();
    const row = path.getByRole('group', { name: `level ${String(level)}` });
    await expect(row.getByLabel('After hours')).toBeFocused();
    await fill(row, 'After hours', after);
    await fill(row, 'it is told to', whom);
  }
  await path.getByRole('button', { name: 'Take out level 2' }).click();
  await path.locator('button.p').click();
  await expect(path).toHaveCount(0);
  await expect(rule).toContainText('take 1 consent of Second readers, within 48 hours');
  await expect(rule).toContainText('After 24 hours every manager is told.');
  await expect(rule).toContainText('After 4 days every manager is told.');

  await page.goto(`${server.url}/p/${server.key}/board/${task}`);
  await live(page);
  await give(page, sheet(page), 'Ask for its approval');
  await expect(sheet(page)).toContainText('0 of 1 consents');
  await page.goto(`${server.url}/p/${server.key}/approval`);
  await give(page, item(page, 'To be approved'), 'Take the request back', { Why: 'too early' });
  await so(server, 'approvals', (row) => (row.request as Row | undefined)?.subject === task, {
    request: { status: 'withdrawn' },
  });
});

test('a question is put, voted on, concluded, and superseded', async ({ server, open }) => {
  const page = await open(server.page('decision'));
  await live(page);
  const main = page.locator('main');
  await give(page, main, 'Constitute an advisory board', {
    Name: 'Security board',
    Members: ['Ines', 'Hanna'],
    'How many must have voted': 1,
    'What its decisions bind': ['risk'],
  });
  const board = page.getByTestId('board').filter({ hasText: 'Security board' });
  await give(page, board, 'Amend', { Name: 'Board of security' });
  const put = async (question: string): Promise<void> => {
    const form = await offer(page, main, 'Put a question to a board');
    await fill(form, 'Question', question);
    for (const [i, text] of ['Yes', 'No'].entries())
      await fill(form.getByRole('group', { name: `option ${String(i + 1)}` }), 'To choose from', text);
    await form.getByRole('group', { name: 'option 2' }).getByLabel('accepts the risk').check();
    await fill(form, 'Who decides', 'Board of security');
    await fill(form, 'Topic', 'risk');
    await fill(form, 'What it is about', 'R-1');
    await fill(form, 'It binds: what is decided holds', true);
    await form.locator('button.p').click();
    await expect(form).toHaveCount(0);
  };
  await put('Do we take tokens?');
  await so(server, 'decisions', (row) => JSON.stringify(row).includes('Do we take tokens?'), {
    decision: { state: { options: [{ text: { text: 'Yes' } }, { text: { text: 'No' }, accepts: true }] } },
  });
  await put('Do we take keys?');
  const first = page.getByTestId('decision').filter({ hasText: 'Do we take tokens?' });
  await expect(first.getByRole('button', { name: 'Conclude' })).toBeDisabled();
  await give(page, first, 'Vote', { Option: 'Yes', Why: 'cheaper' });
  await give(page, first, 'Conclude', { 'Why it was decided so': 'nobody was against it' });
  await so(server, 'decisions', (row) => JSON.stringify(row).includes('Do we take tokens?'), {
    decision: { state: { status: 'made', binding: true } },
  });
  const second = page.getByTestId('decision').filter({ hasText: 'Do we take keys?' });
  await give(page, second, 'Step aside', { 'Which interest of yours it touches': 'I sell keys' });
  await give(page, second, 'Withdraw the question', { Why: 'settled' });
  await give(page, main, 'Record a decision taken elsewhere', {
    'What was decided': 'We meet on Tuesdays',
    Why: 'everybody is in',
    'What else was considered, one a line': ['Mondays', 'Fridays'],
    Topic: 'other',
  });
  await give(page, main, 'Record a decision taken elsewhere', {
    'What was decided': 'We meet on Thursdays',
    Why: 'Tuesday is full',
    Topic: 'other',
  });
  const old = page.getByTestId('decision').filter({ hasText: 'We meet on Tuesdays' });
  await give(page, old, 'Supersede', { 'The decision that takes its place': 'Thursdays', Why: 'it moved' });
  await so(server, 'decisions', (row) => JSON.stringify(row).includes('We meet on Tuesdays'), {
    decision: { state: { status: 'superseded' } },
  });
});

test('the board is shaped from its columns', async ({ server, open }) => {
  const ready = (await rows<BoardRow>(server, 'board')).flatMap((row) =>
    'column' in row && row.column.name !== undefined && 'text' in row.column.name && row.column.name.text === 'Ready'
      ? (row.column.column ?? [])
      : [],
  )[0];
  const page = await open(server.page('board'));
  await live(page);
  await page.getByRole('link', { name: 'Ready', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/board/${ready ?? ''}$`));
  const at = sheet(page);
  const named = (name: string) => (row: Row) =>
    ((row.column as Row | undefined)?.name as { text: string } | undefined)?.text === name;
  await give(page, at, 'Set its limit', { 'Tasks at once': 12, 'Beyond it': 'it is told, and recorded' });
  await give(page, at, 'Rename', { Name: 'Next' });
  await so(server, 'board', named('Next'), { column: { wip: { count: 12, policy: 'warn' } } });
  const ways = await offer(page, at, 'Set where tasks may go from it');
  await ways.getByRole('button', { name: 'Take out Done' }).click();
  await ways.locator('button.p').click();
  await expect(ways).toHaveCount(0);
  await expect(at).not.toContainText('every other column');
  await give(page, at.locator('section', { hasText: 'The board' }), 'Add a column', {
    Name: 'Parked',
    'What standing in it means': 'waiting',
    Before: 'Next',
  });
  await so(server, 'board', named('Parked'), { column: { category: 'wait', index: 1 } });
  const parked = (await rows<Row>(server, 'board')).find(named('Parked'))?.column as Row;
  await page.goto(`${server.url}/p/${server.key}/board/${String(parked.column)}`);
  await live(page);
  await give(page, at, 'Put it elsewhere', { Before: 'Done' });
  await give(page, at, 'Take it off the board');
  await expect.poll(async () => (await rows<Row>(server, 'board')).some(named('Parked'))).toBe(false);
});

test('people, their roles, their tokens, and the project itself', async ({ server, open }) => {
  const { token, member } = await server.member('Leo Leaver', 'viewer');
  const page = await open(server.page('people'));
  await live(page);
  const row = page.locator(`tr[data-id="${member}"]`);
  await give(page, row, 'Change the role', { Role: 'contributor' });
  await so(server, 'people', (each) => each.member === member, { role: 'contributor' });
  await give(page, row, 'Edit name and address', { Name: 'Leo Stayer', Address: 'leo@example.org' });
  await expect(row).toContainText('Leo Stayer');
  await give(page, row, 'Make admin or auditor', { 'Of the workspace': 'auditor' });
  await expect(row).toContainText('auditor');
  await give(page, row, 'Admin or auditor no more', { 'Of the workspace': 'auditor' });
  const issued = page.getByTestId('tokens').getByRole('row', { name: /Leo Leaver/ });
  await give(page, issued, 'End it', { Why: 'he left' });
  await expect(issued).toHaveCount(0);
  await expect(server.get('/api/v1/projects', token)).rejects.toThrow('401');
  await give(page, row, 'Take out of the project');
  await expect
    .poll(async () => (await rows<Row>(server, 'people')).find((each) => each.member === member)?.role)
    .toBeUndefined();
  await give(page, page.locator('main'), 'Take somebody into the project', { Who: 'Leo Stayer', Role: 'viewer' });
  await so(server, 'people', (each) => each.member === member, { role: 'viewer' });

  const project = page.locator('section', { has: page.getByRole('heading', { name: 'The project' }) });
  await give(page, project, 'Rename the project', { Name: 'Bank in a pocket' });
  await so(server, 'summary', () => true, { name: { text: 'Bank in a pocket' } });
  await give(page, project, 'Comment', { 'What is to be said': 'To everybody' });
  await expect(project.getByTestId('comment')).toContainText('To everybody');
  await give(page, project, 'Archive the project', { Why: 'a pause' });
  await expect(page.locator('main')).toContainText('The project is archived: it can be read, not changed.');
  await give(page, project, 'Restore the project', { Why: 'it goes on' });
  await so(server, 'summary', () => true, { name: { text: 'Bank in a pocket' } });
});

test('a token for a member is made here, and shown once', async ({ server, open }) => {
  const page = await open(server.page('people'));
  await live(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('token for a member');
  await page.keyboard.press('Enter');
  const form = page.locator('form.make');
  await fill(form, 'Whose', 'Hanna');
  await fill(form, 'What it may do', 'read everything, change nothing');
  await fill(form, 'What it is for', 'the yearly audit');
  await form.getByRole('button', { name: 'Make it' }).click();
  const made = (await page.locator('.once code').textContent()) ?? '';
  expect(made).toMatch(/^dbk_/);
  await expect(server.get('/api/v1/projects', made)).resolves.toBeTruthy();
});

test('a project is made without an id typed by hand, managed by whoever makes it', async ({ server, open }) => {
  const page = await open(`${server.url}/#token=${server.token}`);
  await page.getByRole('button', { name: 'New project' }).click();
  await expect(page.locator('.chip')).toContainText('Ines Okafor');
  await page.getByLabel('Name').fill('Second try');
  await expect(page.getByLabel('Key')).toHaveValue('ST');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('link', { name: /Second try/ }).click();
  await live(page);
  await page.goto(`${server.url}/p/ST/board`);
  await live(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('set up the board');
  await page.keyboard.press('Enter');
  await page.locator('form.actform button.p').click();
  await expect(page.getByRole('region', { name: 'In progress' })).toBeVisible();
});

test('who may only look is told so in place of acts', async ({ server, open }) => {
  const { token } = await server.member('Vera Viewer', 'viewer');
  const task = await server.createTask('Only to look at');
  const page = await open(server.page(`board/${task}`, token));
  await live(page);
  await expect(sheet(page)).toContainText('It takes the role contributor; yours is viewer.');
  for (const name of ['Edit', 'Move', 'Assign', 'Block', 'Comment'])
    await expect(sheet(page).getByRole('button', { name, exact: true })).toBeDisabled();
});

test('the log is narrowed to a thing and to days', async ({ server, open }) => {
  const page = await open(server.page('log'));
  await live(page);
  const body = page.locator('table.register tbody');
  await fill(page.locator('.filters'), 'About', 'T-16');
  await expect(page).toHaveURL(/\/log\/[0-9a-f-]{36}/);
  await expect(body.locator('tr').last()).toContainText('created T-16');
  const all = await body.locator('tr').count();
  const days = await body.locator('tr td:nth-child(2)').allTextContents();
  const events = (await rows<Row>(server, 'timeline')).length;
  expect(events).toBeGreaterThan(0);
  await page.getByLabel('To', { exact: false }).first().fill('2000-01-01');
  await expect(page.locator('main')).toContainText('Nothing recorded of that.');
  await page.getByLabel(/^To/).first().fill('');
  await expect(body.locator('tr')).toHaveCount(all);
  expect(days.length).toBe(all);
});

test('axe finds nothing serious in sheets, forms and the command bar, in both themes', async ({ server, open }) => {
  test.slow();
  const page = await open(server.page('board/T-53'), { viewport: { width: 1440, height: 900 } });
  const look = async (where: string, within?: string): Promise<void> => {
    expect.soft(await serious(page, where, within)).toEqual([]);
  };
  await live(page);
  await look('a sheet beside its page');
  for (const title of ['Edit', 'Assign', 'Block', 'Log time', 'Put it behind another']) {
    const form = await offer(page, sheet(page), title);
    if (title === 'Block') await form.locator('button.p').click();
    await look(title, '.sheet');
    await form.getByRole('button', { name: 'Leave it' }).click();
  }
  await sheet(page).getByRole('button', { name: 'More' }).click();
  await look('menu', '.sheet');
  await page.keyboard.press('Escape');
  for (const [path, title] of [
    ['risk/R-1', 'Assess'],
    ['change/CR-5', 'Assess the impact'],
  ] as const) {
    await page.goto(server.page(path));
    await live(page);
    await offer(page, sheet(page), title);
    await look(path);
  }
  await page.goto(server.page('approval'));
  await live(page);
  await offer(page, page.getByTestId('rule').first(), 'Set who is told when one waits');
  await look('rows', 'form.actform');
  await page.goto(server.page('decision'));
  await live(page);
  await offer(page, page.locator('main'), 'Put a question to a board');
  await look('question', 'main');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('invite');
  await look('command bar', 'header.bar');
});
