import { words } from '../../words/text';
import type { Found, Part, Stand } from '../part';
import { changes, idOf, isOpen, standing } from './changes';
import { changeThings, submit } from './offers';
import Page from './Page.svelte';
import Panel from './Panel.svelte';
import Sheet from './Sheet.svelte';

export const change: Part = {
  name: 'change',
  title: 'Changes',
  icon: 'change',
  view: 'changes',
  views: ['changes', 'people'],
  page: Page,
  sheet: Sheet,
  panels: [{ row: 'outlook', order: 2, columns: 1, title: 'Change requests', component: Panel }],
  count: (project) => changes(project.view('changes')).filter(isOpen).length,
  offers: [submit],
  things: [changeThings],
  find: function* (project): Generator<Found> {
    for (const each of changes(project.presentRows('changes'))) {
      yield { id: idOf(each), number: `CR-${String(each.state?.number ?? '')}`, title: words(each.state?.title) };
    }
  },
  stands: function* (rows): Generator<Stand> {
    for (const each of changes(rows('changes'))) {
      yield {
        id: idOf(each),
        number: `CR-${String(each.state?.number ?? '')}`,
        title: words(each.state?.title),
        how: standing(each),
      };
    }
  },
  sentences: {
    changeSubmitted: (e, say) => `asked for CR-${String(e.number ?? '')} ${say.words(e.title)}`,
    changeImpactAssessed: (e, say) => `assessed ${say.entity(e.change)}`,
    changeImpactAccepted: (e, say) => `accepted the impact of ${say.entity(e.change)}`,
    changeAmended: (e, say) => `amended ${say.entity(e.change)}`,
    changeApproved: (e, say) => `approved ${say.entity(e.change)}`,
    changeRefused: (e, say) => `refused ${say.entity(e.change)}`,
    changeDeferred: (e, say) => `set ${say.entity(e.change)} aside`,
    changeResumed: (e, say) => `resumed ${say.entity(e.change)}`,
    changeWithdrawn: (e, say) => `withdrew ${say.entity(e.change)}`,
    changeImplemented: (e, say) => `implemented ${say.entity(e.change)}`,
  },
};
