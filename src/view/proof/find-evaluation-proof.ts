/**
 * A proof of an evaluation of a recipe. The record has the calls, the gradings, also those that came to nothing, and digests of
 * what was graded: the proof is the answer that the last grading is of. An answer of which nothing says that it was graded is
 * not taken for the proof. NULL-NOT-ZERO: where the last grading came to nothing there are no points, whatever an earlier turn got.
 */
import { type Grade, gradeSchema, ungradedCauses } from '../../grade/grade.ts';
import { gradingDigest } from '../../grade/judge-material.ts';
import { canonicalHash } from '../../journal/canonical-json.ts';
import type { EffectRow, JournalReader } from '../../journal/journal-reader.ts';
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
  const listed = (await proofListing(workplace, id)).rows.find((row) => row.unit === unit);
  const { rows, gradings } = await workplace.journal(id, async (journal) => ({
    rows: journal.effectsOf(unit),
    gradings: await gradingsOf(journal, unit, listed?.points[0] === null),
  }));
  if (key === undefined || problem === undefined || rows.length === 0)
    throw new NotFoundError(`${unit} is no attempt of this run`);
  const replies = rows.map(
    ({ label, value }): Reply => ({ label, ...(value as unknown as Omit<Reply, 'label'>) }),
  );
  const last = gradings.at(-1);
  const remarks: string[] = [];
  const grade = last === undefined ? undefined : gradeIn(last, remarks);
  const { seed } = readFrozenRecipe(directory);
  const written = last === undefined ? undefined : answerOf(last, { unit, problem, replies, seed });
  if (last === undefined) remarks.push(noGrading);
  else if (written === undefined)
    remarks.push('Which of the answers was graded cannot be told from the record; the trace has them all.');
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

const noGrading =
  'It has no proof: the reasoning did not end, or nothing came after it. That is worth 0 without a grader.';

/** The grading of a turn. A turn that keeps the proof of the one before has none of its own. */
interface Grading {
  /** From 0. */
  readonly turn: number;
  readonly unit: string;
  /** Undefined where it came to nothing. */
  readonly row: EffectRow | undefined;
  readonly failure: { readonly key: Uint8Array; readonly message: string } | undefined;
}

/** In the order of turns. `withFailures`: those that came to nothing too, for which all failures of the run are looked through. */
async function gradingsOf(journal: JournalReader, unit: string, withFailures: boolean): Promise<Grading[]> {
  const gradings = new Map<number, Grading>();
  const turnOf = (label: string, own: string): number | undefined => {
    const [, turn] =
      label === 'grade' && own.startsWith(unit) ? (/^\/turn-(\d+)$/.exec(own.slice(unit.length)) ?? []) : [];
    return turn === undefined ? undefined : Number(turn) - 1;
  };
  if (withFailures) {
    for await (const { unit: own, label, key, error } of journal.failures()) {
      const turn = turnOf(label, own);
      const failure = { key, message: error.message };
      if (turn !== undefined) gradings.set(turn, { turn, unit: own, row: undefined, failure });
    }
  }
  for (const row of journal.effectsBelow(`${unit}/turn-`)) {
    const turn = turnOf(row.label, row.unit);
    if (turn !== undefined) gradings.set(turn, { turn, unit: row.unit, row, failure: undefined });
  }
  return [...gradings.values()].sort((a, b) => a.turn - b.turn);
}

function gradeIn({ row, failure }: Grading, remarks: string[]): Grade | undefined {
  if (row === undefined) {
    const [, cause = 'call-failed', detail = failure?.message ?? ''] =
      /^ungraded: (\S+) \((.*)\)$/s.exec(failure?.message ?? '') ?? [];
    const known = ungradedCauses.find((one) => one === cause) ?? 'call-failed';
    return { kind: 'ungraded', cause: known, detail, grader: 'exact' };
  }
  try {
    return gradeSchema.parse(JSON.parse(Buffer.from(row.payload() ?? []).toString('utf8')));
  } catch (error) {
    remarks.push(`The grade cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
    return undefined;
  }
}

interface Asked {
  readonly unit: string;
  readonly problem: Problem;
  readonly replies: readonly Reply[];
  /** Of the recipe. */
  readonly seed: number;
}

/** The reply whose answer was asked to be graded: its request has the digest that is on record. */
function answerOf(
  { turn, unit: own, row, failure }: Grading,
  { unit, problem, replies, seed }: Asked,
): Reply | undefined {
  const graderSeed = seedFrom(seedFrom(seed, 'evaluate'), unit, 'grade', turn);
  return replies.toReversed().find(({ answer }) => {
    if (answer === null) return false;
    const digest = gradingDigest(problem);
    const hash = canonicalHash({
      grader: 'exact',
      problem: problem.id,
      digest,
      proof: answer,
      seed: graderSeed,
    });
    return row === undefined
      ? canonicalHash([own, 'grade', hash.toString('hex')]).equals(Buffer.from(failure?.key ?? []))
      : hash.equals(Buffer.from(row.requestHash));
  });
}
