/**
 * The grade of one attempt at a row. NULL-NOT-ZERO: where a judge failed there is none. A call that failed and may succeed
 * another time is no outcome at all: it is thrown, so that the row is not finished and is gone on with. A verdict that
 * could not be read is asked for so many times in all, each with calls and a seed of its own, and then left.
 */
import type { BenchJudge } from '../../bench/grade-once.ts';
import { type Grade, type GradeContext, gradeOfNoProof } from '../../grade/grade.ts';
import { ModelError } from '../../model/model-error.ts';
import { seedFrom } from '../../stats/random.ts';
import type { AskContext } from '../ask/ask-step.ts';
import type { DataRow } from '../data-row.ts';

/** Gradings of an attempt whose verdict cannot be read. */
const mostGradings = 2;

/** `proof` is undefined where the attempt has none, which is worth 0. Throws as `context.call` does. */
export async function gradeAttempt(
  judge: BenchJudge,
  row: DataRow,
  {
    proof,
    isCut,
    number,
  }: { readonly proof: string | undefined; readonly isCut: boolean; readonly number: number },
  context: AskContext,
): Promise<Grade> {
  if (proof === undefined || proof.trim() === '') return gradeOfNoProof(judge.name, 'There is no proof.');
  for (let grading = 0; ; grading += 1) {
    const name = `grade-${number}-${grading}`;
    let failure: { readonly error: unknown } | undefined;
    const call: NonNullable<GradeContext['call']> = async (label, model, request) => {
      try {
        return await context.call(`${name}/${label}`, model, request);
      } catch (error) {
        failure = { error };
        throw error;
      }
    };
    const { signal } = context;
    const grade = await judge.grade(row, proof, { signal, isCut, call, seed: seedFrom(context.seed, name) });
    if (grade.kind === 'graded') return grade;
    if (failure !== undefined && !willFailAgain(failure.error)) throw failure.error;
    // Without a call nothing changes by asking again.
    const isUnread = grade.cause !== 'call-failed' && grade.cause !== 'no-scheme' && judge.models.length > 0;
    if (!isUnread || grading + 1 === mostGradings) return grade;
  }
}

/** What is too long for a judge is so for good, and says nothing of other attempts. */
function willFailAgain(error: unknown): boolean {
  return error instanceof ModelError && error.kind === 'context-length';
}
