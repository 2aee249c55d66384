/**
 * What a part of the domain brings to the dashboard. A part is one folder, parts/NAME/, whose index.ts exports a `Part`; registry.ts
 * names it in one line. The shell knows no part by name.
 */

import type { Component } from 'svelte';
import type { CommandName, Offer, Things } from '../acts/offer';
import type { Act } from '../client/act';
import type { Project } from '../client/project.svelte';
import type { Rows, ViewName } from '../client/rows';
import type * as wire from '../wire/wire';
import type { IconName } from '../ui/icons';

/** A panel of the wall. Rows from the top; in a row panels stand by `order`; columns are five in all. */
export interface Panel {
  row: 'health' | 'work' | 'outlook';
  order: number;
  columns: 1 | 2 | 3;
  title: string;
  component: Component<{ project: Project }>;
}

/** An act for the command bar (Ctrl K) that takes more than a form made of data: secrets that are shown once. */
export interface Action {
  /** As it is found: "Invite a member". */
  title: string;
  role: wire.Role;
  gives: readonly CommandName[];
  /** Opens the form; `close` when done. */
  form: Component<{ project: Project; close: () => void }>;
}

/** Something that can be found by its number or its words, and opened. */
export interface Found {
  id: string;
  /** T-12, R-3, CR-1 … */
  number: string;
  title: string;
}

/** How an entity stands at a moment, in few words. */
export interface Stand {
  id: string;
  /** T-12, R-3 …; empty where it has none. */
  number: string;
  title: string;
  /** "Review", "4 × 5 = 20, accepted", "Approved". */
  how: string;
}
/** The rows of any view as of one moment. */
export type RowsAt = <V extends ViewName>(view: V) => Rows<V>;

/** A moment as a part shows it where two are compared: the rows then, and those of the earlier moment on the later's side. */
export interface SideProps {
  project: Project;
  rows: RowsAt;
  /** Milliseconds since 1970. */
  at: number;
  before?: { rows: RowsAt; at: number } | undefined;
  /** "v655" */
  name: string;
}

/** Something open that has a date. */
export interface Dated {
  /** Of its own among all dates. */
  id: string;
  /** "D-3 Do we buy …": what is due. */
  title: string;
  /** Milliseconds since 1970. */
  at: number;
  /** What happens then: "vote closes". */
  what: string;
}

/** A way on from a refusal: does something, leads somewhere, or asks for words first. */
export type Way = { label: string } & (
  { go: () => void } | { href: string } | { ask: string; give: (words: string) => void }
);
/** A part's better words for a refusal of its own acts, and the ways on from there. */
export interface Answer {
  head?: string;
  body?: string;
  ways?: readonly Way[];
}

/** Something that waits for whoever is signed in. */
export interface Waiting {
  /** Of its own among all. */
  id: string;
  /** What is asked of them: "Vote on D-3". */
  ask: string;
  /** The entity that it is about; undefined: the project. */
  subject: string | undefined;
}

/** How names are told in a sentence about an event. */
export interface Say {
  person(id: string | undefined): string;
  entity(id: string | undefined): string;
  words(text: wire.Text | undefined): string;
}
/** A sentence about an event without its subject: "moved T-15 to Review". The payload is the event's own. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Sentence = (payload: any, say: Say) => string;

export interface Part {
  /** The folder's name, and the page's address. */
  name: string;
  title: string;
  icon: IconName;
  /** The views that its page and panels read. */
  views: readonly ViewName[];
  /** Views that its pages read beside them, and its panels do not. */
  pageViews?: readonly ViewName[];
  /** Told to the others as what one looks at. */
  view: wire.ViewName;
  page?: Component<{ project: Project; entity: string | undefined }>;
  /** A thing on its page needs the width that the side takes. */
  isWide?: boolean;
  /** One of its things, beside the page: what is so, what can be done, what was said. */
  sheet?: Component<{ project: Project; entity: string }>;
  panels?: readonly Panel[];
  /** The number beside its name: what is open. */
  count?: (project: Project) => number;
  actions?: readonly Action[];
  /** What can be done in the project: create, ask, record. */
  offers?: readonly Offer<undefined>[];
  /** Its things, and what can be done to each. */
  things?: readonly Things[];
  /** What can be done to a thing of any part: `{ id }`. */
  onAnything?: readonly Offer<{ id: string | undefined }>[];
  /** Its entities, for the search, and for naming them in sentences. */
  find?: (project: Project) => Iterable<Found>;
  /** How its entities stand, to compare two moments. */
  stands?: (rows: RowsAt, project: Project) => Iterable<Stand>;
  /** How the project stood, for one side of a comparison. */
  side?: Component<SideProps>;
  /** What of it comes next, in any order. */
  dates?: (project: Project) => Iterable<Dated>;
  /** On the refusal of an act, if it is one of this part's. */
  answer?: (project: Project, act: Act) => Answer | undefined;
  /** What of it waits for whoever is signed in, the most urgent first. */
  waiting?: (project: Project) => Iterable<Waiting>;
  /** Its events in words, by the union member's name. */
  sentences?: Record<string, Sentence>;
}
