/** What happens to tasks and on the board, in sentences. */

import { duration } from '../../words/format';
import type { Sentence } from '../part';

export const sentences: Record<string, Sentence> = {
  taskCreated: (e, say) => `created T-${String(e.number ?? '')} ${say.words(e.title)}`,
  taskEdited: (e, say) => `edited ${say.entity(e.task)}`,
  taskAssigned: (e, say) => `gave ${say.entity(e.task)} to ${e.to === undefined ? 'nobody' : say.person(e.to)}`,
  taskPrioritized: (e, say) => `ranked ${say.entity(e.task)}`,
  taskMoved: (e, say) => `moved ${say.entity(e.task)} to ${say.entity(e.entry?.column ?? e.toColumn)}`,
  taskBlocked: (e, say) => `blocked ${say.entity(e.task)}: ${say.words(e.reason)}`,
  taskUnblocked: (e, say) => `unblocked ${say.entity(e.task)}`,
  taskCompleted: (e, say) => `completed ${say.entity(e.task)}`,
  taskReopened: (e, say) => `opened ${say.entity(e.task)} again: ${say.words(e.reason)}`,
  taskRetired: (e, say) => `retired ${say.entity(e.task)}`,
  taskRestored: (e, say) => `restored ${say.entity(e.task)}`,
  tasksLinked: (e, say) => `linked ${say.entity(e.successor)} behind ${say.entity(e.predecessor)}`,
  tasksUnlinked: (e, say) => `unlinked ${say.entity(e.successor)} from ${say.entity(e.predecessor)}`,
  taskProgressReported: (e, say) => `reported ${say.entity(e.task)} at ${String(e.percent ?? 0)} per cent`,
  timeLogged: (e, say) => `logged ${duration(e.minutes ?? 0)} on ${say.entity(e.task)}`,
  timeEntryCorrected: (e) => `corrected logged time from ${duration(e.from ?? 0)} to ${duration(e.to ?? 0)}`,
  cardsRespaced: (e, say) => `made room between the cards of ${say.entity(e.column)}`,
  predecessorPolicySet: (e) =>
    e.to === 'block' ? 'let no task begin before its predecessors' : 'let tasks begin before their predecessors',
  boardDefined: () => 'set up the board',
  columnAdded: (e, say) => `added the column ${say.words(e.column?.name)}`,
  columnRenamed: (e, say) => `renamed a column to ${say.words(e.name?.to)}`,
  columnReordered: (e, say) => `put ${say.entity(e.column)} elsewhere`,
  columnRetired: () => 'took a column off the board',
  transitionsSet: () => 'set where tasks may go',
  wipLimitOverridden: (e, say) => `went over the limit of ${say.entity(e.column)}`,
  wipLimitSet: (e, say) => `set the limit of ${say.entity(e.column)}`,
};
