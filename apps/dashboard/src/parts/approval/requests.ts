import { NIL } from '../../client/id';
import type { Rows } from '../../client/rows';
import type { Seat } from '../../ui/seat';
import type * as wire from '../../wire/wire';

export type Request = wire.ApprovalRequestRow;
export const idOf = ({ subject }: Request): string => subject ?? NIL;
export const isOpen = ({ status }: Request): boolean => (status ?? 'open') === 'open';
export const numberOf = ({ kind, number }: Request): string =>
  `${kind === 'task' ? 'T' : 'CR'}-${String(number ?? '')}`;

/** Open ones first, who waits longest first; then those decided last. */
export function requests(rows: Rows<'approvals'>): Request[] {
  return [...rows.values()]
    .flatMap((row) => ('request' in row ? [row.request] : []))
    .sort((a, b) =>
      isOpen(a) !== isOpen(b)
        ? Number(isOpen(b)) - Number(isOpen(a))
        : isOpen(a)
          ? Number(a.requestedAt ?? 0) - Number(b.requestedAt ?? 0)
          : Number(b.decidedAt ?? 0) - Number(a.decidedAt ?? 0),
    );
}

export function seats({ people }: Request): Seat[] {
  return (people ?? []).flatMap(({ standing }): Seat[] => {
    if (standing === 'approved') return ['for'];
    if (standing === 'refused') return ['against'];
    return (standing ?? 'mayVote') === 'mayVote' ? ['missing'] : [];
  });
}

const NOT: Partial<Record<wire.ApprovalStanding, string>> = {
  approved: 'Your consent is in already.',
  refused: 'Your vote against it is in already.',
  isAuthor: 'Nobody approves what they asked for or last wrote.',
  isContributor: 'By its policy, who worked on it does not approve it.',
  hasNoRole: 'Who votes is a contributor of the project at least.',
  isAgent: 'Who acted for somebody else does not approve it.',
};
const OBSTACLE: Record<wire.ApprovalObstacle, string | undefined> = {
  none: undefined,
  impactNotAssessed: 'Its impact is not assessed yet.',
  impactNotAccepted: 'The requester has not accepted the impact yet.',
  deferred: 'It is set aside. A manager resumes it first.',
};

export const obstacle = (request: Request): string | undefined => OBSTACLE[request.obstacle ?? 'none'];

/** Why somebody may not vote; undefined: they may. */
export function barred(request: Request, member: string | undefined, now: number): string | undefined {
  if (!isOpen(request)) return 'It is decided.';
  const person = request.people?.find((each) => each.member === member);
  if (person === undefined) return 'You are not among its voters.';
  const standing = person.standing ?? 'mayVote';
  if (standing !== 'mayVote') return NOT[standing];
  if (request.expiresAt !== undefined && Number(request.expiresAt) / 1000 < now) return 'The time for it is over.';
  return undefined;
}
