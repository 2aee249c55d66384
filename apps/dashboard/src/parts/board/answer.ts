/** Refused moves: why the card stands where it does, and the ways on. */

import type { Act } from '../../client/act';
import { NIL } from '../../client/id';
import type { Project } from '../../client/project.svelte';
import { router } from '../../shell/route.svelte';
import { may } from '../../ui/rights';
import { clock } from '../../words/format';
import type * as wire from '../../wire/wire';
import { entityName } from '../naming';
import type { Answer, Way } from '../part';
import { columns, movePreview, type Column } from './cards';

/** The move that an act asks for; undefined: it is another act. */
export function moveOf({ command }: Pick<Act, 'command'>): wire.TaskMoveTask | undefined {
  return 'task' in command && 'moveTask' in command.task ? command.task.moveTask : undefined;
}

/** Moves a card from where this page shows it. */
export function move(
  project: Project,
  card: wire.BoardCardRow,
  to: Column,
  before: string | undefined,
  overrideReason?: string,
): void {
  const task = card.task ?? NIL;
  const from = card.column ?? NIL;
  project.act({
    label: `T-${String(card.number ?? '')} to ${entityName(project, to.id)}`,
    at: task,
    command: {
      task: {
        moveTask: {
          task,
          fromColumn: from,
          toColumn: to.id,
          ...(before === undefined ? {} : { before }),
          ...(overrideReason === undefined ? {} : { overrideReason }),
        },
      },
    },
    preview: movePreview({ task, from, to: to.id, before }),
  });
}

/** When somebody moved it last, as far as this page heard. */
function movedAt(project: Project, task: string): number | undefined {
  for (const { envelope, event } of project.ledger) {
    if (event !== undefined && 'task' in event && 'taskMoved' in event.task && event.task.taskMoved.task === task)
      return Number(envelope?.recordedAt ?? 0) / 1000;
  }
  return undefined;
}

export function answer(project: Project, act: Act): Answer | undefined {
  // No view tells how it stands, so the form takes it for the other way.
  if ('task' in act.command && 'setPredecessorPolicy' in act.command.task && act.refusal?.code === 'changedMeanwhile')
    return { body: 'It is so already.' };
  const wanted = moveOf(act);
  if (wanted === undefined) return undefined;
  const task = wanted.task ?? NIL;
  const all = columns(project.presentRows('board'));
  const card = all.flatMap(({ cards }) => cards).find((each) => each.task === task);
  const to = all.find(({ id }) => id === wanted.toColumn);
  const { code, facts = {} } = act.refusal ?? {};
  const number = entityName(project, task);
  const head = `${number} stays in ${entityName(project, card?.column)}`;
  const ways: Way[] = [];
  if (code === 'wipLimitReached') {
    const oldest = facts.tasks?.[0];
    if (oldest !== undefined)
      ways.push({ label: `Look at ${entityName(project, oldest)}`, href: router.href('board', oldest) });
    if (card !== undefined && to !== undefined && may(project, 'manager') === undefined)
      ways.push({
        label: 'Move anyway, with a reason',
        ask: 'Why it goes over the limit',
        give: (reason) => {
          move(project, card, to, wanted.before, reason);
        },
      });
    return { head, ways };
  }
  if (code === 'movedMeanwhile') {
    const at = movedAt(project, task);
    const who = facts.byMember === undefined ? 'Somebody' : project.name(facts.byMember);
    const there = facts.presentId ?? card?.column;
    if (card !== undefined && to !== undefined && there !== to.id)
      ways.push({
        label: 'Move it from there',
        go: () => {
          move(project, { ...card, ...(there === undefined ? {} : { column: there }) }, to, wanted.before);
        },
      });
    return {
      head: `${number} is in ${entityName(project, there)}`,
      body: `${who} moved it${at === undefined ? ' meanwhile' : ` at ${clock(at)}`}. You moved it from ${entityName(project, wanted.fromColumn)}.`,
      ways,
    };
  }
  return { head };
}
