import { NIL } from '../../client/id';
import type { Rows } from '../../client/rows';
import type * as wire from '../../wire/wire';

export type RiskRow = wire.RiskRiskRow;

/** The risks, highest score first; retired ones last. */
export function risks(rows: Rows<'risks'>): RiskRow[] {
  return [...rows.values()]
    .flatMap((row) => ('risk' in row ? [row.risk] : []))
    .sort(
      (a, b) =>
        closed(a) - closed(b) || (b.score ?? 0) - (a.score ?? 0) || (a.state?.number ?? 0) - (b.state?.number ?? 0),
    );
}
const closed = ({ state }: RiskRow): number => (state?.status === 'retired' ? 1 : 0);
export const isOpen = ({ state }: RiskRow): boolean => (state?.status ?? 'open') !== 'retired';
/** How it stands, in words. */
export const STATUS: Record<wire.RiskStatus, string> = {
  open: 'open',
  accepted: 'accepted',
  materialized: 'has happened',
  retired: 'retired',
};
export const idOf = ({ state }: RiskRow): string => state?.risk ?? NIL;

/** The 25 cells, likelihood from 5 down, impact from 1 up. */
export function matrix(rows: Rows<'risks'>): wire.RiskCellRow[][] {
  const cells = [...rows.values()].flatMap((row) => ('cell' in row ? [row.cell] : []));
  return [5, 4, 3, 2, 1].map((likelihood) =>
    [1, 2, 3, 4, 5].map(
      (impact) =>
        cells.find((cell) => cell.likelihood === likelihood && cell.impact === impact) ?? {
          likelihood,
          impact,
          band: band(likelihood * impact),
        },
    ),
  );
}
/** Open risks that stood in another cell then. */
export interface RiskMove {
  risk: string;
  from: { likelihood: number; impact: number };
  to: { likelihood: number; impact: number };
}
/** At most this many paths: more are a web that shows nothing. */
const MOVES_MOST = 8;
export function moves(then: Rows<'risks'> | undefined, now: Rows<'risks'>): RiskMove[] {
  if (then === undefined) return [];
  const cellOf = ({ state }: RiskRow): { likelihood: number; impact: number } | undefined => {
    const { likelihood = 0, impact = 0 } = state?.assessment ?? {};
    return likelihood > 0 && impact > 0 ? { likelihood, impact } : undefined;
  };
  const before = new Map(risks(then).map((risk) => [idOf(risk), cellOf(risk)]));
  return risks(now)
    .filter(isOpen)
    .flatMap((risk) => {
      const [from, to] = [before.get(idOf(risk)), cellOf(risk)];
      return from === undefined || to === undefined || (from.likelihood === to.likelihood && from.impact === to.impact)
        ? []
        : [{ risk: idOf(risk), from, to }];
    })
    .slice(0, MOVES_MOST);
}
function band(score: number): wire.RiskBand {
  return score >= 20 ? 'extreme' : score >= 10 ? 'high' : score >= 5 ? 'medium' : 'low';
}
