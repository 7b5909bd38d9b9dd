/**
 * Proofs that exist already, from JSONL: one a line, with its problem beside it or by the id of a suite's problem. Rows are
 * read one at a time, and everything in them that is not understood is kept, so that they can be written again with
 * their grades.
 */
import { z } from 'zod';
import { DataFileError, readNumberedJsonLines } from '../problems/json-lines.ts';
import { gradingSchemeSchema, type Problem, problemSchema } from '../problems/problem.ts';

/** A proof to be graded. */
export interface ProofRow {
  /** From 1. */
  readonly line: number;
  readonly problem: Problem;
  /** Undefined for an empty one, which is worth 0. */
  readonly proof: string | undefined;
  /** 0 to 7, what people gave it; a judge is measured by that. */
  readonly reference?: number | undefined;
  /** The row as it stands in the file. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const text = z.string().min(1);
const rowSchema = z.looseObject({
  proof: z.string().nullish(),
  model_solution: z.string().nullish(),
  problem_id: z.union([z.string(), z.number()]).optional(),
  id: z.union([z.string(), z.number()]).optional(),
  problem: z.union([z.string(), problemSchema]).optional(),
  statement: text.optional(),
  solution: text.optional(),
  guidelines: text.optional(),
  grading_guidelines: text.optional(),
  grading_scheme: z.union([text, gradingSchemeSchema]).optional(),
  scheme: gradingSchemeSchema.optional(),
  answer: text.optional(),
  points: z.number().min(0).nullish(),
  maximum: z.number().positive().optional(),
  grades: z.array(z.record(z.string(), z.unknown())).optional(),
});

type Fields = z.output<typeof rowSchema>;

/** `suite`: the problems that ids speak of; without it every row says its own. Throws a DataFileError. */
export async function* readProofRows(
  file: string,
  suite?: ReadonlyMap<string, Problem>,
): AsyncGenerator<ProofRow> {
  for await (const { line, item } of readNumberedJsonLines(file, rowSchema)) {
    const proof = item.proof ?? item.model_solution;
    if (proof === undefined) {
      throw new DataFileError(file, line, 'field proof: a text is expected (or null where there is none)');
    }
    const isEmpty = proof === null || proof.trim() === '';
    yield {
      line,
      problem: problemOf(file, line, item, suite),
      proof: isEmpty ? undefined : proof,
      reference: referenceOf(file, line, item),
      fields: item,
    };
  }
}

/** People's points, on the scale of 0 to 7. */
function referenceOf(file: string, line: number, { points, maximum = 7 }: Fields): number | undefined {
  if (points === undefined || points === null) return undefined;
  if (points <= maximum) return (7 * points) / maximum;
  throw new DataFileError(
    file,
    line,
    `field points: ${points} is more than ${maximum}; say maximum where full marks are not 7`,
  );
}

function problemOf(
  file: string,
  line: number,
  item: Fields,
  suite: ReadonlyMap<string, Problem> | undefined,
): Problem {
  if (typeof item.problem === 'object') return item.problem;
  const id = item.problem_id ?? item.id;
  if (suite !== undefined) {
    const known = suite.get(String(id)) ?? (item.problem === undefined ? undefined : suite.get(item.problem));
    if (known !== undefined) return known;
    throw new DataFileError(
      file,
      line,
      `field problem_id: ${id === undefined ? 'there is none' : `${id} is no problem of the suite`}; the id of one is expected`,
    );
  }
  const statement = item.statement ?? item.problem;
  if (statement === undefined || statement.trim() === '') {
    throw new DataFileError(
      file,
      line,
      'field problem: the statement is expected, or name the suite of problem_id with --suite',
    );
  }
  const scheme = item.scheme ?? (typeof item.grading_scheme === 'object' ? item.grading_scheme : undefined);
  const guidelines =
    item.guidelines ??
    item.grading_guidelines ??
    (typeof item.grading_scheme === 'string' ? item.grading_scheme : undefined);
  return problemSchema.parse({
    id: id === undefined ? `line-${line}` : String(id),
    statement,
    solutions: item.solution === undefined ? [] : [item.solution],
    ...(scheme === undefined ? {} : { scheme }),
    ...(guidelines === undefined ? {} : { guidelines }),
    ...(item.answer === undefined ? {} : { answer: item.answer }),
  });
}
