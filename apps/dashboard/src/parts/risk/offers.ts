/** What can be done to a risk (schema/parts/risk.capnp). */

import { textEdit } from '../../acts/edits';
import {
  choice,
  day,
  five,
  long,
  many,
  money,
  named,
  number,
  one,
  text,
  yes,
  type Field,
  type Option,
} from '../../acts/fields';
import { entities, people } from '../../acts/lists';
import { offersFor, things } from '../../acts/offer';
import { newId } from '../../client/id';
import type { Project } from '../../client/project.svelte';
import type * as wire from '../../wire/wire';
import { words } from '../../words/text';
import { idOf, isOpen, risks, type RiskRow } from './register';

type Category = NonNullable<wire.RiskState['category']>;
type Proximity = NonNullable<wire.RiskState['proximity']>;
type Strategy = NonNullable<wire.RiskState['strategy']>;
const CATEGORIES: readonly Category[] = [
  'schedule',
  'budget',
  'security',
  'quality',
  'resource',
  'integration',
  'investment',
];
const PROXIMITIES: readonly Proximity[] = ['unknown', 'imminent', 'withinMonth', 'withinQuarter', 'later'];
const STRATEGIES: readonly Strategy[] = ['none', 'avoid', 'mitigate', 'transfer', 'accept', 'contingency'];
const LIKELIHOOD = five(['rare', 'unlikely', 'possible', 'likely', 'almost certain']);
const IMPACT = five(['negligible', 'minor', 'moderate', 'major', 'severe']);

const offer = offersFor<RiskRow>();
const happened = ({ state }: RiskRow): boolean => state?.status === 'materialized';
const mayHappen = (risk: RiskRow): string | undefined => (happened(risk) ? 'It has happened already.' : undefined);
export const numberOf = ({ state }: RiskRow): string => `R-${String(state?.number ?? '…')}`;

const category = (value: Category): Field<'choice'> => choice('Category', named(CATEGORIES), { required: true, value });
const proximity = (value: Proximity): Field<'choice'> =>
  choice('How soon', named(PROXIMITIES), { required: true, value });
const cause = (value = ''): Field<'text'> => text('Because of', { value });
const event = (value = ''): Field<'text'> => text('What may happen', { required: true, value });
const effect = (value = ''): Field<'text'> => text('It would lead to', { value });

export const identify = offersFor<undefined>()({
  gives: 'risk.identifyRisk',
  title: 'Name a risk',
  fields: (_, project) => ({
    event: event(),
    cause: cause(),
    effect: effect(),
    category: category('schedule'),
    proximity: proximity('unknown'),
    owner: one('Owner', people(project), { value: project.me ?? '' }),
  }),
  body: ({ event: what, cause: from, effect: to, category: of, proximity: soon, owner }) => ({
    risk: newId(),
    event: what,
    cause: from,
    effect: to,
    category: of as Category,
    proximity: soon as Proximity,
    owner,
  }),
});
export const holdSession = offersFor<undefined>()({
  gives: 'risk.holdRiskSession',
  title: 'Record a risk session',
  fields: (_, project) => ({
    scope: text('What it was about'),
    attendees: many('Who took part', people(project), {
      required: true,
      most: 100,
      value: project.me ? [project.me] : [],
    }),
    risks: many('Risks gone through', entities(project, ['risk']), { most: 100, hint: 'Each counts as reviewed.' }),
  }),
  body: ({ scope, attendees, risks: of }) => ({ session: newId(), scope, attendees, risks: of }),
});

