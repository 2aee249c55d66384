/** One reader of the log for each project that is open: its pages are shared by everything that asks for a history. */

import { LogReader } from '../client/history';
import type { CloudEvent } from '../client/http';
import type { Project } from '../client/project.svelte';
import type { Option } from '../acts/fields';
import type * as wire from '../wire/wire';
import { clock, date } from '../words/format';
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

/** What was done since a time by commands of some parts, newest first: to choose commands from, by their ids. */
export async function doneSince(
  project: Project,
  time: number,
  of: (part: string) => boolean,
): Promise<(Option & { event: CloudEvent })[]> {
  const { events } = await logOf(project).since(time, project.version);
  return events
    .filter((event) => event.command !== undefined && (event.commandindex ?? 0) === 0 && of(kindOf(event).part))
    .map((event) => ({
      value: event.command ?? '',
      label: `${date(Date.parse(event.time))} ${clock(Date.parse(event.time))}`,
      tail: `${project.name(event.actor)} ${told(project, event)}`,
      event,
    }));
}
