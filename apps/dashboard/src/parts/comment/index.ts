import type { Part } from '../part';
import { comments, say } from './offers';

/** Comments stand with what they are about: the part has no page of its own. */
export const comment: Part = {
  name: 'comment',
  title: 'Comments',
  icon: 'log',
  view: 'comments',
  views: [],
  pageViews: ['comments'],
  onAnything: [say],
  things: [comments],
  sentences: {
    commentAdded: (e, say) =>
      `commented on ${e.subject === undefined ? 'the project' : say.entity(e.subject)}: ${say.words(e.text)}`,
    commentCorrected: () => 'corrected a comment',
  },
};
