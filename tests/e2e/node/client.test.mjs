// The client of daybook.mjs against a real server: what PROTOCOL.md says is so, seen from another language.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { Client, newId } from './daybook.mjs';
import { Server } from './server.mjs';

const project = newId();
const todo = newId();
const doing = newId();

let server;
let client; // the administrator, who manages the project
const started = [];

function connect(options = {}) {
  const made = new Client({ url: server.url, token: server.token, backoffMin: 5, backoffMax: 50, ...options });
  made.on('fault', (fault) => assert.fail(fault));
  started.push(made);
  return made.start();
}

async function accepted(by, stream, command) {
  const answer = await by.act(stream, command);
  assert.ok(answer.accepted, JSON.stringify(answer));
  return answer.accepted;
}
const createTask = (title, fields = {}) => ({ task: { createTask: { task: newId(), title, ...fields } } });

/** Gathers what a subscription brings; `until(n)` resolves when it has brought so many. */
function gather() {
  const events = [];
  let waiting = [];
  return {
    events,
    handlers: {
      events: (batch) => {
        events.push(...batch);
        waiting = waiting.filter(({ count, resolve }) => events.length < count || resolve());
      },
    },
    until: (count) =>
      new Promise((resolve) => (events.length >= count ? resolve() : waiting.push({ count, resolve }))),
    versions: () => events.map(({ envelope }) => Number(envelope.version)),
  };
}
const upTo = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

before(async () => {
  server = await Server.start();
  client = connect();
  const [welcome] = await once(client, 'welcome');
  await accepted(client, undefined, {
    workspace: { registerProject: { project, key: 'NODE', firstManager: welcome.member } },
  });
  await accepted(client, project, { project: { openProject: { name: 'Seen from Node' } } });
  await accepted(client, project, {
    board: {
      defineBoard: {
        columns: [
          { column: todo, name: 'To do' },
          { column: doing, name: 'Doing', category: 'doing', wip: { count: 1 } },
        ],
      },
    },
  });
});

after(async () => {
  await Promise.all(started.map((one) => one.stop()));
  assert.equal(await server.stop(), 0);
});

test('the welcome tells who one is, and the limits', () => {
  const { welcome } = client;
  assert.equal(welcome.protocolVersion, 1);
  assert.match(welcome.logId, /^[0-9a-f-]{36}$/);
  assert.match(welcome.root, /^[0-9a-f]{64}$/);
  assert.deepEqual(welcome.workspaceRoles, ['admin']);
  assert.equal(welcome.limits.commandBytes, 65536);
  assert.equal(welcome.heartbeatMillis, 15000);
  assert.ok(Math.abs(Number(welcome.serverTime) / 1000 - Date.now()) < 60_000);
});

test('an act is accepted, and seen as an event with its words', async () => {
  const seen = gather();
  const subscription = client.subscribe({ project }, { after: '0' }, { events: null }, seen.handlers);
  const answer = await accepted(client, project, createTask('Señal 🚀', { estimateMinutes: 90 }));
  await seen.until(Number(answer.firstVersion));
  const { envelope, event } = seen.events.at(-1);
  assert.equal(envelope.version, answer.firstVersion);
  assert.equal(envelope.actor, client.welcome.member);
  assert.equal(event.task.taskCreated.title.text, 'Señal 🚀');
  assert.match(event.task.taskCreated.title.commitment, /^[0-9a-f]{64}$/);
  assert.equal(event.task.taskCreated.estimateMinutes, 90);
  assert.equal(event.task.taskCreated.entry.column, todo);
  assert.deepEqual(seen.versions(), upTo(1, seen.events.length));
  await client.unsubscribe(subscription);
});

test('a rejection says why, in facts', async () => {
  const tasks = [newId(), newId()];
  for (const task of tasks) {
    await accepted(client, project, { task: { createTask: { task, title: 'One of two' } } });
  }
  const move = (task) => ({ task: { moveTask: { task, fromColumn: todo, toColumn: doing } } });
  await accepted(client, project, move(tasks[0]));
  const full = (await client.act(project, move(tasks[1]))).rejected;
  assert.equal(full.code, 'wipLimitReached');
  assert.equal(full.retryable, true);
  assert.equal(full.facts.column, doing);
  assert.equal(full.facts.limit, '1');
  assert.deepEqual(full.facts.tasks, [tasks[0]]);
  const late = (await client.act(project, move(tasks[0]))).rejected;
  assert.equal(late.code, 'movedMeanwhile');
  assert.equal(late.facts.presentId, doing);

  // Who takes the limit away sees the same command accepted.
  await accepted(client, project, { board: { setWipLimit: { column: doing, from: { count: 1 }, to: {} } } });
  await accepted(client, project, move(tasks[1]));
});

test('what cannot be read is refused by its path, and the connection stays', async () => {
  const refused = once(client, 'refused');
  const answer = await client.act(project, { task: { createTask: { titel: 'Wrong' } } });
  assert.equal(answer.rejected.code, 'malformed');
  assert.match((await refused)[0].message, /task\.createTask\.titel/);
});

test('views come whole, then as changed rows', async () => {
  const rows = new Map();
  let update;
  const changed = () => new Promise((resolve) => (update = resolve));
  const views = ['tasks', 'people'];
  let next = changed();
  const subscription = client.subscribe({ project }, { snapshot: null }, { views }, {
    view: ({ view, whole, rows: came, removed }) => {
      const key = view === 'people' ? 'member' : 'task';
      if (whole) for (const [id, row] of rows) if (row.view === view) rows.delete(id);
      for (const row of came) rows.set(row[key], { view, row });
      for (const id of removed) rows.delete(id);
      update(view);
    },
  });
  while (![...rows.values()].some(({ view }) => view === 'people') || rows.size < 2) {
    await next;
    next = changed();
  }
  assert.ok(rows.get(client.welcome.member).row.name.text.length > 0);
  const task = newId();
  await accepted(client, project, { task: { createTask: { task, title: 'Shown' } } });
  while (!rows.has(task)) {
    await next;
    next = changed();
  }
  assert.equal(rows.get(task).row.title.text, 'Shown');
  await client.unsubscribe(subscription);
});

