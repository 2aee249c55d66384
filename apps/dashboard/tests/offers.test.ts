import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  initial,
  lack,
  lacks,
  lines,
  many,
  number,
  one,
  rows,
  text,
  trimmed,
  type Kind,
  type Kinds,
} from '../src/acts/fields';
import { commandOf, type Offer } from '../src/acts/offer';
import { textEdit, numberEdit, listEdit } from '../src/acts/edits';
import { NIL } from '../src/client/id';
import type { Project } from '../src/client/project.svelte';
import type { RowsOf, ViewName } from '../src/client/rows';
import { parts } from '../src/parts/registry';
import type * as wire from '../src/wire/wire';

/** Every command there is, by its name, as the wire's types have them. */
const commands = (): string[] => members('Command');
const events = (): string[] => members('Event');
function members(union: 'Command' | 'Event'): string[] {
  const types = readFileSync('src/wire/wire.ts', 'utf8');
  const of = (name: string): [string, string][] => {
    const union = new RegExp(`^export type ${name} = (.*);$`, 'm').exec(types)?.[1] ?? '';
    return [...union.matchAll(/\{ (\w+): (\w+) \}/g)].map(([, member = '', type = '']) => [member, type]);
  };
  return of(union).flatMap(([part, type]) => of(type).map(([command]) => `${part}.${command}`));
}

/** Commands that no form gives, and why; `where` a page gives it otherwise: the file that does. */
const ELSEWHERE: Record<string, { why: string; where?: string }> = {
  'workspace.openWorkspace': { why: 'the server’s own: the first command of a log' },
  'workspace.recordRejectedAct': { why: 'the server’s own, beside a rejection' },
  'approval.escalate': { why: 'the server’s own, when a level of the path is due' },
  'project.recordImportRemainder': { why: 'importers’: what they read and could not express' },
  'workspace.registerProject': { why: 'on the page of all projects', where: 'src/shell/NewProject.svelte' },
  'project.openProject': { why: 'on the page of all projects', where: 'src/shell/NewProject.svelte' },
};

const offers = parts.flatMap((part): Offer<never>[] => [
  ...((part.offers ?? []) as unknown as Offer<never>[]),
  ...((part.onAnything ?? []) as unknown as Offer<never>[]),
  ...((part.things ?? []).flatMap((each) => each.offers) as unknown as Offer<never>[]),
]);
const given = new Set<string>([
  ...offers.map(({ gives }) => gives),
  ...parts.flatMap((part) => (part.actions ?? []).flatMap(({ gives }) => gives)),
]);

describe('what the dashboard offers', () => {
  it('knows the commands', () => {
    expect(commands().length).toBeGreaterThan(80);
    expect(commands()).toContain('task.moveTask');
  });
  it('offers every command, or says why not', () => {
    expect(commands().filter((name) => !given.has(name) && ELSEWHERE[name] === undefined)).toEqual([]);
  });
  it('makes no excuse for what is offered or is no command', () => {
    const all = commands();
    expect(Object.keys(ELSEWHERE).filter((name) => given.has(name) || !all.includes(name))).toEqual([]);
    for (const [name, { where }] of Object.entries(ELSEWHERE)) {
      if (where !== undefined) expect(readFileSync(where, 'utf8')).toContain(`${name.split('.')[1] ?? ''}:`);
    }
  });
  it('asks for the role that the contract asks for', () => {
    for (const { gives, role } of offers) {
      const [part = '', name = ''] = gives.split('.');
      const schema = readFileSync(`../../schema/parts/${part}.capnp`, 'utf8');
      const least = new RegExp(`^ +${name} @.*leastRole\\((\\w+)\\)`, 'm').exec(schema)?.[1];
      expect([gives, role]).toEqual([gives, least]);
    }
  });
  it('has words for every event of a project', () => {
    const told = new Set(parts.flatMap((part) => Object.keys(part.sentences ?? {})));
    const ofProject = events().filter((name) => !name.startsWith('workspace.'));
    expect(ofProject.filter((name) => !told.has(name.split('.')[1] ?? ''))).toEqual([]);
  });
  it('has one offer of a title for a thing', () => {
    for (const part of parts) {
      for (const { offers: of } of part.things ?? []) {
        const titles = of.map(({ title }) => title);
        expect(new Set(titles).size).toBe(titles.length);
      }
    }
  });
  it('has no id typed by hand in any form', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.svelte'),
    );
    for (const file of sources) expect(readFileSync(`src/${file}`, 'utf8')).not.toMatch(/\((member|task|entity) id\)/);
  });
});

