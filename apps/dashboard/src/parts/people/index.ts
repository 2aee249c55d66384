import type { Part } from '../part';
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
};
