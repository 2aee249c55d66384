import type { Part } from '../part';
import { attach, attachments } from './offers';

/** Attachments stand with what they belong to: the part has no page of its own. */
export const attachment: Part = {
  name: 'attachment',
  title: 'Files',
  icon: 'link',
  view: 'attachments',
  views: [],
  pageViews: ['attachments'],
  onAnything: [attach],
  things: [attachments],
  sentences: {
    fileAttached: (e, say) =>
      `attached ${say.words(e.name)} to ${e.subject === undefined ? 'the project' : say.entity(e.subject)}`,
    attachmentRetired: (e, say) => `took a file out of use: ${say.words(e.reason)}`,
  },
};
