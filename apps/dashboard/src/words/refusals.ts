/**
 * Refusals in words: what is so, which facts decided, a way on. No code, no "error", no "sorry". A part may have better words for its
 * own acts; these hold for all others.
 */

import type * as wire from '../wire/wire';
import { list, moment } from './format';

/** What the facts of a refusal are called: names, numbers such as T-12. */
export interface Naming {
  entity(id: string): string;
  person(id: string): string;
  now: number;
}
export interface Refusal {
  head: string;
  body: string;
  /** Entities that the facts name. */
  named: readonly string[];
}

type Words = (facts: wire.Facts, say: Naming) => Partial<Refusal>;
const entities = (ids: readonly string[] | undefined, say: Naming): string =>
  list((ids ?? []).map((id) => say.entity(id)));
const people = (ids: readonly string[] | undefined, say: Naming): string =>
  list((ids ?? []).map((id) => say.person(id)));

const words: Partial<Record<wire.Code, Words>> = {
  wipLimitReached: (facts, say) => ({
    body: `WIP limit ${facts.limit ?? ''} of ${say.entity(facts.column ?? '')} is reached: ${entities(facts.tasks, say)}.`,
    named: facts.tasks ?? [],
  }),
  movedMeanwhile: (facts, say) => ({
    body: `It is in ${say.entity(facts.presentId ?? '')} by now${facts.byMember === undefined ? '' : `: ${say.person(facts.byMember)} moved it`}. Move it from there.`,
  }),
  changedMeanwhile: (facts, say) => ({
    body: `Somebody changed it meanwhile${facts.byMember === undefined ? '' : `: ${say.person(facts.byMember)}`}. What stands there now is shown; do it again if it still holds.`,
  }),
  transitionNotAllowed: () => ({ body: 'The board has no way from this column to that one.' }),
  taskBlocked: () => ({ body: 'It is blocked. Unblock it first.' }),
  taskDone: () => ({ body: 'It is done already.' }),
  taskRetired: () => ({ body: 'It is retired. Restore it first.' }),
  predecessorOpen: (facts, say) => ({
    body: `It waits for ${entities(facts.tasks, say)}. Finish them, or remove the link.`,
    named: facts.tasks ?? [],
  }),
  cycle: (facts, say) => ({
    body: `The link would close a circle: ${entities(facts.tasks, say)}.`,
    named: facts.tasks ?? [],
  }),
  selfApproval: () => ({ body: 'It needs somebody else: nobody approves what they asked for or last wrote.' }),
  contributorExcluded: () => ({ body: 'By its policy, who worked on it does not approve it.' }),
  notInPool: (facts, say) => ({
    body: facts.members === undefined ? 'Its voters vote on it.' : `The voters are ${people(facts.members, say)}.`,
  }),
  alreadyVoted: () => ({ body: 'Your vote is in already; a vote counts once.' }),
  staleRevision: () => ({ body: 'It was rewritten after you read it. Read what stands there now, then vote.' }),
  approvalClosed: () => ({ body: 'It is decided already.' }),
  approvalExpired: () => ({ body: 'The time for it is over. Renew the request to begin another round.' }),
  quorumNotReached: (facts, say) => ({
    head: 'The vote stays open',
    body:
      facts.limit === undefined
        ? 'The quorum is not reached.'
        : `${facts.count ?? '0'} of ${facts.limit} votes are in. Missing: ${people(facts.members, say)}.`,
  }),
  majorityNotReached: () => ({ head: 'The vote stays open', body: 'No option has the majority yet.' }),
  conflictOfInterest: () => ({ body: 'You recused yourself from this question.' }),
  notBoardMember: () => ({ body: 'The members of its board vote on it.' }),
  decisionFinal: () => ({ body: 'It has been decided.' }),
  notRequester: () => ({ body: 'Only whoever asked for it may do that.' }),
  impactNotAssessed: () => ({ body: 'Its impact is not assessed yet.' }),
  impactNotAccepted: () => ({ body: 'The requester has not accepted the impact yet.' }),
  changeDeferred: () => ({ body: 'It is set aside. A manager resumes it first.' }),
  changeClosed: () => ({ body: 'It is decided, withdrawn or implemented already.' }),
  notApproved: () => ({ body: 'It is not approved.' }),
  policyRequired: () => ({ body: 'No approval policy is defined for this. A manager defines one first.' }),
  separationOfDuties: () => ({
    body: 'You would be the only one who could approve it. Somebody else has to be able to.',
  }),
  poolTooSmall: (facts) => ({
    body: `The quorum is ${facts.limit ?? ''}, and only ${facts.count ?? '0'} may vote.`,
  }),
  extremeNeedsBoard: () => ({ body: 'An extreme risk is accepted by a binding decision of an advisory board.' }),
  ownerIsSoleApprover: () => ({ body: 'Who owns the risk does not accept it alone.' }),
  openActions: (facts) => ({ body: `${facts.count ?? 'Some'} of its actions are not done.` }),
  riskNotAssessed: () => ({ body: 'Likelihood and impact are not assessed yet.' }),
  memberRequired: (facts, say) => ({ body: `${say.person(facts.member ?? '')} has no role in the project.` }),
  lastManager: () => ({ body: 'The project keeps at least one manager. Name another one first.' }),
  projectArchived: () => ({ body: 'The project is archived: it can be read, not changed.' }),
  notPermitted: (facts) => ({
    body: facts.required === undefined ? 'Your role does not include it.' : `It takes the role ${facts.required}.`,
  }),
  textRequired: () => ({ body: 'It needs words where none were given.' }),
  textInvalid: () => ({ body: 'One of its texts is empty or too long.' }),
  reasonRequired: () => ({ body: 'It needs a reason.' }),
  outOfRange: (facts) => ({
    body: `A number is beyond its bounds${facts.limit === undefined ? '' : ` (${facts.limit})`}.`,
  }),
  nothingToDo: () => ({ body: 'It is so already.' }),
  alreadyExists: () => ({ body: 'It exists already.' }),
  keyTaken: () => ({ body: 'Another project has this key.' }),
  keyInvalid: () => ({ body: 'A key is 2 to 10 letters A to Z and digits, a letter first.' }),
  rateLimited: () => ({ body: 'Too much at once. It can be sent again in a moment.' }),
  overloaded: () => ({ body: 'The server has too much to do. It can be sent again in a moment.' }),
  storageFull: () => ({ body: 'The server has no room left for what is new. Whoever runs it has to make some.' }),
};

/** `label`: what was tried, as "T-21 to Review"; `thing`: what it was tried on, as "T-21". */
export function refusal(rejected: wire.Rejected, label: string, say: Naming): Refusal {
  const told = words[rejected.code ?? 'none']?.(rejected.facts ?? {}, say) ?? {};
  return {
    head: told.head ?? `Not taken: ${label}`,
    body: told.body ?? 'The rules of the project do not allow it as it stands.',
    named: told.named ?? [],
  };
}

/** Why nothing is offered while the past is looked at. */
export function readOnly(at: number): string {
  return `This is ${moment(at)}: read only. Go back to now to act.`;
}
