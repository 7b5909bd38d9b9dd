/** How far a judge agrees with itself when it grades a proof again: another draw of the same judge, nothing else changed. */
import { type JudgeReliability, judgeReliability } from '../../stats/agreement/judge-reliability.ts';
import { type RaterAgreement, raterAgreement } from '../../stats/agreement/rater-agreement.ts';
import type { ClusterEstimate } from '../../stats/cluster-bootstrap.ts';
import type { BootstrapOptions } from '../../stats/contrast-interval.ts';
import { problemOf } from './calibration-set.ts';
import type { Grading } from './gradings.ts';

export interface Stability {
  /** Proofs that were graded twice or more. */
  readonly retested: number;
  /** Standard deviation of the grades of one proof, in points. */
  readonly deviation: ClusterEstimate | undefined;
  /** Share of pairs of gradings of one proof with the same points. */
  readonly same: ClusterEstimate | undefined;
  /** Krippendorff's α of the repeats, interval metric: 1 is perfect, 0 is what chance would do. */
  readonly alpha: ClusterEstimate | undefined;
}

/** Undefined with one grading of each proof. */
export function stabilityOf(
  gradings: readonly Grading[],
  judge: string,
  options: BootstrapOptions,
): Stability | undefined {
  if (gradings.every(({ repeat }) => repeat === 0)) return undefined;
  const { random, ...rest } = options;
  const reliability: JudgeReliability = judgeReliability(
    gradings.map(({ proof, row }) => ({
      ...{ problem: problemOf(proof), proof: proof.id, judge, grade: row?.points ?? null },
    })),
    { ...rest, random: random.fork('stability', 'retest') },
  );
  const byProof = [...Map.groupBy(gradings, ({ proof }) => proof)];
  const agreement: RaterAgreement = raterAgreement(
    byProof.map(([proof, own]) => ({
      problem: problemOf(proof),
      ratings: own.map(({ row }) => row?.points ?? null),
    })),
    { ...rest, random: random.fork('stability', 'same') },
  );
  return {
    retested: reliability.coverage.retested,
    deviation: reliability.figures.retestDeviation,
    same: agreement.figures.pairwise,
    alpha: agreement.figures.intervalAlpha,
  };
}
