import type { Rows } from '../../client/rows';
import { count, millis } from '../../words/format';
import { words } from '../../words/text';
import type { Dated } from '../part';
import { isOpen, risks } from './register';

const DAY = 86_400_000;
/** How many risks are named where several are reviewed on one day. */
const NAMED = 4;

/** Actions that are not done, by the end of their day; reviews, those of one day together. */
export function dates(rows: Rows<'risks'>): Dated[] {
  const found: Dated[] = [];
  const reviews = new Map<number, { at: number; numbers: string[] }>();
  for (const { state, reviewDueAt } of risks(rows).filter(isOpen)) {
    const number = `R-${String(state?.number ?? '')}`;
    for (const action of state?.actions ?? []) {
      if (action.doneAt !== undefined || action.due === undefined) continue;
      const at = (action.due + 1) * DAY - 1;
      found.push({ id: action.action ?? '', title: `${number} ${words(action.text)}`, what: 'action due', at });
    }
    const at = millis(reviewDueAt);
    if (at === undefined) continue;
    const day = reviews.get(Math.floor(at / DAY)) ?? { at, numbers: [] };
    day.numbers.push(number);
    reviews.set(Math.floor(at / DAY), day);
  }
  for (const [day, { at, numbers }] of reviews) {
    found.push({
      id: `review ${String(day)}`,
      title: numbers.length === 1 ? `${numbers[0] ?? ''} review` : count(numbers.length, 'risk review'),
      what:
        numbers.length === 1 ? 'review due' : numbers.slice(0, NAMED).join(', ') + (numbers.length > NAMED ? ' …' : ''),
      at,
    });
  }
  return found;
}