test('the same command twice has one effect and one answer; other words of it too', async () => {
  const message = { command: { id: newId(), stream: project, seed: 'ab'.repeat(32), command: createTask('Once') } };
  const first = await client.send(message);
  assert.deepEqual(await client.send(message), first);
  const other = structuredClone(message);
  other.command.command.task.createTask.estimateMinutes = 7;
  assert.equal((await client.send(other)).rejected.code, 'commandIdReused');
  assert.deepEqual((await client.outcome(message.command.id)).accepted, first.accepted);
});

test('the outcome of what was never sent, or was rejected, is not recorded', async () => {
  const id = newId();
  assert.deepEqual(await client.outcome(id), { notRecorded: { id } });
  const answer = await client.act(project, { task: { retireTask: { task: newId() } } });
  assert.equal(answer.rejected.code, 'unknownTask');
  assert.ok((await client.outcome(answer.rejected.id)).notRecorded);
});

test('a range ends by itself; a tail goes on', async () => {
  const range = gather();
  await client.subscribe({ project }, { range: { first: '2', last: '3' } }, { events: null }, range.handlers).ended;
  assert.deepEqual(range.versions(), [2, 3]);
  const tail = gather();
  const subscription = client.subscribe({ project }, { tail: 2 }, { events: null }, tail.handlers);
  await tail.until(2);
  const answer = await accepted(client, project, createTask('Behind the tail'));
  await tail.until(3);
  const last = Number(answer.firstVersion);
  assert.deepEqual(tail.versions().slice(-3), upTo(last - 2, last));
  await client.unsubscribe(subscription);
});

test('what may not be asked for ends with a code', async () => {
  const refusal = async (scope, from, content) => {
    const { ended } = client.subscribe(scope, from, content);
    return ended.then(() => 'none', (end) => end.code);
  };
  assert.equal(await refusal({ project: newId() }, { after: '0' }, { events: null }), 'notFound');
  assert.equal(await refusal({ project }, { after: '1000000' }, { events: null }), 'aheadOfLog');
  assert.equal(await refusal({ project }, { range: { first: '3', last: '2' } }, { events: null }), 'outOfRange');
  assert.equal(await refusal({ project }, { snapshot: null }, { events: null }), 'notSupported');
  assert.equal(await refusal({ project }, { snapshot: null }, { views: ['board', 'board'] }), 'duplicate');
});

test('cut again and again, a client has every event once, and every act takes effect once', async () => {
  const reader = connect();
  const writer = connect();
  const seen = gather();
  reader.subscribe({ project }, { after: '0' }, { events: null }, seen.handlers);
  const all = gather(); // by position, over every stream
  reader.subscribe({ all: null }, { after: '0' }, { events: null }, all.handlers);
  await Promise.all([once(reader, 'welcome'), once(writer, 'welcome')]);
  let last = 0;
  for (let round = 0; round < 20; ++round) {
    const answers = Array.from({ length: 10 }, (_, i) => accepted(writer, project, createTask(`${round} ${i}`)));
    if (round % 2 === 0) writer.cut();
    if (round % 3 === 0) reader.cut();
    for (const answer of await Promise.all(answers)) last = Math.max(last, Number(answer.firstVersion));
  }
  await seen.until(last);
  await all.until(last);
  assert.deepEqual(seen.versions(), upTo(1, last));
  const created = seen.events.filter(({ event }) => event.task?.taskCreated).map(({ event }) => event.task.taskCreated);
  for (let round = 0; round < 20; ++round) {
    for (let i = 0; i < 10; ++i) {
      assert.equal(created.filter(({ title }) => title.text === `${round} ${i}`).length, 1);
    }
  }
  await Promise.all([reader.stop(), writer.stop()]);
});

test('kill -9 of the server: what was acknowledged is there, and one goes on without gap or repeat', async () => {
  const reader = connect();
  const seen = gather();
  reader.subscribe({ project }, { after: '0' }, { events: null }, seen.handlers);
  await once(reader, 'welcome');
  const before = await accepted(client, project, createTask('Before the end'));
  const pending = Array.from({ length: 20 }, (_, i) => accepted(client, project, createTask(`At the end ${i}`)));
  await server.kill();
  const during = accepted(client, project, createTask('While there is no server'));
  await server.restart();
  const answers = await Promise.all([...pending, during]);
  const versions = answers.map(({ firstVersion }) => Number(firstVersion));
  assert.ok(Math.min(...versions) > Number(before.firstVersion));
  assert.equal(new Set(versions).size, versions.length);
  await seen.until(Math.max(...versions));
  assert.deepEqual(seen.versions(), upTo(1, seen.events.length));
  for (const answer of answers) assert.deepEqual((await client.outcome(answer.id)).accepted, answer);
});

test('a token that is no good ends the connection for good', async () => {
  const nobody = connect({ token: 'dbk_nonsense' });
  assert.deepEqual(await once(nobody, 'closed'), [4501]);
});

test('a second connection of the same client ends the first', async () => {
  const first = connect();
  await once(first, 'welcome');
  const second = new Client({ url: server.url, token: server.token });
  second.clientId = first.clientId;
  started.push(second);
  second.start();
  assert.deepEqual(await once(first, 'closed'), [4510]);
});