const text_ = (of: string): wire.Text => ({ text: of, commitment: 'c0' });
const ROWS: { [V in ViewName]?: [string, RowsOf[V]][] } = {
  people: [
    ['ada', { member: 'ada', name: text_('Ada'), role: 'manager' }],
    ['bob', { member: 'bob', name: text_('Bob'), role: 'contributor' }],
  ],
  board: [
    ['c1', { column: { column: 'c1', name: text_('Ready'), targets: ['c2', 'c3'] } }],
    ['c2', { column: { column: 'c2', name: text_('Doing'), category: 'doing', index: 1, targets: ['c1', 'c3'] } }],
    ['c3', { column: { column: 'c3', name: text_('Done'), category: 'done', index: 2, targets: ['c1', 'c2'] } }],
    ['t1', { card: { task: 't1', number: 1, title: text_('One'), column: 'c1', rank: '1' } }],
  ],
  tasks: [
    ['t1', { task: 't1', number: 1, title: text_('One'), column: 'c1', owner: 'bob', points: 3 }],
    ['t2', { task: 't2', number: 2, title: text_('Two'), column: 'c2', startedAt: '5', percent: 20 }],
  ],
};
const project = {
  id: 'p',
  me: 'ada',
  role: 'manager',
  workspaceRoles: ['admin'],
  moment: undefined,
  now: 1_700_000_000_000,
  version: 77,
  presentRows: (name: ViewName) => new Map<string, unknown>(ROWS[name] ?? []),
  view: (name: ViewName) => new Map<string, unknown>(ROWS[name] ?? []),
  name: (id: string | undefined) => id ?? 'nobody',
} as unknown as Project;

/** What an offer gives when these are filled in, the rest as it stands. */
function give(title: string, noun: string | undefined, thing: unknown, filled: Record<string, Kinds[Kind]>): unknown {
  const found =
    noun === undefined
      ? parts.flatMap((part) => part.offers ?? []).find((each) => each.title === title)
      : parts
          .flatMap((part) => part.things ?? [])
          .find((each) => each.noun === noun)
          ?.offers.find((each) => each.title === title);
  if (found === undefined) throw new Error(`no offer ${title}`);
  const offer = found as unknown as Offer;
  const fields = offer.fields(thing, project);
  const values = { ...initial(fields), ...filled };
  expect(lacks(fields, values)).toEqual({});
  return commandOf(offer, trimmed(values), thing, project);
}
const task = (id: string): RowsOf['tasks'] => new Map(ROWS.tasks).get(id) ?? {};

