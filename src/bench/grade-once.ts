/**
 * One grading of one proof by a judge, on record: its calls are durable and within a budget, its outcome is a row.
 * NULL-NOT-ZERO: what was cut off or refused leaves no row, and what could not be graded a row without points. After a
 * call that failed the next grading keeps what others were paid for; a judge that could not be read is not heard again, so
 * there it has names, and with them calls and seeds, of its own.
 */
import { type Grade, type GradeContext, gradeOfNoProof } from '../grade/grade.ts';
import type { Journal } from '../journal/journal.ts';
import type { ChatModel } from '../model/chat-model.ts';
import type { Problem } from '../problems/problem.ts';
import type { Allowance } from '../prove/allowance.ts';
import { seedFrom } from '../stats/random.ts';
import { GradingCalls } from './grading-calls.ts';
import { type BenchRecords, type GradeRow, recordGrade } from './records.ts';

/** A grader with the models that it asks. */
export interface BenchJudge {
  /** Tells it from every other judge, also from the same with other settings or prompts. */
  readonly name: string;
  readonly models: readonly ChatModel[];
  grade(problem: Problem, proof: string, context: GradeContext): Promise<Grade>;
}

export interface Grading {
  readonly judge: BenchJudge;
  readonly problem: Problem;
  /** Undefined: there is none, which is worth 0. */
  readonly proof: string | undefined;
  /** It ended at its limit of tokens. */
  readonly isCut?: boolean | undefined;
  /** Where it belongs in the records. */
  readonly place: Pick<GradeRow, 'problem' | 'run' | 'digest' | 'material'>;
  readonly records: BenchRecords;
  readonly journal: Journal;
  readonly allowance: Allowance;
  readonly stopping: AbortSignal;
  readonly seed: number;
}

/** Throws BudgetExhausted, an AbortError, or what the judge let through. */
export async function gradeOnce(
  grading: Grading,
): Promise<{ readonly row: GradeRow; readonly grade: Grade }> {
  const { judge, problem, proof, isCut, place, records, journal, allowance, stopping, seed } = grading;
  const { all, unread } = records.failedGradings(judge.name, place);
  const { digest, material } = place;
  const unit = `grade/${judge.name}/${place.problem}/${place.run}/${digest ?? 'none'}/${material}/${unread}`;
  const calls = new GradingCalls({ journal, allowance, unit, stopping });
  const grade =
    proof === undefined
      ? gradeOfNoProof(judge.name, 'There is no proof.')
      : await judge.grade(problem, proof, {
          seed: seedFrom(seed, unit),
          signal: allowance.signal,
          ...(isCut === undefined ? {} : { isCut }),
          call: (label, model, asked) => calls.make(label, model, asked),
        });
  // What was cut off says nothing of the judge.
  calls.throwIfStopped();
  const row = await recordGrade(journal, { judge: judge.name, ...place, ...calls.spent }, grade, all);
  records.addGrade(row);
  return { row, grade };
}
