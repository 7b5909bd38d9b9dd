/** What a step of `qed data` prints: what came in, what went on and why the rest left, by source; or all of it as JSON. */
import { textTable } from '../bench/tables/text-table.ts';
import type { StepRecord } from '../curate/step-files.ts';
import { shownPath } from '../recipe/shown-path.ts';

/** `lines` are for people, below the table. */
export function printStep(
  record: StepRecord,
  {
    out,
    json,
    lines = [],
  }: { readonly out: string; readonly json: boolean; readonly lines?: readonly string[] },
): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ out, ...record }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${[stepTable(record), ...lines.map((line) => `${line}\n`)].join('')}`);
  process.stderr.write(`rows: ${shownPath(out)}\n`);
}

function stepTable({ step, kept, dropped }: StepRecord): string {
  const reasons = Object.keys(dropped).sort();
  const sources = [...new Set([kept, ...Object.values(dropped)].flatMap((counts) => Object.keys(counts)))];
  const rowOf = (name: string, own: readonly string[]) => {
    const sum = (counts: Readonly<Record<string, number>> | undefined): number =>
      own.reduce((total, source) => total + (counts?.[source] ?? 0), 0);
    const left = reasons.map((reason) => sum(dropped[reason]));
    const stayed = sum(kept);
    const cameIn = left.reduce((total, count) => total + count, stayed);
    return [name, ...[cameIn, stayed, ...left].map((value) => ({ value, digits: 0 }))];
  };
  return textTable({
    title: `${step}: rows`,
    columns: [
      { heading: 'source', align: 'left' },
      ...['in', 'on', ...reasons].map((heading) => ({ heading, align: 'right' as const })),
    ],
    rows: [
      ...sources.sort().map((source) => rowOf(source, [source])),
      ...(sources.length === 1 ? [] : [rowOf('all', sources)]),
    ],
    notes: [],
  });
}
