/** The five tiles of health from the views: value, trend, reason. Verdicts are those of the view `attention`; none is made here. */

import type { Project } from '../../client/project.svelte';
import { NIL } from '../../client/id';
import type { StatusKind } from '../../ui/Status.svelte';
import { count, money, number, permille, signed } from '../../words/format';
import { words } from '../../words/text';
import type * as wire from '../../wire/wire';
import { entityName } from '../naming';

export interface Tile {
  title: string;
  status: { kind: StatusKind; word: string };
  value: string;
  unit: string;
  of: string;
  reason: string;
}

const MISSING: Record<wire.Missing, string> = {
  none: '',
  nothingYet: 'Nothing has happened yet that it is made of',
  noBaseline: 'No baseline is agreed yet',
  noBudget: 'No budget is recorded',
  noEstimates: 'No open task has an estimate',
  noThroughput: 'Nothing was finished in the last 28 days',
  notAssessed: 'No risk has a probability and a cost',
  mixedCurrencies: 'Costs are in different currencies',
};

function figure(of: wire.Figure | undefined): number | undefined {
  return of?.missing === undefined || of.missing === 'none' ? Number(of?.value ?? 0) : undefined;
}
const missing = (of: wire.Figure | undefined): string => MISSING[of?.missing ?? 'none'];

/** The worst that the view `attention` says about any of these reasons. */
function verdict(
  project: Project,
  reasons: readonly wire.AttentionReason[],
): { kind: StatusKind; word: string; item: wire.AttentionRow | undefined } {
  let worst: wire.AttentionRow | undefined;
  for (const row of project.view('attention').values()) {
    if (!reasons.includes(row.reason ?? 'none')) continue;
    if (worst === undefined || (row.class ?? 'immediate') === 'immediate') worst = row;
  }
  if (worst === undefined) return { kind: 'good', word: 'On track', item: undefined };
  const immediate = (worst.class ?? 'immediate') === 'immediate';
  return { kind: immediate ? 'act' : 'watch', word: immediate ? 'Act' : 'Watch', item: worst };
}
const NONE = { kind: 'none' as const, word: 'n/a' };

export function tiles(project: Project): Tile[] {
  const row: wire.ProjectRow = project.view('summary').get(project.id) ?? {};
  const named = (item: wire.AttentionRow | undefined): string => entityName(project, item?.subject ?? NIL);

  const weeks = figure(row.weeksLeft);
  const done = figure(row.completion);
  const time = verdict(project, ['taskBlocked', 'taskOverdueInColumn', 'columnOverLimit']);
  const timeReason =
    time.item?.reason === 'taskBlocked'
      ? `${count(row.tasksBlocked ?? 0, 'task')} blocked: ${named(time.item)} ${words(time.item.title)}`
      : time.item?.reason === 'columnOverLimit'
        ? `${named(time.item)} is over its limit`
        : `${count(row.tasksOpen ?? 0, 'task')} open, ${number(row.tasksDone ?? 0)} done`;
  const exposure = row.exposureMissing === undefined || row.exposureMissing === 'none';
  const risk = verdict(project, [
    'extremeRisk',
    'riskMaterialized',
    'securityRisk',
    'riskReviewOverdue',
    'riskActionOverdue',
  ]);
  const scope = verdict(project, ['changeToAssess', 'impactToAccept', 'changeToImplement']);
  const growth = figure(row.scopeGrowth);

  return [
    {
      title: 'Time',
      status: done === undefined ? NONE : time,
      value: weeks === undefined ? (done === undefined ? 'n/a' : number(done / 10)) : number(weeks / 1000, 1),
      unit: weeks === undefined ? (done === undefined ? '' : '%') : 'wk',
      of: weeks === undefined ? 'done' : 'left at this pace',
      reason: weeks === undefined && done === undefined ? missing(row.completion) : timeReason,
    },
    { title: 'Cost', status: NONE, value: 'n/a', unit: '', of: 'CPI', reason: 'No budget is recorded in this project' },
    {
      title: 'Scope',
      status: scope,
      value: growth === undefined ? number(row.changesApproved ?? 0) : permille(growth),
      unit: '',
      of: growth === undefined ? 'changes approved' : 'growth',
      reason: `${signed(Number(row.approvedScheduleDays ?? 0))} d by approved changes, ${number(row.changesOpen ?? 0)} open`,
    },
    {
      title: 'Decisions',
      status: verdict(project, [
        'approvalLastMissing',
        'approvalEscalated',
        'approvalExpired',
        'approvalWaiting',
        'decisionOverdue',
        'decisionReady',
        'voteWaiting',
      ]),
      value: number((row.approvalsWaiting ?? 0) + (row.decisionsOpen ?? 0)),
      unit: '',
      of: 'wait for somebody',
      reason: `${count(row.approvalsWaiting ?? 0, 'approval')}, ${count(row.decisionsOpen ?? 0, 'question')} open`,
    },
    {
      title: 'Risk',
      status: risk,
      value: exposure ? money(Number(row.exposure?.minor ?? 0), row.exposure?.currency) : number(row.risksOpen ?? 0),
      unit: '',
      of: exposure ? 'exposure' : 'open',
      reason:
        risk.item === undefined
          ? `${count(row.risksOpen ?? 0, 'risk')} open, ${number(row.risksHigh ?? 0)} high`
          : `${named(risk.item)} ${words(risk.item.title)}`,
    },
  ];
}
export { figure, missing };
