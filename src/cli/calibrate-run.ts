/** The working part of `qed calibrate`: gradings with progress on standard error, then tables, page and JSON. */
import path from 'node:path';
import type { Table } from '../bench/tables/table.ts';
import type { OpenArm } from '../curate/calibrate/arm.ts';
import { armLabel } from '../curate/calibrate/arm.ts';
import { calibrateSet, type SetCalibration } from '../curate/calibrate/calibrate-set.ts';
import type { CalibrationSet } from '../curate/calibrate/calibration-set.ts';
import { calibrationTables } from '../curate/calibrate/calibration-tables.ts';
import { tasksOf } from '../curate/calibrate/gradings.ts';
import {
  type CalibrationEvent,
  type CalibrationOutcome,
  runCalibration,
} from '../curate/calibrate/run-calibration.ts';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import { openJournal } from '../journal/open-journal.ts';
import type { Budgets } from '../prove/within-budgets.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { knownErrorTables } from './calibrate-known.ts';
import type { ResolvedArm } from './calibrate-setup.ts';
import { interruptedExitCode, watchInterruption } from './interruption.ts';
import { eventsTo, opened } from './judge-setup.ts';
import type { ProveDirectory } from './prove-directory.ts';
import { spendLine } from './prove-view.ts';
import { commandToContinue } from './run.ts';
import { type TableFormat, tablesText } from './tables-text.ts';
import { plainLine } from './text.ts';
import { type WorkView, workView } from './work-view.ts';

export interface CalibrateRun {
  readonly sets: readonly CalibrationSet[];
  readonly arms: readonly ResolvedArm[];
  readonly repeats: number;
  readonly parallel: number;
  readonly seed: number;
  readonly maxUngraded: number;
  readonly budgets: Budgets;
  readonly place: ProveDirectory;
  readonly remarks: readonly string[];
  readonly output: { readonly format: TableFormat; readonly out?: string; readonly html?: string };
}

const graceSeconds = 3;
const countedWords = ['graded', 'ungraded', 'failed'] as const;
type CalibrateView = WorkView<(typeof countedWords)[number]>;

/** Returns the exit code. */
export async function runCalibrate(run: CalibrateRun): Promise<number> {
  const { sets, arms, repeats, place, budgets } = run;
  const tasks = sets.flatMap(tasksOf);
  const isPriced = arms.every(({ grader }) => grader.models.every(({ price }) => price !== undefined));
  const view = workView(process.stderr, process.env, {
    words: countedWords,
    ...{ total: tasks.length * arms.length * repeats, budgets, isPriced },
  });
  const interruption = watchInterruption({
    onFirst: () =>
      view.remark('stopping; Ctrl-C again stops at once. Either way the same command goes on from there.'),
  });
  const open: { close?(): Promise<void> }[] = [];
  try {
    view.remark(`${shownPath(place.directory)}: ${place.isNew ? 'a new run' : 'going on with it'}`);
    for (const remark of run.remarks) view.remark(remark);
    const journal = await openJournal(place.directory, { onWarning: (message) => view.remark(message) });
    open.push(journal);
    const openArms = await openAll(arms, view, open);
    const outcome = await runCalibration({
      ...{ arms: openArms, tasks, repeats, journal, budgets, parallel: run.parallel, seed: run.seed },
      ...{ graceSeconds, stopping: interruption.signal },
      onEvent: (event) => show(view, event, openArms),
      onMeter: (meter) => view.meter(meter),
    });
    view.close();
    const results = sets.map((set) =>
      calibrateSet({
        set,
        arms: arms.map(({ arm }) => arm),
        repeats,
        records: outcome.records,
        seed: run.seed,
      }),
    );
    await print(results, run);
    return ended(results, run, outcome, { isPriced, wasStopped: interruption.signal.aborted });
  } finally {
    interruption.dispose();
    view.close();
    for (const thing of open.toReversed()) await thing.close?.();
  }
}

async function openAll(
  arms: readonly ResolvedArm[],
  view: CalibrateView,
  open: { close?(): Promise<void> }[],
): Promise<OpenArm[]> {
  const openArms: OpenArm[] = [];
  for (const { arm, grader } of arms) {
    const judge = await opened(() => grader.open(eventsTo(view)));
    open.push(judge);
    openArms.push({ arm, judge });
  }
  return openArms;
}

function show(view: CalibrateView, event: CalibrationEvent, arms: readonly OpenArm[]): void {
  const arm = arms[event.arm]?.arm;
  const at = `${arm === undefined ? '' : armLabel(arm)}  ${event.task.replace(/^[0-9a-f]{8}\//, '')}`;
  if (event.kind === 'failed') view.count('failed', `${at}  ${event.error.message}`, 'loud');
  else if (event.kind === 'refused') view.count('failed', `${at}  ${event.message}`, 'loud');
  else if (event.row.points !== null) view.count('graded', `${at}  ${event.row.points}/7`);
  else view.count('ungraded', `${at}  ungraded (${event.row.cause}): ${event.detail ?? ''}`, 'loud');
}

async function print(results: readonly SetCalibration[], { place, output }: CalibrateRun): Promise<void> {
  const { calibrationJson } = await import('../curate/calibrate/calibration-json.ts');
  const json = `${JSON.stringify(calibrationJson(results), null, 2)}\n`;
  await writeFileAtomic(path.join(place.directory, 'calibration.json'), json);
  const text = output.format === 'json' ? json : await tablesText(tablesOf(results), output.format);
  if (output.out === undefined) process.stdout.write(text);
  else await writeFileAtomic(path.resolve(output.out), text);
}

function tablesOf(results: readonly SetCalibration[]): Table[] {
  return results.flatMap((result) => [
    ...knownErrorTables(result, result.set.name === 'lab'),
    ...calibrationTables([result]),
  ]);
}

function ended(
  results: readonly SetCalibration[],
  { maxUngraded, budgets, place }: CalibrateRun,
  outcome: CalibrationOutcome,
  { isPriced, wasStopped }: { readonly isPriced: boolean; readonly wasStopped: boolean },
): number {
  const faults = results.flatMap(({ set, arms }) =>
    arms.flatMap(({ label, cost }) => {
      const asked = cost.graded + cost.ungraded;
      return [
        ...(cost.pending > 0 ? [`${set.name}, ${label}: ${cost.pending} gradings are not made yet`] : []),
        ...(asked > 0 && cost.ungraded / asked > maxUngraded
          ? [
              `${set.name}, ${label}: ${cost.ungraded} of ${asked} gradings came to no grade, and ${Number((100 * maxUngraded).toPrecision(2))} % is the limit (${cost.causes.map(([cause, count]) => `${count} ${cause}`).join(', ')})`,
            ]
          : []),
      ];
    }),
  );
  const lines = [
    `spent: ${spendLine(outcome.spent, { budgets, isPriced })}`,
    ...faults,
    `calibration.json is in ${shownPath(place.directory)}`,
    ...(faults.length > 0 || wasStopped
      ? [`to go on: ${commandToContinue(process.argv.slice(2), process.env)}`]
      : []),
  ];
  process.stderr.write(`${lines.map(plainLine).join('\n')}\n`);
  if (wasStopped) return interruptedExitCode;
  return faults.length === 0 ? 0 : 1;
}
