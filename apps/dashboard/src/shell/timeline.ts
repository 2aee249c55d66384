/** The scrubber's geometry: days as bars, versions to places and back. Pure. The axis is the version's day; its labels are times. */

import type { Rows } from '../client/rows';
import type * as wire from '../wire/wire';

export interface Day {
  day: number;
  events: number;
  rejected: number;
  /** The version at the day's end. */
  last: number;
  /** The version at its beginning. */
  first: number;
}
export interface Mark {
  key: string;
  kind: wire.TimelineMark;
  subject: string;
  number: number;
  at: number;
  day: number;
}
export interface Timeline {
  days: readonly Day[];
  marks: readonly Mark[];
  firstDay: number;
  lastDay: number;
  most: number;
}

const DAY_MS = 86_400_000;

export function timeline(rows: Rows<'timeline'>): Timeline {
  const days: Day[] = [];
  const marks: Mark[] = [];
  for (const [key, row] of rows) {
    if ('day' in row) {
      days.push({
        day: row.day.day ?? 0,
        events: row.day.events ?? 0,
        rejected: row.day.rejectedActs ?? 0,
        last: Number(row.day.lastVersion ?? 0),
        first: 0,
      });
    } else if ('mark' in row) {
      const at = Number(row.mark.at ?? 0) / 1000;
      marks.push({
        key,
        kind: row.mark.mark ?? 'none',
        subject: row.mark.subject ?? '',
        number: row.mark.number ?? 0,
        at,
        day: Math.floor(at / DAY_MS),
      });
    }
  }
  days.sort((a, b) => a.day - b.day);
  marks.sort((a, b) => a.at - b.at);
  let before = 0;
  for (const day of days) {
    day.first = before + 1;
    before = day.last;
  }
  return {
    days,
    marks,
    firstDay: days[0]?.day ?? 0,
    lastDay: days.at(-1)?.day ?? 0,
    most: Math.max(1, ...days.map(({ events }) => events)),
  };
}

/** Where a version stands, 0 to 1 of the width: within its day by its place among that day's events. */
export function placeOf(line: Timeline, version: number): number {
  const span = line.lastDay - line.firstDay + 1;
  const day = line.days.find(({ last }) => last >= version) ?? line.days.at(-1);
  if (day === undefined) return 1;
  const within = day.last < day.first ? 1 : Math.min(1, (version - day.first + 1) / (day.last - day.first + 1));
  return (day.day - line.firstDay + within) / span;
}

/** The version at a place; the nearest there is. */
export function versionAt(line: Timeline, place: number): number {
  const span = line.lastDay - line.firstDay + 1;
  const at = line.firstDay + Math.min(1, Math.max(0, place)) * span;
  let chosen = 1;
  for (const day of line.days) {
    if (day.day > at) break;
    const within = Math.min(1, at - day.day);
    chosen = Math.max(1, day.first - 1 + Math.round(within * (day.last - day.first + 1)));
  }
  return chosen;
}

/** The version at the end of the day that a mark stands on; where the mark was made, within that day's versions. */
export function versionOfDay(line: Timeline, day: number): number {
  return line.days.findLast((each) => each.day <= day)?.last ?? 1;
}
