/** The rows of the bench's table: one a line, its columns between tabs. */

import { test } from '@playwright/test';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

export interface Row {
  what: string;
  figure: string;
  /** Against what the design asks for, or empty. */
  ratio?: string;
  conditions: string;
}

export function row({ what, figure, ratio = '', conditions }: Row): void {
  test.info().annotations.push({ type: 'row', description: [what, figure, ratio, conditions].join('\t') });
}

/** A part of a list of figures: 0.5 is the median. */
export function quantile(figures: readonly number[], part: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
export const millis = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;
export const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(0)} kB`;

export default class Rows implements Reporter {
  onTestEnd(of: TestCase, result: TestResult): void {
    for (const { type, description } of of.annotations)
      if (type === 'row' && result.status === 'passed') process.stdout.write(`${description ?? ''}\n`);
    if (result.status !== 'passed') process.stderr.write(`${of.title}: ${result.error?.message ?? result.status}\n`);
  }
  onEnd(): void {
    process.stdout.write('end\n');
  }
}
