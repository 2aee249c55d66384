/** What the command bar finds for some words: acts on the thing at hand or named, acts in the project, pages, things. */

import { barrier, type Offer, type Things } from '../acts/offer';
import type { Project } from '../client/project.svelte';
import { everything } from '../parts/everything.svelte';
import type { Action, Part } from '../parts/part';
import { may } from '../ui/rights';

/** What choosing opens. `which`: the thing is chosen first. */
export type Opening =
  | { page: string; entity?: string }
  | { action: Action }
  | { offer: Offer; thing: unknown; name: string }
  | { offer: Offer; which: Things };

export interface Choice {
  key: string;
  head: string;
  tail: string;
  /** Why it may not be chosen. */
  why: string | undefined;
  opens: Opening;
}

interface Wanted {
  /** The words without the number of a thing. */
  text: string;
  /** The thing that is named: by its number in the words. */
  named: string | undefined;
}
function parse(project: Project, text: string): Wanted {
  const tokens = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  for (const token of tokens) {
    if (!/^[a-z]{1,3}-[0-9]+$/.test(token)) continue;
    for (const found of everything(project)) {
      if (found.number.toLowerCase() === token)
        return { text: tokens.filter((each) => each !== token).join(' '), named: found.id };
    }
  }
  return { text: tokens.join(' '), named: undefined };
}

/** Every word that is wanted stands in what is offered. */
const fits = (wanted: string, ...offered: string[]): boolean => {
  const all = offered.join(' ').toLowerCase();
  return wanted.split(' ').every((word) => all.includes(word));
};

function* onThing(project: Project, parts: readonly Part[], id: string, text: string): Generator<Choice> {
  for (const part of parts) {
    for (const things of part.things ?? []) {
      const thing = things.all(project).find((each) => things.id(each) === id);
      if (thing === undefined) continue;
      const name = things.name(thing);
      const number = /^[A-Z]+-[0-9]+/.exec(name)?.[0] ?? name;
      for (const offer of things.offers) {
        if (!offer.fits(thing, project) || !fits(text, offer.title, things.noun)) continue;
        const why = barrier(offer, thing, project);
        yield {
          key: `t ${offer.gives} ${offer.title}`,
          head: `${number}: ${offer.title}`,
          tail: why ?? name.slice(number.length).trim(),
          why,
          opens: { offer, thing, name: number },
        };
      }
    }
  }
  for (const part of parts) {
    for (const offer of part.onAnything ?? []) {
      if (!fits(text, offer.title)) continue;
      const found = [...everything(project)].find((each) => each.id === id && each.number !== '');
      if (found === undefined) continue;
      const why = barrier(offer, { id }, project);
      yield {
        key: `t ${offer.gives}`,
        head: `${found.number}: ${offer.title}`,
        tail: why ?? found.title,
        why,
        opens: { offer: offer as unknown as Offer, thing: { id }, name: found.number },
      };
    }
  }
}

/** `at`: the thing that the page shows. */
export function choices(
  project: Project,
  parts: readonly Part[],
  words: string,
  at: string | undefined,
  most: number,
): Choice[] {
  const { text, named } = parse(project, words);
  const found: Choice[] = [];
  const subject = named ?? at;
  if (named !== undefined) {
    for (const each of everything(project)) {
      if (each.id === named && each.number !== '' && text === '')
        found.push({
          key: each.id,
          head: each.number,
          tail: each.title,
          why: undefined,
          opens: { page: each.part, entity: each.id },
        });
    }
  }
  if (subject !== undefined && (text !== '' || named !== undefined))
    found.push(...onThing(project, parts, subject, text));
  if (named !== undefined) return found.slice(0, most);

  for (const part of parts) {
    for (const offer of part.offers ?? []) {
      if (!offer.fits(undefined, project) || !fits(text, offer.title)) continue;
      const why = barrier(offer, undefined, project);
      found.push({
        key: `o ${offer.gives} ${offer.title}`,
        head: offer.title,
        tail: why ?? '',
        why,
        opens: { offer: offer as unknown as Offer, thing: undefined, name: '' },
      });
    }
    for (const action of part.actions ?? []) {
      if (!fits(text, action.title)) continue;
      const why = may(project, action.role);
      found.push({ key: `a ${action.title}`, head: action.title, tail: why ?? '', why, opens: { action } });
    }
  }
  for (const part of parts) {
    if (part.page !== undefined && fits(text, part.title))
      found.push({ key: `p ${part.name}`, head: part.title, tail: 'page', why: undefined, opens: { page: part.name } });
  }
  if (text === '') return found.slice(0, most);
  for (const part of parts) {
    for (const things of part.things ?? []) {
      for (const offer of things.offers) {
        if (!fits(text, offer.title, things.noun)) continue;
        const why = may(project, offer.role, offer.gives);
        found.push({
          key: `w ${offer.gives} ${offer.title} ${things.noun}`,
          head: offer.title,
          tail: why ?? `a ${things.noun}, chosen next`,
          why,
          opens: { offer, which: things },
        });
      }
    }
  }
  for (const thing of everything(project)) {
    if (found.length >= most * 2) break;
    if (thing.number !== '' && fits(text, thing.number, thing.title))
      found.push({
        key: thing.id,
        head: thing.number,
        tail: thing.title,
        why: undefined,
        opens: { page: thing.part, entity: thing.id },
      });
  }
  // What may be done stands before what may not; an exact beginning before the rest.
  const rank = ({ head, why }: Choice): number =>
    (why === undefined ? 0 : 2) + (head.toLowerCase().startsWith(text) ? 0 : 1);
  return found
    .map((choice, i) => ({ choice, i }))
    .sort((a, b) => rank(a.choice) - rank(b.choice) || a.i - b.i)
    .map(({ choice }) => choice)
    .slice(0, most);
}