describe('what is filled in becomes a command', () => {
  it('says nothing that was not said', () => {
    expect(give('Block', 'task', task('t1'), { reason: '  no sandbox ' })).toEqual({
      task: { blockTask: { task: 't1', reason: 'no sandbox', kind: 'other' } },
    });
  });
  it('edits only the fields that differ, from what was seen', () => {
    expect(give('Edit', 'task', task('t1'), { title: 'Uno', estimate: 1.5 })).toEqual({
      task: {
        editTask: { task: 't1', title: { from: 'c0', to: 'Uno' }, estimateMinutes: { from: '0', to: '90' } },
      },
    });
  });
  it('gives a first text from nothing, and takes a text away', () => {
    expect(textEdit(undefined, 'a')).toEqual({ from: null, to: 'a' });
    expect(textEdit(text_('a'), '')).toEqual({ from: 'c0', to: '' });
    expect(textEdit(text_('a'), 'a')).toBeUndefined();
    expect(numberEdit(undefined, 0)).toBeUndefined();
    expect(listEdit(['a', 'b'], ['b', 'a'])).toBeUndefined();
    expect(listEdit(undefined, ['a'])).toEqual({ from: [], to: ['a'] });
  });
  it('takes the owner away when nobody is chosen', () => {
    expect(give('Assign', 'task', task('t1'), { to: '' })).toEqual({
      task: { assignTask: { task: 't1', from: 'bob' } },
    });
  });
  it('moves a task from where it stands', () => {
    expect(give('Move', 'task', task('t1'), { to: 'c2' })).toEqual({
      task: { moveTask: { task: 't1', fromColumn: 'c1', toColumn: 'c2' } },
    });
  });
  it('logs time by minutes, and leaves out that it is one’s own', () => {
    const made = give('Log time', 'task', task('t1'), { hours: 0.25 }) as { task: { logTime: wire.TaskLogTime } };
    expect(made.task.logTime).toMatchObject({ task: 't1', minutes: 15, day: 19_675 });
    expect(made.task.logTime).not.toHaveProperty('member');
  });
  it('lists the ways of a board only where not all are open', () => {
    const column = { column: 'c1', targets: ['c2', 'c3'] };
    expect(give('Set where tasks may go from it', 'column', column, { to: ['c2'] })).toEqual({
      board: {
        setTransitions: {
          from: [],
          to: [
            { from: 'c1', to: 'c2' },
            { from: 'c2', to: 'c1' },
            { from: 'c2', to: 'c3' },
            { from: 'c3', to: 'c1' },
            { from: 'c3', to: 'c2' },
          ],
        },
      },
    });
  });
  it('keeps the open actions of a risk, with their ids, when its plan is written anew', () => {
    const risk: wire.RiskRiskRow = {
      state: {
        risk: 'r1',
        strategy: 'mitigate',
        actions: [
          { action: 'a1', text: text_('Ask the bank'), owner: 'bob', due: 20_000 },
          { action: 'a2', text: text_('Done one'), doneAt: '9' },
        ],
      },
    };
    const made = give('Plan the response', 'risk', risk, { action: 'Call them' }) as {
      risk: { planResponse: wire.RiskPlanResponse };
    };
    expect(made.risk.planResponse.actions).toMatchObject([
      { action: 'a1', text: 'Ask the bank', owner: 'bob', due: 20_000 },
      { text: 'Call them' },
    ]);
    expect(give('Drop an action', 'risk', risk, { action: 'a1' })).toEqual({
      risk: { planResponse: { risk: 'r1', strategy: 'mitigate', actions: [] } },
    });
  });
  it('says on which version an effect on the schedule was looked at', () => {
    const change: wire.ChangeChangeRow = { state: { change: 'x', requester: 'ada' } };
    expect(give('Assess the impact', 'change', change, { scheduleDays: 3 })).toMatchObject({
      change: { assessChange: { change: 'x', impact: { scheduleDays: 3, simulatedVersion: '77' } } },
    });
    expect(give('Assess the impact', 'change', change, { scheduleDays: 0 })).not.toMatchObject({
      change: { assessChange: { impact: { simulatedVersion: '77' } } },
    });
  });
  it('shows every level of a path, and takes more or fewer', () => {
    const levels = [1, 2, 3, 4].map((afterHours) => ({ afterHours, role: 'manager' as const }));
    const path = (filled: Record<string, Kinds[Kind]>): unknown =>
      give('Set who is told when one waits', 'rule of approval', { kind: 'task', state: { levels } }, filled);
    expect(path({})).toEqual({ approval: { defineEscalationPath: { kind: 'task', from: levels, to: levels } } });
    expect(path({ levels: [{ after: 9, whom: 'a-pool' }] })).toEqual({
      approval: { defineEscalationPath: { kind: 'task', from: levels, to: [{ afterHours: 9, pool: 'a-pool' }] } },
    });
  });
  it('lets any option of a question accept the risk', () => {
    const made = give(
      'Put a question to it',
      'advisory board',
      { board: 'b' },
      {
        question: 'Do we?',
        options: [{ text: ' Yes ' }, { text: 'Later', accepts: true }, { text: 'No', accepts: false }],
      },
    ) as { decision: { openDecision: wire.DecisionOpenDecision } };
    expect(made.decision.openDecision.options?.map(({ text, accepts }) => [text, accepts])).toEqual([
      ['Yes', undefined],
      ['Later', true],
      ['No', undefined],
    ]);
  });
  it('sets up a board from lines', () => {
    const made = give('Set up the board', undefined, undefined, { doing: ['Doing', ' '], wait: [] }) as {
      board: { defineBoard: wire.BoardDefineBoard };
    };
    expect(made.board.defineBoard.columns?.map(({ name, category }) => [name, category])).toEqual([
      ['Backlog', 'todo'],
      ['Ready', 'todo'],
      ['Doing', 'doing'],
      ['Done', 'done'],
    ]);
    expect(made.board.defineBoard.columns?.every(({ column }) => column !== undefined && column !== NIL)).toBe(true);
  });
});

describe('a field says what it lacks', () => {
  it('asks for what is required, and for nothing else', () => {
    expect(lack(text('A', { required: true }), '  ')).toBe('It takes some words.');
    expect(lack(text('A'), '')).toBeUndefined();
    expect(lack(one('A', [], { required: true }), '')).toBe('There is none to choose from.');
    expect(lack(one('A', [{ value: 'x', label: 'x' }], { required: true }), '')).toBe('Choose one.');
    expect(lack(number('A', { required: true }), undefined)).toBe('Give a number.');
  });
  it('asks each row for what is required there, and for no more rows than fit', () => {
    const options = rows('A', 'option', { text: text('B', { required: true }) }, { least: 2, most: 3 });
    const of = (...texts: string[]): Record<string, string> =>
      lacks({ options }, { options: texts.map((each) => ({ text: each })) });
    expect(of('x', 'y')).toEqual({});
    expect(of('x')).toEqual({ options: 'It takes 2 at least.' });
    expect(of('x', ' ', 'z')).toEqual({ 'options-1-text': 'It takes some words.' });
    expect(of('x', 'y', 'z', 'u')).toEqual({ options: '3 at most.' });
  });
  it('keeps numbers and lists within their bounds', () => {
    expect(lack(number('A', { least: 1 }), 0)).toBe('It is 1 at least.');
    expect(lack(number('A', { most: 5 }), 6)).toBe('It is 5 at most.');
    expect(lack(lines('A', { least: 2 }), ['a', ' '])).toBe('It takes 2 at least.');
    expect(lack(many('A', [], { most: 1 }), ['a', 'b'])).toBe('1 at most.');
    expect(lack(text('A', { most: 3 }), 'abcd')).toBe('It has 4 characters; 3 fit.');
  });
});
