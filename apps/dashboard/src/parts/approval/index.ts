import { millis } from '../../words/format';
import { words } from '../../words/text';
import type { Dated, Part } from '../part';
import { definePool, poolThings, requestThings, ruleThings } from './offers';
import Page from './Page.svelte';
import { idOf, isOpen, numberOf, requests } from './requests';

export const approval: Part = {
  name: 'approval',
  title: 'Approvals',
  icon: 'approval',
  view: 'approvals',
  views: ['approvals', 'people'],
  page: Page,
  count: (project) => requests(project.view('approvals')).filter(isOpen).length,
  dates: function* (project): Generator<Dated> {
    for (const each of requests(project.view('approvals')).filter(isOpen)) {
      const at = millis(each.expiresAt);
      const title = `${numberOf(each)} ${words(each.title)}`;
      if (at !== undefined) yield { id: `${idOf(each)} approval`, title, at, what: 'approval runs out' };
    }
  },
  offers: [definePool],
  things: [requestThings, poolThings, ruleThings],
  sentences: {
    poolDefined: (e, say) => `named the pool ${say.words(e.name)}`,
    poolEdited: () => 'changed who is in a pool',
    approvalPolicyDefined: (e) => `set how a ${String(e.kind ?? '')} is approved`,
    escalationPathDefined: () => 'set who is told when an approval waits',
    approvalRequested: (e, say) => `asked for the approval of ${say.entity(e.subject)}`,
    approvalRevised: (e, say) => `rewrote ${say.entity(e.subject)}: its votes fell`,
    approvalGiven: (e, say) => `approved ${say.entity(e.subject)}`,
    approvalRefused: (e, say) => `voted against ${say.entity(e.subject)}`,
    approvalGranted: (e, say) => `completed the approval of ${say.entity(e.subject)}`,
    approvalDenied: (e, say) => `ended the approval of ${say.entity(e.subject)}: refused`,
    approvalWithdrawn: (e, say) => `took back the request for ${say.entity(e.subject)}`,
    approvalEscalated: (e, say) => `told the next level about ${say.entity(e.subject)}`,
  },
};
