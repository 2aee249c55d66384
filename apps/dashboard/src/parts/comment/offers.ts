/** What is said about a thing, and its correction by whoever said it. */

import { long, many } from '../../acts/fields';
import { textEdit } from '../../acts/edits';
import { people } from '../../acts/lists';
import { offersFor, things } from '../../acts/offer';
import { newId } from '../../client/id';
import type { Project } from '../../client/project.svelte';
import type * as wire from '../../wire/wire';
import { words } from '../../words/text';

/** Whatever has an id; undefined: the project. */
export interface Subject {
  id: string | undefined;
}

export const say = offersFor<Subject>()({
  gives: 'comment.addComment',
  title: 'Comment',
  often: true,
  fields: (_, project) => ({
    text: long('What is to be said', { required: true }),
    mentions: many('Who is to be told', people(project), { most: 32 }),
  }),
  body: ({ text, mentions }, { id }) => ({
    comment: newId(),
    ...(id === undefined ? {} : { subject: id }),
    text,
    mentions,
  }),
});

const offer = offersFor<wire.CommentState>();
export const correct = offer({
  gives: 'comment.correctComment',
  title: 'Correct it',
  often: true,
  fits: ({ author }, project) => author === project.me,
  fields: (comment) => ({
    text: long('What was meant; the first words stay', { required: true, value: latest(comment) }),
  }),
  body: ({ text }, comment) => {
    const change = textEdit(comment.corrected ?? comment.text, text);
    return {
      ...(comment.comment === undefined ? {} : { comment: comment.comment }),
      ...(change === undefined ? {} : { text: change }),
    };
  },
});
export const latest = (comment: wire.CommentState): string => words(comment.corrected ?? comment.text);

/** Of one thing, the oldest first. */
export function commentsOn(project: Project, id: string | undefined): wire.CommentState[] {
  return [...project.view('comments').values()]
    .filter(({ subject }) => subject === id)
    .sort((a, b) => Number(a.at ?? 0) - Number(b.at ?? 0));
}

export const comments = things<wire.CommentState>({
  noun: 'comment',
  all: (project) => [...project.presentRows('comments').values()].filter(({ author }) => author === project.me),
  id: ({ comment }) => comment ?? '',
  name: latest,
  offers: [correct],
});