const assess = offer({
  gives: 'risk.assessRisk',
  title: 'Assess',
  often: true,
  fits: isOpen,
  why: mayHappen,
  fields: ({ state }) => {
    const now = state?.assessment;
    return {
      likelihood: choice('Likelihood', LIKELIHOOD, { required: true, value: String(now?.likelihood ?? 3) }),
      impact: choice('Impact', IMPACT, { required: true, value: String(now?.impact ?? 3) }),
      probability: number('Probability, %', {
        least: 0,
        most: 100,
        step: 0.1,
        ...(now?.probabilityPermille ? { value: now.probabilityPermille / 10 } : {}),
      }),
      cost: money('What it would cost', now?.costImpact === undefined ? {} : { value: now.costImpact }),
      delay: number('Working days later', {
        least: 0,
        most: 100_000,
        step: 1,
        ...(now?.delayDays ? { value: now.delayDays } : {}),
      }),
    };
  },
  body: ({ likelihood, impact, probability, cost, delay }, risk) => ({
    risk: idOf(risk),
    ...(risk.state?.assessment === undefined ? {} : { from: risk.state.assessment }),
    to: {
      likelihood: Number(likelihood),
      impact: Number(impact),
      ...(probability === undefined ? {} : { probabilityPermille: Math.round(probability * 10) }),
      ...(cost === undefined ? {} : { costImpact: cost }),
      ...(delay === undefined ? {} : { delayDays: delay }),
    },
  }),
});
const review = offer({
  gives: 'risk.reviewRisk',
  title: 'Review',
  often: true,
  fits: isOpen,
  fields: () => ({
    stillValid: yes('What the register says of it still holds', { value: true }),
    note: text('Note'),
  }),
  body: ({ stillValid, note }, risk) => ({ risk: idOf(risk), stillValid, note }),
});
const edit = offer({
  gives: 'risk.editRisk',
  title: 'Edit',
  often: true,
  fits: isOpen,
  fields: ({ state }) => ({
    event: event(words(state?.event)),
    cause: cause(words(state?.cause)),
    effect: effect(words(state?.effect)),
    category: category(state?.category ?? 'schedule'),
    proximity: proximity(state?.proximity ?? 'unknown'),
  }),
  body: (given, risk) => {
    const before = risk.state ?? {};
    const [was, soon] = [before.category ?? 'schedule', before.proximity ?? 'unknown'];
    const [newCause, newEvent, newEffect] = [
      textEdit(before.cause, given.cause),
      textEdit(before.event, given.event),
      textEdit(before.effect, given.effect),
    ];
    return {
      risk: idOf(risk),
      ...(newCause && { cause: newCause }),
      ...(newEvent && { event: newEvent }),
      ...(newEffect && { effect: newEffect }),
      ...(given.category === was ? {} : { fromCategory: was, toCategory: given.category as Category }),
      ...(given.proximity === soon ? {} : { fromProximity: soon, toProximity: given.proximity as Proximity }),
    };
  },
});
const assign = offer({
  gives: 'risk.assignRisk',
  title: 'Assign',
  fits: isOpen,
  fields: ({ state }, project) => ({
    to: one('Owner', people(project), { value: state?.owner ?? '', hint: 'Left empty: nobody.' }),
  }),
  body: ({ to }, risk) => ({
    risk: idOf(risk),
    ...(risk.state?.owner === undefined ? {} : { from: risk.state.owner }),
    to,
  }),
});

const openActions = ({ state }: RiskRow): wire.RiskActionState[] =>
  (state?.actions ?? []).filter(({ doneAt }) => (doneAt ?? '0') === '0');
const actionOptions = (risk: RiskRow): Option[] =>
  openActions(risk).map(({ action = '', text: what }) => ({ value: action, label: words(what) }));
/** The plan replaces the one there is: what is open goes into the new one with its id. */
const kept = (risk: RiskRow): wire.InRiskAction[] =>
  openActions(risk).map(({ action, text: what, owner, due }) => ({
    ...(action === undefined ? {} : { action }),
    text: words(what),
    ...(owner === undefined ? {} : { owner }),
    ...(due === undefined ? {} : { due }),
  }));
