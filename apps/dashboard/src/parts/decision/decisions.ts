import { NIL } from '../../client/id';
import type { Rows } from '../../client/rows';
import type { Seat } from '../../ui/seat';
import type * as wire from '../../wire/wire';

export type Decision = wire.DecisionDecisionRow;
export const idOf = ({ state }: Decision): string => state?.decision ?? NIL;
export const isOpen = ({ state }: Decision): boolean => (state?.status ?? 'open') === 'open';

/** Open ones first, then those decided last. */
export function decisions(rows: Rows<'decisions'>): Decision[] {
  return [...rows.values()]
    .flatMap((row) => ('decision' in row ? [row.decision] : []))
    .sort(
      (a, b) =>
        Number(isOpen(b)) - Number(isOpen(a)) || Number(b.state?.decidedAt ?? 0) - Number(a.state?.decidedAt ?? 0),
    );
}

/** The option that was chosen; before that the one that leads, of several the first. */
export function leading({ option, options = [], votes = [] }: wire.DecisionState): string | undefined {
  if (option !== undefined) return option;
  const count = (of: string | undefined): number => votes.filter((vote) => vote.option === of).length;
  return [...options].sort((a, b) => count(b.option) - count(a.option))[0]?.option;
}
/** Votes for the option that leads, for others, who stepped aside, who is missing. */
export function seats(decision: Decision): Seat[] {
  const state = decision.state ?? {};
  const lead = leading(state);
  return [
    ...(state.votes ?? []).map(({ option }): Seat => (option === lead ? 'for' : 'against')),
    ...(decision.state?.recused ?? []).map((): Seat => 'recused'),
    ...(decision.votesMissing ?? []).map((): Seat => 'missing'),
  ];
}

/** Why somebody may not vote; undefined: they may. */
export function barred(decision: Decision, member: string | undefined): string | undefined {
  if (!isOpen(decision)) return 'It has been decided.';
  if (member !== undefined && decision.votesMissing?.includes(member) === true) return undefined;
  if (decision.state?.votes?.some((vote) => vote.member === member)) return 'Your vote is in already.';
  if (member !== undefined && decision.state?.recused?.includes(member)) return 'You stepped aside from this question.';
  return 'The members of its board vote on it.';
}
