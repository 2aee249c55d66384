/** What the parts can name: gathered once for a state of the views, however many places ask. */

import type { Project } from '../client/project.svelte';
import type { Found } from './part';
import { parts } from './registry';

export type Named = Found & { part: string };

function firstOf(all: readonly Named[], key: 'id' | 'number'): ReadonlyMap<string, Named> {
  const first = new Map<string, Named>();
  for (const each of all) if (!first.has(each[key])) first.set(each[key], each);
  return first;
}

class Everything {
  constructor(private readonly project: Project) {}

  readonly all: readonly Named[] = $derived(
    parts.flatMap((part) => [...(part.find?.(this.project) ?? [])].map((found) => ({ ...found, part: part.name }))),
  );
  readonly byId: ReadonlyMap<string, Named> = $derived(firstOf(this.all, 'id'));
  /** `T-12`. */
  readonly byNumber: ReadonlyMap<string, Named> = $derived(firstOf(this.all, 'number'));
}

const known = new WeakMap<Project, Everything>();

function of(project: Project): Everything {
  const before = known.get(project);
  if (before !== undefined) return before;
  // Of no component: what is made under one that asks first would stand still when that one is gone.
  let made = undefined as Everything | undefined;
  $effect.root(() => {
    made = new Everything(project);
  });
  if (made === undefined) throw new Error('made at once');
  known.set(project, made);
  return made;
}

export const everything = (project: Project): readonly Named[] => of(project).all;

export const find = (project: Project, id: string | undefined): Named | undefined =>
  id === undefined ? undefined : of(project).byId.get(id);

/** What an address names, by its id or by its number: `T-12`. */
export function resolve(project: Project, named: string | undefined): string | undefined {
  if (named === undefined || !/^[A-Za-z]{1,3}-[0-9]+$/.test(named)) return named;
  return of(project).byNumber.get(named.toUpperCase())?.id ?? named;
}

/** A text in pieces: words, and the numbers in it that name something: `T-12`. */
export function pieces(project: Project, text: string): { text: string; thing: Named | undefined }[] {
  return text
    .split(/\b([A-Z]{1,3}-[0-9]+)\b/)
    .map((piece, i) => ({ text: piece, thing: i % 2 === 1 ? of(project).byNumber.get(piece) : undefined }));
}
