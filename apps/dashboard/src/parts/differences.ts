/** What differs between two moments, entity by entity. Pure. */

import type { Project } from '../client/project.svelte';
import type { Part, RowsAt, Stand } from './part';

export interface Difference {
  id: string;
  part: string;
  number: string;
  title: string;
  /** Undefined: it was not there yet. */
  then: string | undefined;
  /** Undefined: it is there no more. */
  now: string | undefined;
}

/** In the order of the parts, and of their entities now; what went away last. */
export function differences(parts: readonly Part[], project: Project, then: RowsAt, now: RowsAt): Difference[] {
  return parts.flatMap((part) => {
    const before = new Map([...(part.stands?.(then, project) ?? [])].map((stand) => [stand.id, stand]));
    const found: Difference[] = [];
    const told = ({ id, number, title }: Stand, was: Stand | undefined, is: Stand | undefined): void => {
      if (was?.how !== is?.how) found.push({ id, part: part.name, number, title, then: was?.how, now: is?.how });
    };
    for (const stand of part.stands?.(now, project) ?? []) {
      told(stand, before.get(stand.id), stand);
      before.delete(stand.id);
    }
    for (const stand of before.values()) told(stand, stand, undefined);
    return found;
  });
}
