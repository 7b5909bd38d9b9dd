/** What a step of `qed data` that asks nobody prints: what came in, what went on and why the rest left; or its record as JSON. */
import type { StepRecord } from '../curate/step-files.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { stepTable } from './step-table.ts';

/** `lines` are for people, below the table. */
export function printStep(
  record: StepRecord,
  {
    out,
    json,
    lines = [],
  }: { readonly out: string; readonly json: boolean; readonly lines?: readonly string[] },
): void {
  const text = json ? JSON.stringify({ out, ...record }, null, 2) : [stepTable(record), ...lines].join('\n');
  process.stdout.write(`${text}\n`);
  process.stderr.write(`rows: ${shownPath(out)}\n`);
}
