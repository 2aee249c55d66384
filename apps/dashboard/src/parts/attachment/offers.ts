/** Files that belong to a thing: their name, size and hash. The files themselves lie elsewhere. */

import { file, text } from '../../acts/fields';
import { offersFor, things } from '../../acts/offer';
import { newId } from '../../client/id';
import type { Project } from '../../client/project.svelte';
import type * as wire from '../../wire/wire';
import { words } from '../../words/text';
import type { Subject } from '../comment/offers';

export const attach = offersFor<Subject>()({
  gives: 'attachment.attachFile',
  title: 'Attach a file',
  often: true,
  fields: () => ({
    file: file('The file', {
      required: true,
      hint: 'Its name, size and hash are recorded. The file itself stays where it is.',
    }),
    location: text('Where it can be had'),
  }),
  body: ({ file: of, location }, { id }) => ({
    attachment: newId(),
    ...(id === undefined ? {} : { subject: id }),
    name: of?.name ?? '',
    sha256: of?.sha256 ?? '',
    bytes: String(of?.bytes ?? 0),
    location,
  }),
});
export const retire = offersFor<wire.AttachmentState>()({
  gives: 'attachment.retireAttachment',
  title: 'Take it out of use',
  often: true,
  fits: ({ retired }) => retired !== true,
  fields: () => ({ reason: text('Why', { required: true }) }),
  body: ({ reason }, { attachment = '' }) => ({ attachment, reason }),
});

/** Of one thing, the oldest first. */
export function filesOf(project: Project, id: string | undefined): wire.AttachmentState[] {
  return [...project.view('attachments').values()]
    .filter(({ subject }) => subject === id)
    .sort((a, b) => Number(a.attachedAt ?? 0) - Number(b.attachedAt ?? 0));
}

export const attachments = things<wire.AttachmentState>({
  noun: 'attachment',
  all: (project) => [...project.presentRows('attachments').values()].filter(({ retired }) => retired !== true),
  id: ({ attachment }) => attachment ?? '',
  name: ({ name }) => words(name),
  offers: [retire],
});
