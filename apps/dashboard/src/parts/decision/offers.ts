/** What can be done to a question, a decision and the boards that decide (schema/parts/decision.capnp). */

import { micros, textEdit } from '../../acts/edits';
import {
  choice,
  lines,
  long,
  many,
  named,
  number,
  rows,
  text,
  time,
  yes,
  one,
  type Field,
  type Option,
} from '../../acts/fields';
import { entities, people } from '../../acts/lists';
import { offersFor, things } from '../../acts/offer';
import { newId } from '../../client/id';
import type { Project } from '../../client/project.svelte';
import { may } from '../../ui/rights';
import type * as wire from '../../wire/wire';
import { words } from '../../words/text';
import { barred, decisions, idOf, isOpen, type Decision } from './decisions';

type Topic = NonNullable<wire.DecisionState['topic']>;
type Majority = NonNullable<wire.DecisionCharter['majority']>;
const TOPICS: readonly Topic[] = ['other', 'scope', 'schedule', 'cost', 'quality', 'risk', 'resource', 'technology'];
const MAJORITIES: Option[] = [
  { value: 'simple', label: 'more than half of the votes' },
  { value: 'twoThirds', label: 'two thirds of the votes' },
  { value: 'unanimous', label: 'all votes' },
];
const offer = offersFor<Decision>();
export const numberOf = ({ state }: Decision): string => `D-${String(state?.number ?? '…')}`;
const OPTIONS_MOST = 16;
const ABOUT = ['board', 'risk', 'change', 'decision'];
const optionsOf = ({ state }: Decision): Option[] =>
  (state?.options ?? []).map(({ option = '', text: of }) => ({ value: option, label: words(of) }));
interface Choosable {
  text: string;
  accepts?: boolean;
}
const made = (given: readonly Choosable[]): wire.InDecisionOption[] =>
  given.map(({ text: of, accepts }) => ({ option: newId(), text: of, ...(accepts === true ? { accepts } : {}) }));

const vote = offer({
  gives: 'decision.castVote',
  title: 'Vote',
  often: true,
  fits: isOpen,
  why: (decision, project) => barred(decision, project.me),
  fields: (decision) => ({
    option: choice('Option', optionsOf(decision), { required: true }),
    rationale: long('Why'),
  }),
  body: ({ option, rationale }, decision) => ({ decision: idOf(decision), option, rationale }),
});
const recuse = offer({
  gives: 'decision.recuse',
  title: 'Step aside',
  often: true,
  fits: isOpen,
  why: (decision, project) =>
    decision.state?.votes?.some(({ member }) => member === project.me) ? undefined : barred(decision, project.me),
  fields: () => ({ reason: text('Which interest of yours it touches', { required: true }) }),
  body: ({ reason }, decision) => ({ decision: idOf(decision), reason }),
});
const conclude = offer({
  gives: 'decision.concludeDecision',
  title: 'Conclude',
  often: true,
  fits: isOpen,
  why: ({ votesCast = 0, state }) =>
    votesCast < (state?.charter?.quorum ?? 0)
      ? `${String(votesCast)} of ${String(state?.charter?.quorum ?? 0)} votes are in. The others have to vote first.`
      : undefined,
  fields: () => ({ why: long('Why it was decided so', { required: true }) }),
  body: ({ why }, decision) => ({ decision: idOf(decision), why }),
});
const withdraw = offer({
  gives: 'decision.withdrawDecision',
  title: 'Withdraw the question',
  fits: isOpen,
  why: ({ state }, project) =>
    state?.openedBy === project.me || may(project, 'manager') === undefined
      ? undefined
      : `Only ${project.name(state?.openedBy)}, who put it, or a manager may do that.`,
  fields: () => ({ reason: text('Why', { required: true }) }),
  body: ({ reason }, decision) => ({ decision: idOf(decision), reason }),
});
const isMade = ({ state }: Decision): boolean => state?.status === 'made' || state?.status === 'recorded';
const supersede = offer({
  gives: 'decision.supersedeDecision',
  title: 'Supersede',
  fits: isMade,
  fields: (decision, project) => ({
    by: one(
      'The decision that takes its place',
      decisions(project.presentRows('decisions'))
        .filter((each) => isMade(each) && idOf(each) !== idOf(decision))
        .map((each) => ({ value: idOf(each), label: numberOf(each), tail: words(each.state?.question) })),
      { required: true, hint: 'What was decided is never edited: another decision takes its place.' },
    ),
    reason: text('Why', { required: true }),
  }),
  body: ({ by, reason }, decision) => ({ decision: idOf(decision), by, reason }),
});
export const decisionThings = things<Decision>({
  noun: 'decision',
  all: (project) => decisions(project.presentRows('decisions')),
  id: idOf,
  name: (decision) => `${numberOf(decision)} ${words(decision.state?.question)}`,
  offers: [vote, recuse, conclude, withdraw, supersede],
});

export type Board = wire.DecisionBoardState;
export const boards = (rows: ReadonlyMap<string, wire.DecisionRow>): Board[] =>
  [...rows.values()].flatMap((row) => ('board' in row ? [row.board] : []));
