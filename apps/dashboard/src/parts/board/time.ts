/** Time that was logged for a task, from the events of its history. Pure. */

import type { CloudEvent } from '../../client/http';
import type * as wire from '../../wire/wire';
import type { Logged } from './task_offers';

export interface Entry extends Logged {
  corrected: boolean;
}

/** Newest first, as corrected; what was corrected to nothing is left out. */
export function logged(events: readonly CloudEvent[], task: string): Entry[] {
  const entries = new Map<string, Entry>();
  for (const { type, data, actor } of events.toReversed()) {
    if (type === 'daybook.task.timeLogged') {
      const of = data as wire.TaskTimeLogged;
      if (of.task !== task) continue;
      entries.set(of.entry ?? '', {
        entry: of.entry ?? '',
        member: of.member ?? actor,
        day: of.day ?? 0,
        minutes: of.minutes ?? 0,
        corrected: false,
      });
    } else if (type === 'daybook.task.timeEntryCorrected') {
      const of = data as wire.TaskTimeEntryCorrected;
      const old = entries.get(of.entry ?? '');
      if (old !== undefined) entries.set(old.entry, { ...old, minutes: of.to ?? 0, corrected: true });
    }
  }
  return [...entries.values()].filter(({ minutes }) => minutes > 0).reverse();
}
