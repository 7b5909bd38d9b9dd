/**
 * Has every proof of a set graded by every arm, so often as asked, within budgets. What is on record is not asked again, so
 * a killed run goes on by being called again, and one that is given more judges or repeats adds those (PAY-ONCE,
 * BUDGET-CAP). NULL-NOT-ZERO: what failed or could not be read is a row without points, and asked again the next time.
 */
import { gradeOnce } from '../../bench/grade-once.ts';
import { BenchRecords, type GradeRow, proofDigest } from '../../bench/records.ts';
import { type BenchRequest, endOf } from '../../bench/run-bench.ts';
import { gradingDigest } from '../../grade/judge-material.ts';
import type { Problem } from '../../problems/problem.ts';
import { assertPriced } from '../../prove/price-check.ts';
import { type WorkDone, workWithinBudgets } from '../../prove/within-budgets.ts';
import type { OpenArm } from './arm.ts';

/** Something to be graded, named within the run. */
export interface GradingTask {
  readonly id: string;
  readonly problem: Problem;
  readonly proof: string | undefined;
}

export interface CalibrationRequest
  extends Pick<
    BenchRequest,
    'parallel' | 'budgets' | 'journal' | 'seed' | 'stopping' | 'graceSeconds' | 'onMeter'
  > {
  readonly arms: readonly OpenArm[];
  readonly tasks: readonly GradingTask[];
  /** Gradings of each proof by each arm, with seeds of their own. */
  readonly repeats: number;
  readonly onEvent?: (event: CalibrationEvent) => void;
}

export type CalibrationEvent = { readonly arm: number; readonly task: string } & (
  | { readonly kind: 'grade'; readonly row: GradeRow; readonly detail: string | undefined }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'refused'; readonly message: string }
);

export interface CalibrationOutcome extends WorkDone {
  readonly records: BenchRecords;
}

interface Piece {
  readonly arm: number;
  readonly task: GradingTask;
  readonly repeat: number;
}

/** Throws what concerns all gradings: a full disk, a wrong key, a bug. */
export async function runCalibration(request: CalibrationRequest): Promise<CalibrationOutcome> {
  const { arms, budgets, journal, stopping, graceSeconds, parallel, onMeter, onEvent, seed } = request;
  assertPriced(
    arms.flatMap(({ judge }) => judge.models),
    budgets,
  );
  const records = await BenchRecords.read(journal);
  const done = await workWithinBudgets<Piece>({
    // Only the budget of the run is anyone's: proofs have none of their own.
    problems: 1,
    problemOf: () => 0,
    pieces: missing(request, records),
    ...{ parallel, budgets, journal, stopping, graceSeconds, onMeter },
    work: async ({ arm, task, repeat }, { shared: allowance }) => {
      const open = arms[arm];
      if (open === undefined) throw new RangeError(`there is no arm ${arm}`);
      const here = { arm, task: task.id };
      try {
        const { row, grade } = await gradeOnce({
          ...{ judge: open.judge, problem: task.problem, proof: task.proof, place: placeOf(task, repeat) },
          ...{ records, journal, allowance, stopping, seed },
        });
        const detail = grade.kind === 'ungraded' ? grade.detail : undefined;
        onEvent?.({ kind: 'grade', ...here, row, detail });
      } catch (error) {
        const end = endOf(error, stopping);
        if (end !== undefined) onEvent?.({ ...end, ...here });
      }
    },
  });
  return { records, ...done };
}

/** All arms at a proof before the next one, so that a run that ends early has the same proofs of each. */
function* missing({ arms, tasks, repeats }: CalibrationRequest, records: BenchRecords): Generator<Piece> {
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const task of tasks) {
      for (const [arm, { judge }] of arms.entries()) {
        if (records.grade(judge.name, placeOf(task, repeat))?.points == null) yield { arm, task, repeat };
      }
    }
  }
}

/** Where the grading of a proof is found. */
export function placeOf({ id, problem, proof }: GradingTask, repeat: number) {
  return { problem: id, run: repeat, digest: proofDigest(proof), material: gradingDigest(problem) };
}
