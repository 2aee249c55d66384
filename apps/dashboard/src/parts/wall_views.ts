import type { ViewName } from '../client/rows';
import { parts } from './registry';

/** What a wall reads, and so what a token for it must be good for: the views of all panels, and those of its frame. */
export function wallViews(): ViewName[] {
  const panelled = parts.filter((part) => (part.panels?.length ?? 0) > 0).flatMap((part) => part.views);
  return [...new Set<ViewName>([...panelled, 'people', 'summary', 'timeline'])];
}
