/**
 * What can be done, as data: which command it gives, who may, what its form asks, how the answers become the command. A part lists its
 * offers; the forms, the menus and the command bar are made of them.
 */

import type { Preview } from '../client/act';
import type { Project } from '../client/project.svelte';
import { may } from '../ui/rights';
import type * as wire from '../wire/wire';
import type { Fields, Values } from './fields';

type Every<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;
type PartsOf = Every<wire.Command>;
/** Every command by its name, `task.blockTask`, with what it takes. */
export type Bodies = Every<
  {
    [P in keyof PartsOf & string]: Every<PartsOf[P]> extends infer All
      ? { [C in keyof All & string as `${P}.${C}`]: All[C] }
      : never;
  }[keyof PartsOf & string]
>;
export type CommandName = keyof Bodies & string;

/** What can be done to a thing of the kind `S`. */
export interface Offer<S = unknown> {
  gives: CommandName;
  /** As on its button: "Block". */
  title: string;
  role: wire.Role;
  /** Stands as a button; others stand in the menu. */
  often: boolean;
  /** Fits the thing as it is: "Unblock" only what is blocked. */
  fits: (thing: S, project: Project) => boolean;
  /** Why it may not be given now, beside the role. */
  why: (thing: S, project: Project) => string | undefined;
  fields: (thing: S, project: Project) => Fields;
  body: (values: Record<string, unknown>, thing: S, project: Project) => object;
  preview: (values: Record<string, unknown>, thing: S, project: Project) => Preview | undefined;
}

interface Given<S, N extends CommandName, F extends Fields> {
  gives: N;
  title: string;
  role?: wire.Role;
  often?: boolean;
  fits?: (thing: S, project: Project) => boolean;
  why?: (thing: S, project: Project) => string | undefined;
  fields?: (thing: S, project: Project) => F;
  body: (values: Values<F>, thing: S, project: Project) => Bodies[N];
  preview?: (values: Values<F>, thing: S, project: Project) => Preview | undefined;
}
/** Makes offers for things of one kind: `const offer = offersFor<TaskRow>()`. */
export function offersFor<S>(): <N extends CommandName, F extends Fields>(given: Given<S, N, F>) => Offer<S> {
  return (given) => ({
    role: 'contributor',
    often: false,
    fits: () => true,
    why: () => undefined,
    fields: () => ({}),
    preview: () => undefined,
    ...(given as object as Pick<Offer<S>, 'gives' | 'title' | 'body'>),
  });
}

/** Things of one kind, and what can be done to each. */
export interface Things<S = unknown> {
  /** As in "Block a task": "task". */
  noun: string;
  all: (project: Project) => readonly S[];
  id: (thing: S) => string;
  /** "T-12 Login screen" */
  name: (thing: S) => string;
  offers: readonly Offer<S>[];
}
/** Things of any kind: what is asked of them fits together, since all comes from one `Things<S>`. */
export function things<S>(of: Things<S>): Things {
  return of as unknown as Things;
}

/** Why an offer may not be taken; undefined: it may. */
export function barrier<S>(offer: Offer<S>, thing: S, project: Project): string | undefined {
  return may(project, offer.role, offer.gives) ?? offer.why(thing, project);
}

/** What the wire leaves out: nothing said is no field. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined && each !== '')
      .map(([name, each]) => [name, tidy(each)]),
  );
}
/** The command that an offer gives for what was filled in. */
export function commandOf<S>(
  offer: Offer<S>,
  values: Record<string, unknown>,
  thing: S,
  project: Project,
): wire.Command {
  const [part = '', name = ''] = offer.gives.split('.');
  return { [part]: { [name]: tidy(offer.body(values, thing, project)) } } as unknown as wire.Command;
}
/** Whether a command goes to the workspace's stream. */
export function isOfWorkspace(name: CommandName): boolean {
  return name.startsWith('workspace.') || name.startsWith('member.');
}