const charterFields = (project: Project, charter: wire.DecisionCharter = {}) => ({
  members: many('Members', people(project), { required: true, most: 64, value: [...(charter.members ?? [])] }),
  quorum: number('How many must have voted', {
    required: true,
    least: 1,
    most: 64,
    step: 1,
    value: charter.quorum ?? 1,
  }),
  majority: choice('What it takes', MAJORITIES, { required: true, value: charter.majority ?? 'simple' }),
  remit: many('What its decisions bind', named(TOPICS.filter((each) => each !== 'other')), {
    value: [...(charter.remit ?? [])],
  }),
});
interface Charter {
  members: string[];
  quorum: number | undefined;
  majority: string;
  remit: string[];
}
const charterOf = ({ members, quorum, majority, remit }: Charter): wire.DecisionCharter => ({
  members,
  quorum: quorum ?? 0,
  majority: majority as Majority,
  remit: remit as Topic[],
});
const sameCharter = (a: wire.DecisionCharter, b: wire.DecisionCharter): boolean => {
  const of = ({ members, quorum, majority, remit }: wire.DecisionCharter): string =>
    JSON.stringify([[...(members ?? [])].sort(), quorum ?? 0, majority ?? 'simple', [...(remit ?? [])].sort()]);
  return of(a) === of(b);
};

const questionFields = (project: Project, board?: string) => ({
  question: text('Question', { required: true }),
  options: rows(
    'Options',
    'option',
    { text: text('To choose from', { required: true }), accepts: yes('accepts the risk') },
    {
      least: 2,
      most: OPTIONS_MOST,
      value: [{ text: '' }, { text: '' }],
      hint: 'Where it is about a risk: to choose one that accepts it is to accept it.',
    },
  ),
  board: choice(
    'Who decides',
    boards(project.presentRows('decisions')).map(({ board: id = '', name }) => ({ value: id, label: words(name) })),
    { required: true, hidden: board !== undefined, ...(board === undefined ? {} : { value: board }) },
  ),
  topic: choice('Topic', named(TOPICS), { required: true }),
  subject: one('What it is about', entities(project, ABOUT)),
  due: time('Closes'),
  binding: yes('It binds: what is decided holds'),
});
type Question = {
  question: string;
  options: readonly Choosable[];
  board: string;
  topic: string;
  subject: string;
  due: number | undefined;
  binding: boolean;
};
const questionOf = (given: Question): wire.DecisionOpenDecision => {
  const due = micros(given.due);
  return {
    decision: newId(),
    board: given.board,
    question: given.question,
    options: made(given.options),
    subject: given.subject,
    topic: given.topic as Topic,
    binding: given.binding,
    ...(due === undefined ? {} : { due }),
  };
};
const noBoard = (_: unknown, project: Project): string | undefined =>
  boards(project.presentRows('decisions')).length === 0
    ? 'There is no advisory board yet. A manager constitutes one first.'
    : undefined;

export const openDecision = offersFor<undefined>()({
  gives: 'decision.openDecision',
  title: 'Put a question to a board',
  why: noBoard,
  fields: (_, project) => questionFields(project),
  body: (given) => questionOf(given),
});
export const recordDecision = offersFor<undefined>()({
  gives: 'decision.recordDecision',
  title: 'Record a decision taken elsewhere',
  fields: (_, project) => ({
    what: text('What was decided', { required: true }),
    why: long('Why', { required: true }),
    assertedBy: many('Who says so', people(project), {
      required: true,
      most: 100,
      value: project.me ? [project.me] : [],
    }),
    meeting: text('Where it was taken'),
    alternatives: lines('What else was considered, one a line'),
    links: many('What it is about', entities(project, ABOUT), { most: 100 }),
    topic: choice('Topic', named(TOPICS), { required: true }),
  }),
  body: ({ alternatives, topic, ...rest }) => ({
    decision: newId(),
    ...rest,
    alternatives: made(alternatives.map((each) => ({ text: each }))),
    topic: topic as Topic,
  }),
});
export const constitute = offersFor<undefined>()({
  gives: 'decision.constituteAdvisoryBoard',
  title: 'Constitute an advisory board',
  role: 'manager',
  fields: (_, project) => ({ name: text('Name', { required: true, most: 200 }), ...charterFields(project) }),
  body: ({ name, ...charter }) => ({ board: newId(), name, charter: charterOf(charter) }),
});

const amend = offersFor<Board>()({
  gives: 'decision.amendAdvisoryBoard',
  title: 'Amend',
  role: 'manager',
  often: true,
  fields: ({ name, charter }, project) => ({
    name: text('Name', { required: true, most: 200, value: words(name) }),
    ...charterFields(project, charter),
  }),
  body: ({ name, ...given }, board) => {
    const [change, to] = [textEdit(board.name, name), charterOf(given)];
    const from = board.charter ?? {};
    return {
      ...(board.board === undefined ? {} : { board: board.board }),
      ...(change && { name: change }),
      ...(sameCharter(from, to) ? {} : { from, to }),
    };
  },
});
const askIt = offersFor<Board>()({
  gives: 'decision.openDecision',
  title: 'Put a question to it',
  often: true,
  fields: ({ board }, project) => questionFields(project, board ?? ''),
  body: (given) => questionOf(given),
});
export const boardThings = things<Board>({
  noun: 'advisory board',
  all: (project) => boards(project.presentRows('decisions')),
  id: ({ board }) => board ?? '',
  name: ({ name }) => words(name),
  offers: [askIt, amend],
});
export type { Field };
