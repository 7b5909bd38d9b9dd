/**
 * A proof of an evaluation of a recipe. The record has the calls, the grades and digests of what was graded: the proof is the
 * answer that the last grade is of. An answer of which nothing says that it was graded is not taken for the proof.
 */
import { type Grade, gradeSchema } from '../../grade/grade.ts';
import { gradingDigest } from '../../grade/judge-material.ts';
import { canonicalHash } from '../../journal/canonical-json.ts';
import type { EffectRow } from '../../journal/journal-reader.ts';
import type { Problem } from '../../problems/problem.ts';
import { seedFrom } from '../../stats/random.ts';
import { readFrozenRecipe } from '../frozen-recipe.ts';
import { NotFoundError } from '../not-found-error.ts';
import { problemsOf } from '../run-files.ts';
import { systemName } from './evaluation-listing.ts';
import type { FindProof } from './found-proof.ts';
import { gradeView } from './grade-view.ts';
import { proofListing } from './proof-listing.ts';

interface Reply {
  readonly label: string;
  readonly answer: string | null;
  readonly reasoning: string;
  readonly finish: 'stop' | 'length';
}

export const findEvaluationProof: FindProof = async (workplace, { id, directory }, unit, mathematics) => {
  const [, key, number, attempt] = /^evaluate\/([^/]+\/[^/]+)\/(\d+)\/(\d+)$/.exec(unit) ?? [];
  const problem = (await problemsOf(directory, 'test.jsonl'))[Number(number)];
  const rows = await workplace.journal(id, (journal) =>
    journal.effectsBelow(`${unit}/`).concat(journal.effectsOf(unit)),
  );
  if (key === undefined || problem === undefined || rows.length === 0)
    throw new NotFoundError(`${unit} is no attempt of this run`);
  const replies = repliesIn(rows.filter((row) => row.unit === unit));
  const graded = lastGrade(rows, unit);
  const remarks: string[] = [];
  const grade = graded === undefined ? undefined : gradeIn(graded.row, remarks);
  const written =
    graded === undefined
      ? undefined
      : answerOf(graded, unit, problem, replies, readFrozenRecipe(directory).seed);
  if (graded !== undefined && written === undefined)
    remarks.push('Which of the answers was graded cannot be told from the record; the trace has them all.');
  const listed = (await proofListing(workplace, id)).rows.find((row) => row.unit === unit);
  if (graded === undefined)
    remarks.push(
      listed?.points[0] === null
        ? 'It has no grade: the grader came to none.'
        : 'It has no proof: the reasoning did not end, or nothing came after it. That is worth 0 without a grader.',
    );
  return {
    ...{ kind: 'evaluation', system: systemName(key), attempt: Number(attempt), problem, remarks },
    proof: written?.answer ?? undefined,
    grades: grade === undefined ? [] : [gradeView(grade, problem, mathematics)],
    reasoning: (written ?? replies.at(-1))?.reasoning ?? null,
    tokens: listed?.tokens ?? null,
    finish: written === undefined ? 'none' : written.finish === 'length' ? 'cut' : 'stop',
    ...{ hasTrace: true, group: null },
  };
};

function repliesIn(rows: readonly EffectRow[]): Reply[] {
  return rows.map(({ label, value }) => ({ label, ...(value as unknown as Omit<Reply, 'label'>) }));
}

interface LastGrade {
  readonly row: EffectRow;
  /** From 0. */
  readonly turn: number;
}

/** A turn that keeps the proof of the one before has no grade of its own. */
function lastGrade(rows: readonly EffectRow[], unit: string): LastGrade | undefined {
  const turns = rows.flatMap((row) => {
    const [, turn] = row.label === 'grade' ? (/^\/turn-(\d+)$/.exec(row.unit.slice(unit.length)) ?? []) : [];
    return turn === undefined ? [] : [{ row, turn: Number(turn) - 1 }];
  });
  return turns.sort((a, b) => a.turn - b.turn).at(-1);
}

function gradeIn(row: EffectRow, remarks: string[]): Grade | undefined {
  try {
    return gradeSchema.parse(JSON.parse(Buffer.from(row.payload() ?? []).toString('utf8')));
  } catch (error) {
    remarks.push(`The grade cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
    return undefined;
  }
}

/** The reply whose answer was asked to be graded. */
function answerOf(
  { row, turn }: LastGrade,
  unit: string,
  problem: Problem,
  replies: readonly Reply[],
  recipeSeed: number,
): Reply | undefined {
  const seed = seedFrom(seedFrom(recipeSeed, 'evaluate'), unit, 'grade', turn);
  const hash = Buffer.from(row.requestHash);
  return replies.toReversed().find(({ answer }) => {
    if (answer === null) return false;
    const request = {
      grader: 'exact',
      problem: problem.id,
      digest: gradingDigest(problem),
      proof: answer,
      seed,
    };
    return hash.equals(canonicalHash(request));
  });
}
