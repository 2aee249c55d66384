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
  /** Against a week ago; undefined where it is not known. */
  trend: { arrow: 'up' | 'down' | 'flat'; from: string } | undefined;
  /** The value over the last weeks, the oldest first, with the present one. */
  series: readonly number[];
  reason: string;
}

/** A row of the summary as it was. */
export interface Before {
  at: number;
  row: wire.ProjectRow;
}

const MISSING: Record<wire.Missing, string> = {
  none: '',
  nothingYet: 'There is nothing to measure yet',
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

/** What the tiles are made of, as of one moment. */
export interface Sight {
  row: wire.ProjectRow;
  attention: readonly wire.AttentionRow[];
  at: number;
  named: (id: string) => string;
}
/** Of what the page looks at; `now`: of the present, whatever it looks at. */
export function sight(project: Project, now = false): Sight {
  const rows = now ? project.presentRows.bind(project) : project.view.bind(project);
  return {
    row: rows('summary').get(project.id) ?? {},
    attention: [...rows('attention').values()],
    at: now ? project.minute : (project.moment?.recordedAt ?? project.minute),
    named: (id) => entityName(project, id),
  };
}

/** The worst that the view `attention` says about any of these reasons. */
function verdict(
  { attention }: Sight,
  reasons: readonly wire.AttentionReason[],
): { kind: StatusKind; word: string; item: wire.AttentionRow | undefined } {
  let worst: wire.AttentionRow | undefined;
  for (const row of attention) {
    if (!reasons.includes(row.reason ?? 'none')) continue;
    if (worst === undefined || (row.class ?? 'immediate') === 'immediate') worst = row;
  }
  if (worst === undefined) return { kind: 'good', word: 'On track', item: undefined };
  const immediate = (worst.class ?? 'immediate') === 'immediate';
  return { kind: immediate ? 'act' : 'watch', word: immediate ? 'Act' : 'Watch', item: worst };
}
/** A measure of the project, and how it is written. */
interface Measure {
  of: (row: wire.ProjectRow) => number | undefined;
  told: (value: number) => { value: string; unit: string };
}
const plainly = (value: number): { value: string; unit: string } => ({ value: number(value), unit: '' });
const WEEKS: Measure = {
  of: (row) => figure(row.weeksLeft),
  told: (value) => ({ value: number(value / 1000, 1), unit: 'wk' }),
};
const DONE: Measure = {
  of: (row) => figure(row.completion),
  told: (value) => ({ value: number(value / 10), unit: '%' }),
};
const GROWTH: Measure = {
  of: (row) => figure(row.scopeGrowth),
  told: (value) => ({ value: permille(value), unit: '' }),
};
const APPROVED: Measure = { of: (row) => row.changesApproved ?? 0, told: plainly };
const WAITING: Measure = { of: (row) => (row.approvalsWaiting ?? 0) + (row.decisionsOpen ?? 0), told: plainly };
const EXPOSURE: Measure = {
  of: (row) =>
    row.exposureMissing === undefined || row.exposureMissing === 'none' ? Number(row.exposure?.minor ?? 0) : undefined,
  told: plainly,
};
const OPEN_RISKS: Measure = { of: (row) => row.risksOpen ?? 0, told: plainly };

const WEEK = 7 * 86_400_000;
/** What of a tile is measured: its value, where it came from, its line. */
function measured(
  measure: Measure,
  row: wire.ProjectRow,
  before: readonly Before[],
  at: number,
): Pick<Tile, 'value' | 'unit' | 'trend' | 'series'> {
  const now = measure.of(row);
  if (now === undefined) return { value: 'n/a', unit: '', trend: undefined, series: [] };
  const told = measure.told(now);
  const past = before.flatMap((each) => {
    const value = measure.of(each.row);
    return value === undefined ? [] : [{ at: each.at, value }];
  });
  const week = past.findLast((each) => each.at <= at - WEEK + 86_400_000);
  const from = week === undefined ? undefined : measure.told(week.value);
  const same = from?.value === told.value;
  return {
    ...told,
    trend:
      week === undefined || from === undefined
        ? undefined
        : {
            arrow: same ? 'flat' : week.value < now ? 'up' : 'down',
            from: same ? 'steady' : `from ${from.value}`,
          },
    series: [...past.map(({ value }) => value), now],
  };
}
const NONE = { kind: 'none' as const, word: 'n/a' };

/** `before`: rows of earlier weeks, the oldest first. */
export function tiles(sight: Sight, before: readonly Before[] = []): Tile[] {
  const { row, at } = sight;
  const named = (item: wire.AttentionRow | undefined): string => sight.named(item?.subject ?? NIL);
  const shown = (measure: Measure): Pick<Tile, 'value' | 'unit' | 'trend' | 'series'> =>
    measured(measure, row, before, at);

  const weeks = WEEKS.of(row) !== undefined;
  const done = DONE.of(row) !== undefined;
  const time = verdict(sight, ['taskBlocked', 'taskOverdueInColumn', 'columnOverLimit']);
  const timeReason =
    time.item?.reason === 'taskBlocked'
      ? `${count(row.tasksBlocked ?? 0, 'task')} blocked: ${named(time.item)} ${words(time.item.title)}`
      : time.item?.reason === 'columnOverLimit'
        ? `${named(time.item)} is over its limit`
        : `${count(row.tasksOpen ?? 0, 'task')} open, ${number(row.tasksDone ?? 0)} done`;
  const exposure = EXPOSURE.of(row) !== undefined;
  const currency = row.exposure?.currency;
  const risk = verdict(sight, [
    'extremeRisk',
    'riskMaterialized',
    'securityRisk',
    'riskReviewOverdue',
    'riskActionOverdue',
  ]);
  const growth = GROWTH.of(row) !== undefined;
  const shift = Number(row.approvedScheduleDays ?? 0);
  const [approved, open] = [row.changesApproved ?? 0, row.changesOpen ?? 0];
  const [approvals, questions] = [row.approvalsWaiting ?? 0, row.decisionsOpen ?? 0];
  const decisions = verdict(sight, [
    'approvalLastMissing',
    'approvalEscalated',
    'approvalExpired',
    'approvalWaiting',
    'decisionOverdue',
    'decisionReady',
    'voteWaiting',
  ]);

  return [
    {
      title: 'Time',
      status: done ? time : NONE,
      ...shown(weeks ? WEEKS : DONE),
      of: weeks ? 'left at this pace' : 'done',
      reason: weeks || done ? timeReason : missing(row.completion),
    },
    {
      title: 'Cost',
      status: NONE,
      value: 'n/a',
      unit: '',
      of: 'CPI',
      trend: undefined,
      series: [],
      reason: 'No budget is recorded in this project',
    },
    {
      title: 'Scope',
      status: verdict(sight, ['changeToAssess', 'impactToAccept', 'changeToImplement']),
      ...shown(growth ? GROWTH : APPROVED),
      of: growth ? 'growth' : approved === 1 ? 'change approved' : 'changes approved',
      reason:
        approved === 0 && open === 0
          ? 'As it was: nobody has asked for a change'
          : `${shift === 0 ? 'No day' : `${signed(shift)} d`} by approved changes, ${number(open)} open`,
    },
    {
      title: 'Decisions',
      status: decisions,
      ...shown(WAITING),
      of: approvals + questions === 1 ? 'waits for somebody' : 'wait for somebody',
      reason:
        approvals + questions > 0
          ? `${count(approvals, 'approval')} and ${count(questions, 'question')}`
          : decisions.item?.reason === 'approvalExpired'
            ? `${named(decisions.item)} request has expired`
            : 'Nothing waits for anybody',
    },
    {
      title: 'Risk',
      status: (row.risksOpen ?? 0) === 0 && !exposure ? NONE : risk,
      ...shown(exposure ? { ...EXPOSURE, told: (minor) => ({ value: money(minor, currency), unit: '' }) } : OPEN_RISKS),
      of: exposure ? 'exposure' : 'open',
      reason:
        risk.item !== undefined
          ? `${named(risk.item)} ${words(risk.item.title)}`
          : (row.risksOpen ?? 0) === 0
            ? 'Nobody has named a risk yet'
            : `${number(row.risksHigh ?? 0)} of ${count(row.risksOpen ?? 0, 'risk')} high`,
    },
  ];
}
export { figure, missing };
