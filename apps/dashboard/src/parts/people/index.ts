import { NIL } from '../../client/id';
import { words } from '../../words/text';
import type { Part, Stand } from '../part';
import Invite from './Invite.svelte';
import { personThings, projectThings, takeIn, tokenThings } from './offers';
import Page from './Page.svelte';
import RoomToken from './RoomToken.svelte';
import Token from './Token.svelte';

export const people: Part = {
  name: 'people',
  title: 'People',
  icon: 'people',
  view: 'people',
  views: ['people'],
  page: Page,
  actions: [
    {
      title: 'Invite a member',
      role: 'admin',
      form: Invite,
      gives: ['member.addMember', 'project.grantRole', 'workspace.issueToken'],
    },
    { title: 'Make a room token', role: 'admin', form: RoomToken, gives: ['workspace.issueToken'] },
    { title: 'Make a token for a member', role: 'admin', form: Token, gives: ['workspace.issueToken'] },
  ],
  stands: function* (rows): Generator<Stand> {
    for (const each of rows('people').values()) {
      if (each.role === undefined) continue;
      yield { id: each.member ?? NIL, number: '', title: words(each.name), how: each.role };
    }
  },
  offers: [takeIn],
  things: [personThings, tokenThings, projectThings],
  sentences: {
    memberAdded: (e, say) => `invited ${say.words(e.name)}`,
    memberEdited: (e, say) => `edited ${say.person(e.member)}`,
    roleGranted: (e, say) => `made ${say.person(e.member)} ${String(e.role ?? '')}`,
    roleRevoked: (e, say) => `took ${say.person(e.member)} out of the project`,
    projectOpened: (e, say) => `opened the project ${say.words(e.name)}`,
    projectRenamed: (e, say) => `renamed the project to ${say.words(e.name?.to)}`,
    projectArchived: (e, say) => `archived the project: ${say.words(e.reason)}`,
    importRemainderRecorded: (e, say) => `kept what the import had besides: ${say.words(e.text)}`,
    projectRestored: (e, say) => `restored the project: ${say.words(e.reason)}`,
  },
};
