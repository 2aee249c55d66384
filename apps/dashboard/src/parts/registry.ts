/** The parts, in the order of the side. To add one, add its folder and its line here. */

import { approval } from './approval';
import { attention } from './attention';
import { attachment } from './attachment';
import { board } from './board';
import { change } from './change';
import { comment } from './comment';
import { decision } from './decision';
import { flow } from './flow';
import { log } from './log';
import type { Part } from './part';
import { people } from './people';
import { risk } from './risk';
import { summary } from './summary';

export const parts: readonly Part[] = [
  summary,
  attention,
  board,
  flow,
  risk,
  change,
  approval,
  decision,
  people,
  log,
  comment,
  attachment,
];