const planOf = (risk: RiskRow): { risk: string; strategy: Strategy; trigger: string } => ({
  risk: idOf(risk),
  strategy: risk.state?.strategy ?? 'none',
  trigger: words(risk.state?.trigger),
});
const plan = offer({
  gives: 'risk.planResponse',
  title: 'Plan the response',
  often: true,
  fits: isOpen,
  fields: ({ state }, project) => ({
    strategy: choice('Strategy', named(STRATEGIES), { required: true, value: state?.strategy ?? 'mitigate' }),
    trigger: text('What tells that it is happening', { value: words(state?.trigger) }),
    action: text('One more action', { hint: 'Actions that are there stay.' }),
    owner: one('Who does it', people(project)),
    due: day('Due'),
  }),
  body: ({ strategy, trigger, action, owner, due }, risk) => ({
    risk: idOf(risk),
    strategy: strategy as Strategy,
    trigger,
    actions: [
      ...kept(risk),
      ...(action === '' ? [] : [{ action: newId(), text: action, owner, ...(due === undefined ? {} : { due }) }]),
    ],
  }),
});
const dropAction = offer({
  gives: 'risk.planResponse',
  title: 'Drop an action',
  fits: (risk) => isOpen(risk) && openActions(risk).length > 0,
  fields: (risk) => ({ action: choice('Action', actionOptions(risk), { required: true }) }),
  body: ({ action }, risk) => ({ ...planOf(risk), actions: kept(risk).filter((each) => each.action !== action) }),
});
const complete = offer({
  gives: 'risk.completeRiskAction',
  title: 'Finish an action',
  fits: isOpen,
  why: (risk) => (openActions(risk).length === 0 ? 'None is open. Plan the response first.' : undefined),
  fields: (risk) => ({ action: choice('Action', actionOptions(risk), { required: true }), note: text('Note') }),
  body: ({ action, note }, risk) => ({ risk: idOf(risk), action, note }),
});

function decisionsAbout(project: Project, risk: string): Option[] {
  return [...project.presentRows('decisions').values()]
    .flatMap((row) => ('decision' in row ? (row.decision.state ?? []) : []))
    .filter(({ binding, status, subjects }) => binding === true && status === 'made' && subjects?.includes(risk))
    .map(({ decision = '', number: of, question }) => ({
      value: decision,
      label: `D-${String(of ?? '')}`,
      tail: words(question),
    }));
}
const accept = offer({
  gives: 'risk.acceptRisk',
  title: 'Accept',
  fits: isOpen,
  why: (risk, project) => {
    if ((risk.score ?? 0) === 0) return 'Likelihood and impact are not assessed yet.';
    if (risk.band === 'extreme' && decisionsAbout(project, idOf(risk)).length === 0)
      return 'An extreme risk takes a binding decision of an advisory board about it. Put the question first.';
    return mayHappen(risk);
  },
  fields: (risk, project) => {
    const options = decisionsAbout(project, idOf(risk));
    return {
      rationale: long('Why one can live with it', { required: true }),
      decision: one('By the decision', options, { required: risk.band === 'extreme', hidden: options.length === 0 }),
    };
  },
  body: ({ rationale, decision }, risk) => ({ risk: idOf(risk), rationale, decision }),
});
const materialize = offer({
  gives: 'risk.materializeRisk',
  title: 'It has happened',
  fits: isOpen,
  why: mayHappen,
  fields: () => ({ effect: text('What it led to', { required: true }) }),
  body: ({ effect: of }, risk) => ({ risk: idOf(risk), effect: of }),
});
const link = offer({
  gives: 'risk.linkRiskToChange',
  title: 'Link it to a change',
  fits: isOpen,
  fields: ({ state }, project) => ({
    change: one(
      'The change by which the plan was adjusted',
      entities(project, ['change']).filter(({ value }) => state?.changes?.includes(value) !== true),
      { required: true },
    ),
  }),
  body: ({ change }, risk) => ({ risk: idOf(risk), change }),
});
const retire = offer({
  gives: 'risk.retireRisk',
  title: 'Retire',
  fits: isOpen,
  why: (risk) =>
    openActions(risk).length > 0 ? 'Some of its actions are open. Finish or drop them first.' : undefined,
  fields: () => ({
    reason: text('Why', { required: true, hint: 'It cannot happen any more, or what it led to is over.' }),
  }),
  body: ({ reason }, risk) => ({ risk: idOf(risk), reason }),
});

export const riskThings = things<RiskRow>({
  noun: 'risk',
  all: (project) => risks(project.presentRows('risks')),
  id: idOf,
  name: (risk) => `${numberOf(risk)} ${words(risk.state?.event)}`,
  offers: [assess, review, edit, plan, complete, dropAction, assign, accept, materialize, link, retire],
});
