/** The working part of `qed grade`: progress on standard error, the graded file, and a summary on standard output. */
import {
  type GradeEvent,
  type GradeProofsRequest,
  gradeProofs,
  placeOf,
  writeGraded,
} from '../bench/grade-proofs.ts';
import type { ProofRow } from '../bench/proof-rows.ts';
import type { BenchRecords } from '../bench/records.ts';
import { UngradedCount, ungradedFault } from '../grade/ungraded-rate.ts';
import { openJournal } from '../journal/open-journal.ts';
import type { Budgets } from '../prove/within-budgets.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { type JudgeAgreement, type JudgedProof, judgeAgreement } from '../stats/agreement/judge-agreement.ts';
import type { Interval } from '../stats/interval.ts';
import { meanScore } from '../stats/mean-score.ts';
import { Random } from '../stats/random.ts';
import { agreementJson, agreementText } from './agreement-text.ts';
import { interruptedExitCode, watchInterruption } from './interruption.ts';
import type { ResolvedJudge } from './judge-setup.ts';
import type { ProveDirectory } from './prove-directory.ts';
import { spendLine } from './prove-view.ts';
import { commandToContinue } from './run.ts';
import { plainLine } from './text.ts';
import { type WorkView, workView } from './work-view.ts';

export interface GradeRun {
  readonly rows: GradeProofsRequest['rows'];
  readonly count: number;
  readonly judge: ResolvedJudge;
  readonly parallel: number;
  readonly seed: number;
  readonly maxUngraded: number;
  readonly budgets: Budgets;
  readonly place: ProveDirectory;
  readonly graceSeconds: number;
  readonly remarks: readonly string[];
  /** Absolute. */
  readonly out: string;
  readonly json: boolean;
}

/** Returns the exit code. */
export async function runGrade(run: GradeRun): Promise<number> {
  const { place, budgets, count } = run;
  const isPriced = run.judge.models.every(({ price }) => price !== undefined);
  const view = workView(process.stderr, process.env, {
    words: ['graded', 'ungraded', 'failed'],
    ...{ total: count, budgets, isPriced },
  });
  const interruption = watchInterruption({
    onFirst: () =>
      view.remark('stopping; Ctrl-C again stops at once. Either way the same command goes on from there.'),
  });
  const open: { close?(): Promise<void> }[] = [];
  try {
    view.remark(`${shownPath(place.directory)}: ${place.isNew ? 'a new run' : 'going on with it'}`);
    for (const remark of [...run.remarks, ...run.judge.remarks]) view.remark(remark);
    const journal = await openJournal(place.directory, { onWarning: (message) => view.remark(message) });
    open.push(journal);
    const judge = await run.judge.open(view);
    open.push(judge);
    const outcome = await gradeProofs({
      ...{ rows: run.rows, judge, journal, budgets, parallel: run.parallel, seed: run.seed },
      graceSeconds: run.graceSeconds,
      stopping: interruption.signal,
      onEvent: (event) => show(view, event),
      onMeter: (meter) => view.meter(meter),
    });
    await writeGraded(run.out, { rows: run.rows, journal }, outcome.records);
    view.close();
    const summary = await summaryOf(run, outcome.records, judge.name);
    const fault = ungradedFault(summary.count, run.maxUngraded);
    const { graded, ungraded } = summary.count;
    const isDone = graded + ungraded === count && fault === undefined;
    if (run.json) {
      const result = {
        run: place.directory,
        out: run.out,
        judge: judge.name,
        stopped: interruption.signal.aborted,
        spent: outcome.spent,
        mean: summary.mean ?? null,
        ...{ graded, ungraded, causes: Object.fromEntries(summary.count.byCause) },
        histogram: summary.histogram,
        ...(summary.agreement === undefined ? {} : { agreement: agreementJson(summary.agreement) }),
      };
      process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    } else process.stdout.write(`${summaryText(summary, count)}\n`);
    const lines = [
      `spent: ${spendLine(outcome.spent, { budgets, isPriced })}`,
      `graded rows: ${shownPath(run.out)}`,
      ...(fault === undefined ? [] : [fault.message]),
      ...(isDone ? [] : [`to go on: ${commandToContinue(process.argv.slice(2), process.env)}`]),
    ];
    process.stderr.write(`${lines.map(plainLine).join('\n')}\n`);
    if (interruption.signal.aborted) return interruptedExitCode;
    return isDone ? 0 : 1;
  } finally {
    interruption.dispose();
    view.close();
    for (const thing of open.toReversed()) await thing.close?.();
  }
}

interface Summary {
  readonly count: UngradedCount;
  /** Proofs by points. */
  readonly histogram: Readonly<Record<string, number>>;
  /** Percent of full marks. */
  readonly mean: Interval | undefined;
  /** Where people have graded some of the proofs. */
  readonly agreement: JudgeAgreement | undefined;
}

async function summaryOf({ rows, seed }: GradeRun, records: BenchRecords, judge: string): Promise<Summary> {
  const count = new UngradedCount();
  const byProblem = new Map<string, number[]>();
  const histogram: Record<string, number> = {};
  const judged: JudgedProof[] = [];
  // Rows without ids may be of one problem all the same.
  const problemOf = ({ problem }: ProofRow): string => problem.statement;
  for await (const row of rows()) {
    const grade = records.grade(judge, placeOf(row));
    if (grade === undefined) continue;
    if (grade.cause !== null) count.addUngraded(grade.cause);
    if (row.reference !== undefined)
      judged.push({ problem: problemOf(row), grade: grade.points, reference: row.reference });
    if (grade.points === null) continue;
    count.addGraded();
    histogram[grade.points] = (histogram[grade.points] ?? 0) + 1;
    const own = byProblem.get(problemOf(row)) ?? [];
    byProblem.set(problemOf(row), own);
    own.push((100 * grade.points) / 7);
  }
  const values = [...byProblem.values()];
  return {
    ...{ count, histogram },
    mean: meanScore(values, { random: new Random(seed, 'grade'), fullMarks: 100 }).mean,
    agreement: judged.some(({ grade }) => grade !== null)
      ? judgeAgreement(judged, { random: new Random(seed, 'agreement') })
      : undefined,
  };
}

function summaryText({ count, histogram, mean, agreement }: Summary, rows: number): string {
  const causes = count.byCause.map(([cause, number]) => `${number} ${cause}`).join(', ');
  const points = Object.entries(histogram).map(
    ([value, number]) => `${number} × ${Number(Number(value).toFixed(2))}`,
  );
  return [
    `${count.graded} of ${rows} proofs graded${count.ungraded > 0 ? `, ${count.ungraded} ungraded (${causes})` : ''}`,
    ...(points.length === 0 ? [] : [`points: ${points.join(', ')}`]),
    ...(mean === undefined
      ? []
      : [
          `mean: ${mean.estimate.toFixed(1)} % of full marks, 95 % interval [${mean.low.toFixed(1)}, ${mean.high.toFixed(1)}]`,
        ]),
    ...(agreement === undefined ? [] : [agreementText(agreement)]),
  ].join('\n');
}

function show(view: WorkView<'graded' | 'ungraded' | 'failed'>, event: GradeEvent): void {
  const place = `line ${event.line}, ${event.problem}`;
  if (event.kind === 'failed') view.count('failed', `${place}  ${event.error.message}`, 'loud');
  else if (event.kind === 'refused') view.count('failed', `${place}  ${event.message}`, 'loud');
  else if (event.row.points !== null) view.count('graded', `${place}  ${event.row.points}/7`);
  else view.count('ungraded', `${place}  ungraded (${event.row.cause}): ${event.detail ?? ''}`, 'loud');
}
