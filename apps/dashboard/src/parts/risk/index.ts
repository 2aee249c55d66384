import { words } from '../../words/text';
import type { Found, Part, Stand } from '../part';
import { dates } from './dates';
import { holdSession, identify, riskThings } from './offers';
import Page from './Page.svelte';
import Panel from './Panel.svelte';
import { idOf, isOpen, risks } from './register';
import Sheet from './Sheet.svelte';

export const risk: Part = {
  name: 'risk',
  title: 'Risks',
  icon: 'risk',
  view: 'risks',
  views: ['risks', 'people'],
  page: Page,
  sheet: Sheet,
  panels: [{ row: 'outlook', order: 4, columns: 2, title: 'Risks', component: Panel }],
  count: (project) => risks(project.view('risks')).filter(isOpen).length,
  offers: [identify, holdSession],
  things: [riskThings],
  find: function* (project): Generator<Found> {
    for (const each of risks(project.presentRows('risks'))) {
      yield { id: idOf(each), number: `R-${String(each.state?.number ?? '')}`, title: words(each.state?.event) };
    }
  },
  stands: function* (rows): Generator<Stand> {
    for (const each of risks(rows('risks'))) {
      const { likelihood = 0, impact = 0 } = each.state?.assessment ?? {};
      yield {
        id: idOf(each),
        number: `R-${String(each.state?.number ?? '')}`,
        title: words(each.state?.event),
        how: [
          likelihood === 0 ? 'not assessed' : `${String(likelihood)} × ${String(impact)} = ${String(each.score ?? 0)}`,
          each.state?.status ?? 'open',
        ].join(', '),
      };
    }
  },
  dates: (project) => dates(project.view('risks')),
  sentences: {
    riskIdentified: (e, say) => `named R-${String(e.number ?? '')} ${say.words(e.event)}`,
    riskEdited: (e, say) => `rewrote ${say.entity(e.risk)}`,
    riskAssessed: (e, say) =>
      `rated ${say.entity(e.risk)} at ${String(e.to?.likelihood ?? '')} × ${String(e.to?.impact ?? '')}`,
    riskAssigned: (e, say) => `gave ${say.entity(e.risk)} to ${say.person(e.to)}`,
    riskResponsePlanned: (e, say) => `planned the response to ${say.entity(e.risk)}`,
    riskActionCompleted: (e, say) => `finished an action of ${say.entity(e.risk)}`,
    riskAccepted: (e, say) => `accepted ${say.entity(e.risk)}`,
    riskReviewed: (e, say) => `reviewed ${say.entity(e.risk)}`,
    riskMaterialized: (e, say) => `saw ${say.entity(e.risk)} happen`,
    riskRetired: (e, say) => `retired ${say.entity(e.risk)}`,
    riskReopened: (e, say) =>
      `opened ${say.entity(e.risk)} again: ${say.entity(e.decision)}, which accepted it, is superseded`,
    planAdjustedForRisk: (e, say) => `asked for a change because of ${say.entity(e.risk)}`,
    riskSessionHeld: () => 'held a risk session',
  },
};
