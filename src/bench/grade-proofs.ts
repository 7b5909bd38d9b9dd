/**
 * Grades proofs that exist already, row by row of a file, within a budget, and writes the file again with the grades:
 * earlier ones stay, and those of a judge that has graded the row before are replaced by its new ones. Rows are read as
 * they are needed, so a large file takes no more memory than a small one.
 */

import type { Grade } from '../grade/grade.ts';
import { gradingDigest } from '../grade/judge-material.ts';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import { assertPriced } from '../prove/price-check.ts';
import { type WorkDone, workWithinBudgets } from '../prove/within-budgets.ts';
import { type BenchJudge, gradeOnce } from './grade-once.ts';
import type { ProofRow } from './proof-rows.ts';
import { BenchRecords, type GradeRow, proofDigest, readGrade, rowName } from './records.ts';
import { type BenchRequest, endOf } from './run-bench.ts';

export interface GradeProofsRequest
  extends Pick<
    BenchRequest,
    'parallel' | 'budgets' | 'journal' | 'seed' | 'stopping' | 'graceSeconds' | 'onMeter'
  > {
  /** Reads the rows from the beginning, each time that it is called. */
  readonly rows: () => AsyncIterable<ProofRow>;
  readonly judge: BenchJudge;
  readonly onEvent?: (event: GradeEvent) => void;
}

export type GradeEvent = { readonly line: number; readonly problem: string } & (
  | { readonly kind: 'grade'; readonly row: GradeRow; readonly detail: string | undefined }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'refused'; readonly message: string }
);

export interface GradeProofsOutcome extends WorkDone {
  readonly records: BenchRecords;
}

/** Throws what concerns all rows: a full disk, a wrong key, a bug, a bad line. */
export async function gradeProofs(request: GradeProofsRequest): Promise<GradeProofsOutcome> {
  const { judge, budgets, journal, stopping, graceSeconds, parallel, onMeter, onEvent, seed } = request;
  assertPriced(judge.models, budgets);
  const records = await BenchRecords.read(journal);
  const done = await workWithinBudgets<ProofRow>({
    // Only the budget of the run is anyone's: rows have none of their own.
    problems: 1,
    problemOf: () => 0,
    pieces: ungraded(request, records),
    ...{ parallel, budgets, journal, stopping, graceSeconds, onMeter },
    work: async ({ line, problem, proof }, { shared: allowance }) => {
      const here = { line, problem: problem.id };
      try {
        const place = placeOf({ line, problem, proof });
        const { row, grade } = await gradeOnce({
          ...{ judge, problem, proof, place, records, journal, allowance, stopping, seed },
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

async function* ungraded(
  { rows, judge }: GradeProofsRequest,
  records: BenchRecords,
): AsyncGenerator<ProofRow> {
  for await (const row of rows()) {
    if (records.grade(judge.name, placeOf(row))?.points == null) yield row;
  }
}

/** Where a row’s grades are found; a proof that stands on two lines is two rows. */
export function placeOf({ line, problem, proof }: Pick<ProofRow, 'line' | 'problem' | 'proof'>) {
  return {
    problem: rowName(problem.id, line),
    run: 0,
    digest: proofDigest(proof),
    material: gradingDigest(problem),
  };
}

/** Writes every row with its earlier grades and those of all judges of this run. */
export async function writeGraded(
  file: string,
  { rows, journal }: Pick<GradeProofsRequest, 'rows' | 'journal'>,
  records: BenchRecords,
): Promise<void> {
  await writeFileAtomic(file, gradedLines({ rows, journal }, records));
}

async function* gradedLines(
  { rows, journal }: Pick<GradeProofsRequest, 'rows' | 'journal'>,
  records: BenchRecords,
): AsyncGenerator<string> {
  const judges = records.judges();
  for await (const row of rows()) {
    const { grades: before = [], ...fields } = row.fields as { readonly grades?: readonly EarlierGrade[] };
    const own: ({ readonly judge: string } & Grade)[] = [];
    for (const judge of judges) {
      const graded = records.grade(judge, placeOf(row));
      if (graded !== undefined) own.push({ judge, ...(await readGrade(journal, graded)) });
    }
    const others = before.filter(({ judge }) => !own.some((grade) => grade.judge === judge));
    yield `${JSON.stringify({ ...fields, grades: [...others, ...own] })}\n`;
  }
}

interface EarlierGrade {
  readonly judge?: unknown;
}
