import { NIL } from '../../client/id';
import type { Rows } from '../../client/rows';
import { date, millis, money, signed } from '../../words/format';
import type * as wire from '../../wire/wire';

export type Change = wire.ChangeChangeRow;

const CLOSED: readonly wire.ChangeStatus[] = ['refused', 'withdrawn', 'implemented'];
export const idOf = ({ state }: Change): string => state?.change ?? NIL;
export const isOpen = ({ state }: Change): boolean => ['submitted', 'deferred'].includes(state?.status ?? 'submitted');

/** Open ones first, then the newest. */
export function changes(rows: Rows<'changes'>): Change[] {
  return [...rows.values()]
    .flatMap((row) => ('change' in row ? [row.change] : []))
    .sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || (b.state?.number ?? 0) - (a.state?.number ?? 0));
}

export function daysOf({ state }: Change): string {
  return state?.assessed === true ? `${signed(state.impact?.scheduleDays ?? 0)} d` : 'n/a';
}
export function costOf({ state }: Change): string {
  return state?.assessed === true
    ? money(Number(state.impact?.cost?.minor ?? 0), state.impact?.cost?.currency ?? 'EUR', true)
    : 'n/a';
}
/** Where it stands: "Approved 29 Oct", "Impact not yet assessed", "1 of 2 consents". */
export function standing(change: Change): string {
  const { state } = change;
  const status = state?.status ?? 'submitted';
  const at = millis(state?.closedAt) ?? millis(state?.decidedAt);
  const on = at === undefined ? '' : ` ${date(at)}`;
  if (status === 'deferred') return 'Set aside';
  if (status === 'approved') return `Approved${on}`;
  if (CLOSED.includes(status))
    return (status === 'implemented' ? 'Done' : status === 'refused' ? 'Refused' : 'Withdrawn') + on;
  if (state?.assessed !== true) return 'Impact not yet assessed';
  if (state.impactAccepted !== true) return 'Impact not yet accepted';
  return `${String(change.approvals ?? 0)} of ${String(change.quorum ?? 0)} consents`;
}
