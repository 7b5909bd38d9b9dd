/** Everything that is told of judges on one set: each arm's figures, what reads nothing comes to, and the paired tests. */
import type { BenchRecords } from '../../bench/records.ts';
import { advantageError } from '../../stats/agreement/advantage-error.ts';
import type { JudgeAgreement } from '../../stats/agreement/judge-agreement.ts';
import { type ClusterEstimate, clusterBootstrap } from '../../stats/cluster-bootstrap.ts';
import type { BootstrapOptions } from '../../stats/contrast-interval.ts';
import { Random } from '../../stats/random.ts';
import { agreementFigures, comparable } from './agreement-figures.ts';
import { type Arm, armLabel } from './arm.ts';
import { type Baseline, baselinesOf } from './baselines.ts';
import { type Bias, biasOf } from './bias.ts';
import { type CalibrationSet, problemOf } from './calibration-set.ts';
import { type ArmComparison, compareArms } from './compare-arms.ts';
import { type Cost, costOf } from './cost.ts';
import { type Grading, gradingsOf, judgedProofs } from './gradings.ts';
import { type Stability, stabilityOf } from './stability.ts';

export interface ArmResult {
  readonly arm: Arm;
  readonly label: string;
  readonly gradings: readonly Grading[];
  readonly agreement: JudgeAgreement;
  /** Share of the advantage error of a grader that never distinguishes which this one does not make; 0 is no use. */
  readonly skill: ClusterEstimate | undefined;
  readonly bias: Bias;
  readonly stability: Stability | undefined;
  readonly cost: Cost;
}

export interface SetCalibration {
  readonly set: CalibrationSet;
  readonly repeats: number;
  readonly arms: readonly ArmResult[];
  readonly baselines: readonly (Pick<Baseline, 'name'> & { readonly agreement: JudgeAgreement })[];
  readonly comparison: ArmComparison | undefined;
}

export interface CalibrateSetRequest {
  readonly set: CalibrationSet;
  readonly arms: readonly Arm[];
  readonly repeats: number;
  readonly records: BenchRecords;
  readonly seed: number;
  readonly resamples?: number;
}

export function calibrateSet(request: CalibrateSetRequest): SetCalibration {
  const { set, repeats, records, seed, resamples } = request;
  // The same draws of problems for every arm.
  const options = (): BootstrapOptions => ({
    random: new Random(seed, 'calibration', set.digest),
    ...(resamples === undefined ? {} : { resamples }),
  });
  const arms = request.arms.map((arm): ArmResult => {
    const gradings = gradingsOf(set, arm.name, repeats, records);
    return {
      ...{ arm, label: armLabel(arm), gradings },
      agreement: agreementFigures(judgedProofs(gradings), set, options()),
      skill: skillOf(gradings, set, options()),
      bias: biasOf(gradings, set, options()),
      stability: stabilityOf(gradings, arm.name, options()),
      cost: costOf(gradings),
    };
  });
  return {
    ...{ set, repeats, arms },
    baselines: baselinesOf(set).map(({ name, proofs }) => ({
      name,
      agreement: agreementFigures(proofs, set, options()),
    })),
    comparison: compareArms(arms, set, options()),
  };
}

function skillOf(
  gradings: readonly Grading[],
  { threshold }: CalibrationSet,
  { random, ...rest }: BootstrapOptions,
): ClusterEstimate | undefined {
  const pairs = gradings.flatMap(({ proof, repeat, row }) =>
    row?.points == null
      ? []
      : [
          {
            ...{ problem: problemOf(proof), repeat, reference: proof.reference },
            grade: comparable(row.points, threshold),
          },
        ],
  );
  const pairs_P_R_I = [...Map.groupBy(pairs, ({ problem }) => problem).values()].map((own) => [
    ...Map.groupBy(own, ({ repeat }) => repeat).values(),
  ]);
  return clusterBootstrap(
    pairs_P_R_I,
    (sample) => {
      const pairs_P_I = sample.flat();
      const own = advantageError(pairs_P_I);
      const blind = advantageError(pairs_P_I.map((some) => some.map((pair) => ({ ...pair, grade: 0 }))));
      return own === undefined || blind === undefined || blind === 0 ? undefined : 1 - own / blind;
    },
    { ...rest, random: random.fork('skill') },
  );
}
