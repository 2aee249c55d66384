import type { Part } from '../part';
import Page from './Page.svelte';
import { isOpen, requests } from './requests';

export const approval: Part = {
  name: 'approval',
  title: 'Approvals',
  icon: 'approval',
  view: 'approvals',
  views: ['approvals', 'people'],
  page: Page,
  count: (project) => requests(project.view('approvals')).filter(isOpen).length,
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
