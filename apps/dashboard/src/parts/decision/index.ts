import { words } from '../../words/text';
import { millis } from '../../words/format';
import type { Dated, Found, Part, Stand } from '../part';
import { decisions, idOf, isOpen } from './decisions';
import { boardThings, constitute, decisionThings, openDecision, recordDecision } from './offers';
import Page from './Page.svelte';
import Panel from './Panel.svelte';

export const decision: Part = {
  name: 'decision',
  title: 'Decisions',
  icon: 'decision',
  view: 'decisions',
  views: ['decisions', 'approvals', 'changes', 'risks', 'people'],
  page: Page,
  isWide: true,
  panels: [{ row: 'work', order: 3, columns: 1, title: 'Decisions waiting', component: Panel }],
  count: (project) => decisions(project.view('decisions')).filter(isOpen).length,
  find: function* (project): Generator<Found> {
    for (const each of decisions(project.presentRows('decisions'))) {
      yield { id: idOf(each), number: `D-${String(each.state?.number ?? '')}`, title: words(each.state?.question) };
    }
  },
  stands: function* (rows): Generator<Stand> {
    for (const each of decisions(rows('decisions'))) {
      const option = each.state?.options?.find((of) => of.option === each.state?.option);
      yield {
        id: idOf(each),
        number: `D-${String(each.state?.number ?? '')}`,
        title: words(each.state?.question),
        how: isOpen(each)
          ? `open, ${String(each.votesCast ?? 0)} of ${String(each.state?.charter?.quorum ?? 0)} votes`
          : `${each.state?.status ?? ''}${option === undefined ? '' : `: ${words(option.text)}`}`,
      };
    }
  },
  dates: function* (project): Generator<Dated> {
    for (const each of decisions(project.view('decisions')).filter(isOpen)) {
      const at = millis(each.state?.due);
      const title = `D-${String(each.state?.number ?? '')} ${words(each.state?.question)}`;
      if (at !== undefined) yield { id: idOf(each), title, at, what: 'vote closes' };
    }
  },
  offers: [openDecision, recordDecision, constitute],
  things: [decisionThings, boardThings],
  sentences: {
    advisoryBoardConstituted: (e, say) => `constituted ${say.words(e.name)}`,
    advisoryBoardAmended: () => 'amended an advisory board',
    decisionOpened: (e, say) => `put the question D-${String(e.number ?? '')} ${say.words(e.question)}`,
    voteCast: (e, say) => `voted on ${say.entity(e.decision)}`,
    memberRecused: (e, say) => `stepped aside from ${say.entity(e.decision)}`,
    decisionMade: (e, say) => `concluded ${say.entity(e.decision)}`,
    decisionWithdrawn: (e, say) => `withdrew ${say.entity(e.decision)}`,
    decisionSuperseded: (e, say) => `superseded ${say.entity(e.decision)}`,
    decisionRecorded: (e, say) => `recorded D-${String(e.number ?? '')} ${say.words(e.question)}`,
  },
};
