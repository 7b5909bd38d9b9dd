/**
 * The step behind `qed calibrate --build`: candidates of several models at drawn problems, each graded by a named strong
 * judge, as the paper made its set in the distribution of its training (60 problems, 4 candidates of two models). What it
 * leaves are grades in the form that people's have, with the judge as the grader. NULL-NOT-ZERO: a candidate that the judge
 * could not grade has no points, and a candidate without a proof has earned its 0.
 */
import { z } from 'zod';
import type { BenchJudge } from '../../bench/grade-once.ts';
import { gradingDigest } from '../../grade/judge-material.ts';
import type { Json } from '../../journal/journal.ts';
import { type GradeRecord, gradeRecordForm, gradeRecordSchema } from '../../problems/graded/grade-record.ts';
import { problemSchema } from '../../problems/problem.ts';
import type { AskContext, AskStep } from '../ask/ask-step.ts';
import { type Attempting, attempt } from '../attempts/attempt.ts';
import { gradeAttempt } from '../attempts/grade-attempt.ts';
import type { DataRow } from '../data-row.ts';

export interface BuildSettings {
  /** Candidates are dealt to them in turn. */
  readonly attempting: readonly Attempting[];
  /** Name and version of what they are asked with. */
  readonly prompt: string;
  /** Of each problem. */
  readonly candidates: number;
  readonly judge: BenchJudge;
}

const candidateSchema = z.object({
  author: z.string(),
  proof: z.string(),
  points: z.number().nullable(),
  /** The judge's report, or why there is no grade. */
  comment: z.string(),
});
const candidatesSchema = z.array(candidateSchema);
type Candidate = z.output<typeof candidateSchema>;

/** `onRecord` is called for every candidate, in the order of rows and candidates, when all are there. */
export function buildStep(settings: BuildSettings, onRecord: (record: GradeRecord) => void): AskStep {
  const { attempting, prompt, candidates, judge } = settings;
  const counts = { graded: 0, ungraded: 0, withoutProof: 0, sameGrade: 0 };
  return {
    name: 'calibration-set',
    models: [...attempting.map(({ model }) => model), ...judge.models],
    asks: {
      models: attempting.map(({ model, maxTokens, temperature, sampling }) => ({
        ...{ model: model.name, maxTokens, temperature, sampling: { ...sampling } },
      })),
      ...{ judge: judge.name, prompt, candidates },
    },
    materialOf: (row) => ({ statement: row.statement, grading: gradingDigest(row) }),
    ask: async (row, context) => {
      const made = await Promise.allSettled(
        Array.from({ length: candidates }, (_, number) => candidate(settings, row, number, context)),
      );
      const failed = made.find((one) => one.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return { kind: 'done', value: made.map((one) => (one as PromiseFulfilledResult<Json>).value) };
    },
    fateOf: (row, answer) => {
      const own = candidatesSchema.parse(answer);
      const points = own.flatMap((one) => one.points ?? []);
      counts.graded += points.length;
      counts.ungraded += own.length - points.length;
      counts.withoutProof += own.filter(({ proof }) => proof.trim() === '').length;
      if (new Set(points).size < 2) counts.sameGrade += 1;
      for (const [number, one] of own.entries()) onRecord(recordOf(row, one, number, judge.name));
      return points.length < 2
        ? {
            kind: 'drop',
            reason: 'ungraded',
            detail: `${points.length} of ${own.length} candidates have a grade`,
          }
        : { kind: 'keep', row };
    },
    figures: () => ({ ...counts }),
  };
}

async function candidate(
  { attempting, judge }: BuildSettings,
  row: DataRow,
  number: number,
  context: AskContext,
): Promise<Candidate> {
  const author = attempting[number % attempting.length];
  if (author === undefined) throw new RangeError('a calibration set needs a model');
  const { answer, finish } = await attempt(author, row, number, context);
  const grade = await gradeAttempt(
    judge,
    row,
    { proof: answer, isCut: finish === 'length', number },
    context,
  );
  return {
    ...{ author: author.model.name, proof: answer ?? '' },
    ...(grade.kind === 'graded'
      ? { points: grade.points, comment: grade.report }
      : { points: null, comment: `${grade.cause}: ${grade.detail}` }),
  };
}

function recordOf(row: DataRow, candidate: Candidate, number: number, judge: string): GradeRecord {
  return gradeRecordSchema.parse({
    ...{ form: gradeRecordForm, proof_id: `${row.id}/${number + 1}`, problem: problemSchema.parse(row) },
    ...{ ...candidate, grader: judge, by: 'judge' },
  });
}
