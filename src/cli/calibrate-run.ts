/** The working part of `qed calibrate`: gradings with progress on standard error, then tables, page and JSON. */
import path from 'node:path';
import type { Table } from '../bench/tables/table.ts';
import type { OpenArm } from '../curate/calibrate/arm.ts';
import { armLabel } from '../curate/calibrate/arm.ts';
import { calibrateSet } from '../curate/calibrate/calibrate-set.ts';
import { type CalibrationResult, calibrationJson } from '../curate/calibrate/calibration-json.ts';
import type { CalibrationSet } from '../curate/calibrate/calibration-set.ts';
import { calibrationTables } from '../curate/calibrate/calibration-tables.ts';
import { type DriftThresholds, driftOf } from '../curate/calibrate/drift.ts';
import { driftTable } from '../curate/calibrate/drift-table.ts';
import { tasksOf } from '../curate/calibrate/gradings.ts';
import { injectionScore } from '../curate/calibrate/injection-score.ts';
import { injectionTables } from '../curate/calibrate/injection-tables.ts';
import { type Pin, pinOf } from '../curate/calibrate/pin.ts';
import { plantAttacks } from '../curate/calibrate/plant-attacks.ts';
import {
  type CalibrationEvent,
  type CalibrationOutcome,
  runCalibration,
} from '../curate/calibrate/run-calibration.ts';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import { openJournal } from '../journal/open-journal.ts';
import type { Budgets } from '../prove/within-budgets.ts';
import { packageVersion } from '../recipe/package-version.ts';
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
  /** Wrong proofs of each set that attacks are planted in; 0 for none. */
  readonly injections: number;
  /** Where the grades are kept for a later check, with what chose the proofs. */
  readonly pin?: { readonly file: string; readonly asked: Parameters<typeof pinOf>[0] };
  readonly drift?: { readonly pin: Pin; readonly thresholds: DriftThresholds };
  readonly output: { readonly format: TableFormat; readonly out?: string; readonly html?: string };
}

const graceSeconds = 3;
const countedWords = ['graded', 'ungraded', 'failed'] as const;
type CalibrateView = WorkView<(typeof countedWords)[number]>;

/** Returns the exit code. */
export async function runCalibrate(run: CalibrateRun): Promise<number> {
  const { sets, arms, repeats, place, budgets } = run;
  const planted = sets.map((set) => plantAttacks(set, { count: run.injections, seed: run.seed }));
  const tasks = [...sets.flatMap(tasksOf), ...planted.flat().map(({ task }) => task)];
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
    const { records } = outcome;
    const judges = arms.map(({ arm }) => arm);
    const result: CalibrationResult = {
      sets: sets.map((set) => calibrateSet({ set, arms: judges, repeats, records, seed: run.seed })),
      injections:
        run.injections === 0
          ? []
          : sets.map((set, index) => ({
              set,
              scores: judges.map((arm) =>
                injectionScore({
                  ...{ set, arm, repeats, records, seed: run.seed, planted: planted[index] ?? [] },
                }),
              ),
            })),
      drift:
        run.drift &&
        driftOf({
          ...{ ...run.drift, sets, records },
          arms: judges.map((arm) => ({ arm, label: armLabel(arm) })),
        }),
    };
    await print(result, run);
    return await ended(result, run, outcome, { isPriced, wasStopped: interruption.signal.aborted });
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

async function print(result: CalibrationResult, { place, output, drift }: CalibrateRun): Promise<void> {
  const json = `${JSON.stringify(calibrationJson(result), null, 2)}\n`;
  await writeFileAtomic(path.join(place.directory, 'calibration.json'), json);
  const tables = tablesOf(result, drift?.thresholds);
  const { calibrationPage } = await import('../curate/calibrate/calibration-page.ts');
  const page = path.resolve(output.html ?? path.join(place.directory, 'calibration.html'));
  await writeFileAtomic(page, calibrationPage({ ...result, tables, version: packageVersion() }));
  const text = output.format === 'json' ? json : await tablesText(tables, output.format);
  if (output.out === undefined) process.stdout.write(text);
  else await writeFileAtomic(path.resolve(output.out), text);
}

function tablesOf(
  { sets, injections, drift }: CalibrationResult,
  thresholds: DriftThresholds | undefined,
): Table[] {
  return [
    ...(drift === undefined || thresholds === undefined ? [] : [driftTable(drift, thresholds)]),
    ...sets.flatMap((result) => [
      ...knownErrorTables(result, result.set.name === 'lab'),
      ...calibrationTables([result]),
    ]),
    ...injections.flatMap(({ set, scores }) => injectionTables(set, scores)),
  ];
}

async function ended(
  { sets, drift }: CalibrationResult,
  { maxUngraded, budgets, place, pin, arms }: CalibrateRun,
  outcome: CalibrationOutcome,
  { isPriced, wasStopped }: { readonly isPriced: boolean; readonly wasStopped: boolean },
): Promise<number> {
  const counted = sets.flatMap(({ set, arms: own }) =>
    own.map(({ label, cost }) => ({ at: `${set.name}, ${label}`, cost })),
  );
  const pending = counted.flatMap(({ at, cost }) =>
    cost.pending > 0 ? [`${at}: ${cost.pending} gradings are not made yet`] : [],
  );
  const unreadable = counted.flatMap(({ at, cost: { graded, ungraded, causes } }) => {
    if (ungraded <= maxUngraded * (graded + ungraded)) return [];
    const limit = Number((100 * maxUngraded).toPrecision(2));
    const why = causes.map(([cause, count]) => `${count} ${cause}`).join(', ');
    return [
      `${at}: ${ungraded} of ${graded + ungraded} gradings came to no grade, and ${limit} % is the limit (${why})`,
    ];
  });
  const drifted = (drift ?? []).flatMap(({ label, tests }) => {
    const measures = tests.flatMap(({ measure, hasDrifted }) => (hasDrifted ? [measure] : []));
    return measures.length === 0 ? [] : [`${label} has drifted: ${measures.join(', ')}`];
  });
  const isWhole = pending.length === 0;
  if (pin !== undefined && isWhole) {
    const judges = arms.map(({ arm }) => arm);
    const written = pinOf(
      pin.asked,
      sets.map(({ set }) => set),
      judges,
      outcome.records,
    );
    await writeFileAtomic(path.resolve(pin.file), `${JSON.stringify(written, null, 1)}\n`);
  }
  const faults = [...pending, ...unreadable, ...drifted];
  const lines = [
    `spent: ${spendLine(outcome.spent, { budgets, isPriced })}`,
    ...faults,
    ...(pin === undefined
      ? []
      : [isWhole ? `pinned: ${pin.file}` : 'no pin is written before all gradings are made']),
    `page and JSON: calibration.html and calibration.json in ${shownPath(place.directory)}`,
    ...(pending.length > 0 || unreadable.length > 0 || wasStopped
      ? [`to go on: ${commandToContinue(process.argv.slice(2), process.env)}`]
      : []),
  ];
  process.stderr.write(`${lines.map(plainLine).join('\n')}\n`);
  if (wasStopped) return interruptedExitCode;
  return faults.length === 0 ? 0 : 1;
}
