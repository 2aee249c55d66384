/** One reader of the log for each project that is open: its pages are shared by everything that asks for a history. */

import { LogReader } from '../client/history';
import type { CloudEvent } from '../client/http';
import type { Project } from '../client/project.svelte';
import type * as wire from '../wire/wire';
import { sentence } from './naming';

const readers = new WeakMap<Project, LogReader>();
export function logOf(project: Project): LogReader {
  const reader = readers.get(project) ?? new LogReader(project.http, project.id);
  readers.set(project, reader);
  return reader;
}

/** The member of the union that an event of HTTP is: "task", "taskMoved". */
export function kindOf({ type }: Pick<CloudEvent, 'type'>): { part: string; name: string } {
  const [, part = '', name = ''] = type.split('.');
  return { part, name };
}
/** In words, without who did it. */
export function told(project: Project, event: CloudEvent): string {
  const { part, name } = kindOf(event);
  return sentence(project, { [part]: { [name]: event.data } } as unknown as wire.Event);
}

/** Events that make something: nothing of it is older. */
const FIRST = new Set([
  'taskCreated',
  'riskIdentified',
  'changeSubmitted',
  'decisionOpened',
  'decisionRecorded',
  'columnAdded',
]);
export const makes =
  (id: string) =>
  (event: CloudEvent): boolean =>
    FIRST.has(kindOf(event).name) && Object.values(event.data).includes(id) && (event.subject ?? id) === id;
