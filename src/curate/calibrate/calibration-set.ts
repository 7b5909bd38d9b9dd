/**
 * Proofs with people's grades as a judge is measured on them: all on the scale of 0 to 7, and what was done to bring them
 * there said in words. A label of right or wrong is no number of points: there the judge's points are made a label too.
 */
import type { GradedProof, GradedSet } from '../../problems/graded/graded-proof.ts';
import type { Problem } from '../../problems/problem.ts';
import { Random } from '../../stats/random.ts';

export interface CalibrationProof {
  readonly id: string;
  readonly problem: Problem;
  /** Undefined for an empty one. */
  readonly proof: string | undefined;
  /** 0 to 7. */
  readonly reference: number;
  /** Each person's, where several graded. */
  readonly ratings: readonly number[];
  readonly author: string | undefined;
}

export interface CalibrationSet {
  readonly name: string;
  /** Of all its problems, proofs and grades, also those that a limit leaves out. */
  readonly digest: string;
  readonly proofs: readonly CalibrationProof[];
  /** How many the source has. */
  readonly total: number;
  /** Points from which a judge's grade says "correct", in a set of labels; undefined in a set of points. */
  readonly threshold: number | undefined;
  /** What a reader of the figures has to know of the grades. */
  readonly notes: readonly string[];
}

export interface CalibrationSetOptions {
  /** For labels whose source does not say from how many points on a proof is correct. */
  readonly threshold?: number;
  /** Most proofs; whole problems in a seeded order, so that advantages can be told of what is left. */
  readonly limit?: number;
  readonly seed: number;
}

/** A proof that has an error worth a point is not correct. */
export const usualThreshold = 6;

export class CalibrationSetError extends Error {
  override readonly name = 'CalibrationSetError';
}

/** Throws a CalibrationSetError for a set that has points for some proofs and labels for others. */
export function calibrationSet(set: GradedSet, options: CalibrationSetOptions): CalibrationSet {
  const labels = set.proofs.filter(({ grade }) => grade.kind === 'label').length;
  if (labels > 0 && labels < set.proofs.length) {
    throw new CalibrationSetError(
      `${set.name}: ${labels} of its ${set.proofs.length} proofs are labelled right or wrong and the others have points; ` +
        'these are two scales, so put them in two files',
    );
  }
  const threshold = labels === 0 ? undefined : (options.threshold ?? thresholdOf(set) ?? usualThreshold);
  const proofs = chosen(set.proofs, options).map(
    ({ id, problem, proof, grade, author }): CalibrationProof => ({
      ...{ id, problem, author, proof: proof.trim() === '' ? undefined : proof },
      ...(grade.kind === 'points'
        ? { reference: grade.points, ratings: grade.ratings }
        : { reference: grade.isCorrect ? 7 : 0, ratings: [] }),
    }),
  );
  return {
    ...{ name: set.name, digest: set.digest, proofs, total: set.proofs.length, threshold },
    notes: notesOf(set, proofs, threshold),
  };
}

/** Proofs of one problem belong together by its statement: rows without ids may be of one problem all the same. */
export function problemOf({ problem }: Pick<CalibrationProof, 'problem'>): string {
  return problem.statement;
}

function thresholdOf({ proofs }: GradedSet): number | undefined {
  const [first] = proofs;
  return first?.grade.kind === 'label' ? first.grade.threshold : undefined;
}

function chosen(proofs: readonly GradedProof[], { limit, seed }: CalibrationSetOptions): GradedProof[] {
  if (limit === undefined || proofs.length <= limit) return [...proofs];
  const byProblem = [...Map.groupBy(proofs, problemOf).values()];
  const taken = new Set(new Random(seed, 'calibration', 'limit').shuffled(byProblem).flat().slice(0, limit));
  return proofs.filter((proof) => taken.has(proof));
}

function notesOf(
  set: GradedSet,
  proofs: readonly CalibrationProof[],
  threshold: number | undefined,
): string[] {
  const byProblem = [...Map.groupBy(proofs, problemOf).values()];
  const several = byProblem.filter(({ length }) => length > 1);
  const alike = several.filter((own) => own.every(({ reference }) => reference === own[0]?.reference));
  const ids = new Set(proofs.map(({ id }) => id));
  const maxima = Map.groupBy(
    set.proofs.filter(({ id }) => ids.has(id)),
    ({ grade }) => (grade.kind === 'points' ? grade.maximum : 7),
  );
  const graders = [...new Set(set.proofs.map(({ grader }) => grader))];
  const machines = graders.filter((grader) => grader === 'exact' || grader.includes('#'));
  const between = proofs.filter(({ reference }) => !Number.isInteger(reference)).length;
  return [
    `${proofs.length === set.proofs.length ? '' : `${proofs.length} of `}${set.proofs.length} proofs of ${byProblem.length} problems` +
      (set.ungraded === 0 ? '.' : `; ${set.ungraded} more have no human grade and are left out.`),
    ...(machines.length === 0
      ? []
      : [`What stands for people’s grades here was given by ${machines.join(', ')}.`]),
    ...[...maxima].flatMap(([maximum, own]) =>
      maximum === 7 ? [] : [`${own.length} grades on 0 to ${maximum} were multiplied by 7/${maximum}.`],
    ),
    ...(between === 0
      ? []
      : [
          `${between} human grades lie between whole points (another scale, or several people): the same points, classes and unweighted κ are told of the nearest whole number, halves down; all else of the grade as it is.`,
        ]),
    ...(threshold === undefined
      ? []
      : [
          `People only said right or wrong: that is 7 or 0, and a judge says right from ${threshold} points on. Errors, agreement and κ compare these two; correlations and pairs in order take the judge’s points as they are.`,
        ]),
    ...(several.length === 0
      ? ['Every problem has one proof, so there are no advantages, and no advantage error.']
      : [
          `${several.length} problems have several proofs and count for the advantage error` +
            (alike.length === 0
              ? '.'
              : `; at ${alike.length} of them people gave all proofs the same, and a grader that never distinguishes has no error there.`),
        ]),
  ];
}
