/**
 * How reliable grading is, from proofs that were graded several times by one judge or several: how far a judge differs
 * from itself, and what share of all variance is due to problems, proofs and judges. Intervals draw whole problems.
 * NULL-NOT-ZERO: a failed grading is left out and counted.
 */
import { type ClusterEstimate, clusterBootstrapAll } from '../cluster-bootstrap.ts';
import type { BootstrapOptions } from '../contrast-interval.ts';
import { variance } from '../moments.ts';
import { type Grading, gradingVariance } from './grading-variance.ts';

export interface RepeatedGrading {
  readonly problem: string;
  /** Id of the proof among those of its problem. */
  readonly proof: string;
  readonly judge: string;
  readonly grade: number | null;
}

/**
 * - `retestDeviation`: standard deviation, in points, of gradings of one proof by one judge.
 * - `problemShare`, `proofShare`, `judgeShare`, `residualShare`: shares of the variance of gradings; they add up to 1.
 * - `reliability`: share of problems and proofs, which is the correlation of two gradings of one proof by different judges.
 */
export type ReliabilityFigure =
  | 'retestDeviation'
  | 'problemShare'
  | 'proofShare'
  | 'judgeShare'
  | 'residualShare'
  | 'reliability';

export interface JudgeReliability {
  readonly figures: Readonly<Record<ReliabilityFigure, ClusterEstimate | undefined>>;
  readonly coverage: {
    readonly graded: number;
    readonly ungraded: number;
    readonly proofs: number;
    /** Proofs that one judge graded twice or more. */
    readonly retested: number;
    readonly judges: number;
  };
}

/** @example judgeReliability(gradings, { random: new Random('retest') }).figures.retestDeviation?.estimate */
export function judgeReliability(
  gradings: readonly RepeatedGrading[],
  options: BootstrapOptions,
): JudgeReliability {
  const graded = gradings.flatMap(({ grade, ...rest }) => (grade === null ? [] : [{ ...rest, grade }]));
  const gradings_P_R_G = [...Map.groupBy(graded, ({ problem }) => problem).values()].map((gradings_G) => [
    ...Map.groupBy(gradings_G, ({ proof }) => proof).values(),
  ]);
  const proofs = gradings_P_R_G.flat();
  return {
    figures: clusterBootstrapAll(gradings_P_R_G, figuresOf, options),
    coverage: {
      graded: graded.length,
      ungraded: gradings.length - graded.length,
      proofs: proofs.length,
      retested: proofs.filter((gradings_G) => repeats(gradings_G).length > 0).length,
      judges: new Set(graded.map(({ judge }) => judge)).size,
    },
  };
}

function figuresOf(
  gradings_P_R_G: readonly (readonly (readonly Grading[])[])[],
): Readonly<Record<ReliabilityFigure, number | undefined>> {
  const parts = gradingVariance(gradings_P_R_G);
  const { problem = 0, proof = 0, judge = 0, residual = 0 } = parts ?? {};
  const total = problem + proof + judge + residual;
  const share = (part: number | undefined) => (part === undefined || total === 0 ? undefined : part / total);
  return {
    retestDeviation: retestDeviation(gradings_P_R_G),
    problemShare: share(parts?.problem),
    proofShare: share(parts?.proof),
    judgeShare: share(parts?.judge),
    residualShare: share(parts?.residual),
    reliability: parts === undefined ? undefined : share(problem + proof),
  };
}

/** Pooled over all proofs that a judge graded twice or more. */
function retestDeviation(gradings_P_R_G: readonly (readonly (readonly Grading[])[])[]): number | undefined {
  let [squares, freedom] = [0, 0];
  for (const grades of gradings_P_R_G.flat().flatMap(repeats)) {
    squares += variance(grades) * (grades.length - 1);
    freedom += grades.length - 1;
  }
  return freedom === 0 ? undefined : Math.sqrt(squares / freedom);
}

/** The grades of each judge that graded this proof twice or more. */
function repeats(gradings_G: readonly Grading[]): number[][] {
  return [...Map.groupBy(gradings_G, ({ judge }) => judge).values()]
    .filter(({ length }) => length > 1)
    .map((gradings) => gradings.map(({ grade }) => grade));
}
