/** Two who look at the same project at the same time. */

import { expect, type Locator, type Page } from '@playwright/test';
import { rowsIn } from '../src/client/rows';
import { card, column, drag, Line, live, test } from './fixtures';
import { newId } from './server';

test('a stale drag says who moved the card meanwhile, and shows where it stands', async ({ server, open }) => {
  const { token } = await server.member('Ada Quickhand', 'contributor');
  const task = await server.createTask('Two want to move it');
  const line = new Line();
  const [one, two] = await Promise.all([
    open(server.page('board', token)),
    open(server.page('board'), { before: line.through }),
  ]);
  await Promise.all([live(one), live(two)]);
  const standsIn = async (): Promise<string | undefined> =>
    rowsIn('board', (await server.view('board')).rows)
      .flatMap((row) => ('card' in row ? [row.card] : []))
      .find((each) => each.task === task)?.column;
  const before = await standsIn();

  line.hold();
  await drag(one, task, 'Ready');
  await expect.poll(standsIn).not.toBe(before);
  await expect(card(column(two, 'Backlog'), task)).toBeVisible();
  await drag(two, task, 'In progress');
  await expect(card(column(two, 'In progress'), task)).toBeVisible();
  line.release();

  const note = two.getByTestId('refusal');
  await expect(note).toContainText('Ada Quickhand');
  await expect(note).toContainText('Ready');
  for (const page of [one, two]) {
    await expect(card(column(page, 'Ready'), task)).toBeVisible();
    await expect(card(page, task)).toHaveCount(1);
  }
  await expect(one.getByTestId('refusal')).toHaveCount(0);
  await expect.poll(standsIn).toBe(await column(two, 'Ready').locator('ul').getAttribute('data-column'));
});

test('a vote reaches its quorum, and both see what was decided', async ({ server, open }) => {
  const [ada, bo, cy] = await Promise.all(
    ['Ada Voter', 'Bo Voter', 'Cy Absent'].map((name) => server.member(name, 'contributor')),
  );
  if (ada === undefined || bo === undefined || cy === undefined) throw new Error('nobody there');
  const [board, decision, first, second] = [newId(), newId(), newId(), newId()];
  const charter = { members: [ada.member, bo.member, cy.member], quorum: 2 };
  await server.act({ decision: { constituteAdvisoryBoard: { board, name: 'Three of us', charter } } });
  await server.act({
    decision: {
      openDecision: {
        decision,
        board,
        question: 'Which of the two?',
        options: [
          { option: first, text: 'The first one' },
          { option: second, text: 'The second one' },
        ],
      },
    },
  });
  const pages = await Promise.all([ada, bo].map(({ token }) => open(server.page(`decision/${decision}`, token))));
  await Promise.all(pages.map(live));
  const question = (page: Page): Locator => page.locator(`[data-testid="decision"][data-id="${decision}"]`);
  for (const [i, page] of pages.entries()) {
    await question(page).getByRole('button', { name: 'Vote', exact: true }).click();
    await question(page).getByLabel('Option', { exact: true }).selectOption({ label: 'The first one' });
    await question(page).getByRole('button', { name: 'Vote', exact: true }).last().click();
    for (const each of pages) await expect(question(each)).toContainText(`${String(i + 1)} of 2`);
  }
  const last = question(pages[1] as Page);
  await last.getByRole('button', { name: 'Conclude' }).click();
  await last.getByLabel('Why').fill('Both of us want it.');
  await last.getByRole('button', { name: 'Conclude' }).last().click();
  for (const page of pages) await expect(question(page)).toContainText('Decided: The first one');
  const { rows } = await server.view('decisions');
  expect(JSON.stringify(rows)).toContain(`"option":"${first}"`);
});

test('the last consent that is needed approves, and both see it', async ({ server, open }) => {
  const [ada, bo] = await Promise.all(
    ['Ada Approver', 'Bo Approver'].map((name) => server.member(name, 'contributor')),
  );
  if (ada === undefined || bo === undefined) throw new Error('nobody there');
  const pool = newId();
  await server.act({ approval: { definePool: { pool, name: 'Both', members: [ada.member, bo.member] } } });
  const from = rowsIn('approvals', (await server.view('approvals')).rows)
    .flatMap((row) => ('policy' in row && row.policy.kind === 'task' ? [row.policy.policy] : []))
    .find((policy) => policy !== undefined);
  await server.act({
    approval: {
      defineApprovalPolicy: { kind: 'task', ...(from === undefined ? {} : { from }), to: { quorum: 2, pool } },
    },
  });
  const task = await server.createTask('Goes to the customer');
  await server.act({ approval: { requestApproval: { subject: task } } });
  const pages = await Promise.all([ada, bo].map(({ token }) => open(server.page('approval', token))));
  await Promise.all(pages.map(live));
  const request = (page: Page): Locator => page.locator(`[data-testid="approval"][data-id="${task}"]`);
  for (const [i, page] of pages.entries()) {
    await request(page).getByRole('button', { name: 'Approve', exact: true }).click();
    await request(page).getByRole('button', { name: 'Approve', exact: true }).last().click();
    for (const each of pages) await expect(request(each)).toContainText(`${String(i + 1)} of 2`);
  }
  for (const page of pages) await expect(request(page)).toContainText('Approved');
});
