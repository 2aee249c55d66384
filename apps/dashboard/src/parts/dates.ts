/** What comes next, of all parts. */

import type { Project } from '../client/project.svelte';
import type { Dated } from './part';
import { parts } from './registry';

export interface Coming extends Dated {
  late: boolean;
}

/** The earliest first, and so what is late before all. */
export function dates(project: Project): Coming[] {
  const now = project.moment?.recordedAt ?? project.minute;
  return parts
    .flatMap((part) => [...(part.dates?.(project) ?? [])])
    .map((each) => ({ ...each, late: each.at < now }))
    .sort((a, b) => a.at - b.at);
}
