import { NIL } from '../../client/id';
import { words } from '../../words/text';
import type { Part, Stand } from '../part';
import Invite from './Invite.svelte';
import Page from './Page.svelte';
import RoomToken from './RoomToken.svelte';

export const people: Part = {
  name: 'people',
  title: 'People',
  icon: 'people',
  view: 'people',
  views: ['people'],
  page: Page,
  actions: [
    { title: 'Invite a member', role: 'admin', form: Invite },
    { title: 'Make a room token', role: 'admin', form: RoomToken },
  ],
  stands: function* (rows): Generator<Stand> {
    for (const each of rows('people').values()) {
      if (each.role === undefined) continue;
      yield { id: each.member ?? NIL, number: '', title: words(each.name), how: each.role };
    }
  },
};
