/** Names of things in sentences, asked of every part. */

import type { Project } from '../client/project.svelte';
import { inline, words } from '../words/text';
import type * as wire from '../wire/wire';
import { refusal, type Naming, type Refusal } from '../words/refusals';
import type { Act } from '../client/act';
import { find } from './everything.svelte';
import type { Answer, Say } from './part';
import { parts } from './registry';

/** The most letters that a sentence about an event quotes. */
const TOLD_MOST = 160;

/** `T-12`, a column's name; "something" for what no view shows. */
export function entityName(project: Project, id: string | undefined): string {
  const found = find(project, id);
  return found === undefined ? 'something' : found.number || inline(found.title);
}

export function naming(project: Project): Naming {
  return {
    entity: (id) => entityName(project, id),
    person: (id) => project.name(id),
    now: project.now,
  };
}

export function say(project: Project): Say {
  return {
    person: (id) => project.name(id),
    entity: (id) => entityName(project, id),
    words: (text) => inline(words(text), TOLD_MOST),
  };
}

/** An event in words, without who did it: "moved T-15 to Review". */
export function sentence(project: Project, event: wire.Event): string {
  const [part, body] = Object.entries(event)[0] ?? ['', {}];
  const [name, payload] = Object.entries((body ?? {}) as Record<string, unknown>)[0] ?? ['', {}];
  for (const each of parts) {
    const told = each.sentences?.[name];
    if (told !== undefined && (each.name === part || each.sentences?.[name] !== undefined))
      return told(payload ?? {}, say(project));
  }
  return plain(name);
}

/** A name of the schema as words, for what no part has words for: `poolDefined` is "pool defined". */
export function plain(name: string): string {
  return name
    .replace(/([A-Z])/g, ' $1')
    .toLowerCase()
    .trim();
}

/** What a refused act is answered with. */
export function answerTo(project: Project, act: Act): Refusal & Pick<Answer, 'ways'> {
  const told = refusal(act.refusal ?? {}, act.label, naming(project));
  for (const part of parts) {
    const answer = part.answer?.(project, act);
    if (answer !== undefined) return { ...told, ...answer };
  }
  return told;
}
