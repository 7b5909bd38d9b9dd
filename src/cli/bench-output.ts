/**
 * The end of `qed bench`: scores with intervals on standard output, what is missing and how to go on on standard error. The
 * exit code is 0 only when every attempt was made and graded; a judge that fails too often is said to have failed.
 */

import type { System } from '../bench/read-system.ts';
import type { BenchOutcome } from '../bench/run-bench.ts';
import { ungradedFault } from '../grade/ungraded-rate.ts';
import { shownPath } from '../recipe/shown-path.ts';
import type { BenchSetup } from './bench-setup.ts';
import { interruptedExitCode } from './interruption.ts';
import { spendLine } from './prove-view.ts';
import { commandToContinue } from './run.ts';
import { plainLine } from './text.ts';

export interface BenchEnd {
  readonly setup: BenchSetup;
  /** Absolute. */
  readonly directory: string;
  readonly wasStopped: boolean;
  readonly json: boolean;
}

/** Returns the exit code. */
export async function printBench(outcome: BenchOutcome, end: BenchEnd): Promise<number> {
  const { readSystem } = await import('../bench/read-system.ts');
  const { compareSystems } = await import('../bench/comparison.ts');
  const { setup, directory, wasStopped } = end;
  const system = await readSystem(directory, setup.judge?.name, {
    mayBeNew: true,
    records: outcome.records,
  });
  const suites = compareSystems([system], setup.identity.seed);
  if (end.json) {
    const { comparisonJson } = await import('../bench/comparison-json.ts');
    const result = {
      run: directory,
      stopped: wasStopped,
      spent: { ...outcome.spent },
      ...(comparisonJson(suites, true) as object),
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } else {
    const { comparisonTables } = await import('../bench/comparison-tables.ts');
    const { textTable } = await import('../bench/tables/text-table.ts');
    process.stdout.write(comparisonTables(suites).map(textTable).join('\n'));
  }
  const faults = faultsOf(system, setup, outcome, wasStopped);
  const lines = [
    `spent: ${spendLine(outcome.spent, setup)}`,
    ...(outcome.unsettled > 0
      ? [`${outcome.unsettled} calls of earlier sittings have no known end and count at their worst`]
      : []),
    ...faults,
    ...(wasStopped || faults.length > 0
      ? [
          `everything so far is in ${shownPath(directory)}. To go on:`,
          `  ${commandToContinue(process.argv.slice(2), process.env)}`,
        ]
      : [`qed compare ${shownPath(directory)} prints this again, beside other runs`]),
  ];
  process.stderr.write(
    `${lines.map((line) => (line.trimStart() === line ? plainLine(line) : `  ${plainLine(line)}`)).join('\n')}\n`,
  );
  if (wasStopped) return interruptedExitCode;
  return faults.length === 0 ? 0 : 1;
}

/** Why the result is not what was asked for, in the order of what to mend first. */
function faultsOf(
  { counts }: System,
  { runs, suite, judge, maxUngraded }: BenchSetup,
  outcome: BenchOutcome,
  wasStopped: boolean,
): string[] {
  const wanted = runs * suite.problems.length;
  const made = [...outcome.records.attempts()].filter(({ run }) => run < runs).length;
  const faults: string[] = [];
  if (made < wanted)
    faults.push(
      `${wanted - made} of ${wanted} attempts ${wasStopped ? 'are not made yet' : 'could not be made'}`,
    );
  if (judge === undefined) return faults;
  const fault = ungradedFault(counts.ungraded, maxUngraded, 'These scores are not to be trusted');
  if (fault !== undefined) faults.push(fault.message);
  if (counts.pending > 0) faults.push(`${counts.pending} attempts are not graded yet`);
  return faults;
}
