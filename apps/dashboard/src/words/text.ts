/** Free texts as events and rows have them: words, or what is left of words that were erased. */

import type * as wire from '../wire/wire';

export const REDACTED = 'Redacted';

export function words(text: wire.Text | undefined): string {
  if (text === undefined) return '';
  return 'text' in text ? text.text : REDACTED;
}
export function isRedacted(text: wire.Text | undefined): boolean {
  return text !== undefined && 'redacted' in text;
}
