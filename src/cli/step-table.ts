/** What came into a step of `qed data`, what went on and why the rest left, for people. */
import type { StepRecord } from '../curate/step-files.ts';

/** `12 rows in, 9 on`, then a line for each reason, the commonest first, with the sources that lost rows by it. */
export function stepTable({ kept, dropped }: Pick<StepRecord, 'kept' | 'dropped'>): string {
  const on = sum(kept);
  const reasons = Object.entries(dropped)
    .map(([reason, bySource]) => ({ reason, count: sum(bySource), bySource }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  const left = reasons.reduce((total, { count }) => total + count, 0);
  const names = reasons.map(({ reason }) => reason);
  const width = Math.max(...['rows in', 'go on', ...names].map(({ length }) => length));
  const digits = numeral(on + left).length;
  const line = (name: string, count: number, rest = ''): string =>
    `  ${name.padEnd(width)}  ${numeral(count).padStart(digits)}${rest}`;
  return [
    line('rows in', on + left),
    line('go on', on, `  ${bySourceText(kept)}`),
    ...reasons.map(({ reason, count, bySource }) => line(reason, count, `  ${bySourceText(bySource)}`)),
  ]
    .map((text) => text.trimEnd())
    .join('\n');
}

function bySourceText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([source, count]) => `${source} ${numeral(count)}`)
    .join(', ');
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function numeral(count: number): string {
  return count.toLocaleString('en-US');
}
