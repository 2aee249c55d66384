/** What needs attention, in words: the thing, and what it waits for. */

import type * as wire from '../../wire/wire';

export const reasons: Record<wire.AttentionReason, string> = {
  none: '',
  extremeRisk: 'is extreme',
  riskMaterialized: 'has happened',
  securityRisk: 'is a high security risk',
  riskReviewOverdue: 'review is overdue',
  riskActionOverdue: 'has an action overdue',
  newRisk: 'is new',
  approvalWaiting: 'waits for approval',
  approvalLastMissing: 'misses one consent',
  approvalExpired: 'request has expired',
  approvalEscalated: 'was escalated',
  impactToAccept: 'impact waits to be accepted',
  changeToImplement: 'is approved, not implemented',
  voteWaiting: 'waits for votes',
  decisionOverdue: 'is overdue',
  decisionReady: 'is ready to be concluded',
  taskBlocked: 'is blocked',
  taskOverdueInColumn: 'stands too long in its column',
  columnOverLimit: 'is over its limit',
  mentioned: 'has a comment to read',
  changeToAssess: 'waits to be assessed',
  commented: 'has a new comment',
};

/** What is asked of those whom it waits for, in front of its number: "Vote on D-3". */
export const asks: Record<wire.AttentionReason, string> = {
  none: 'Look at',
  extremeRisk: 'Act on',
  riskMaterialized: 'Act on',
  securityRisk: 'Act on',
  riskReviewOverdue: 'Review',
  riskActionOverdue: 'Finish an action of',
  newRisk: 'Assess',
  approvalWaiting: 'Approve',
  approvalLastMissing: 'Approve',
  approvalExpired: 'Renew',
  approvalEscalated: 'Decide on',
  impactToAccept: 'Accept the impact of',
  changeToImplement: 'Implement',
  voteWaiting: 'Vote on',
  decisionOverdue: 'Vote on',
  decisionReady: 'Conclude',
  taskBlocked: 'Unblock',
  taskOverdueInColumn: 'Move on',
  columnOverLimit: 'Clear',
  mentioned: 'Read about',
  changeToAssess: 'Assess',
  commented: 'Read about',
};
