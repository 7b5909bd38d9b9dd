/**
 * Where a judge is too generous: by what people gave, and by the length of the proof. A judge that only sees noise is
 * generous to bad proofs and strict with good ones, so length is looked at among proofs of like human grade: the slope is
 * the points that a doubling of the length brings, with a level of its own for each class of human grade.
 */
import type { GradeRow } from '../../bench/records.ts';
import { gradeClass, gradeClasses } from '../../stats/agreement/grade-class.ts';
import { type ClusterEstimate, clusterBootstrap } from '../../stats/cluster-bootstrap.ts';
import type { BootstrapOptions } from '../../stats/contrast-interval.ts';
import { mean } from '../../stats/moments.ts';
import { quantile } from '../../stats/quantile.ts';
import { comparable, nearest } from './agreement-figures.ts';
import { type CalibrationProof, type CalibrationSet, problemOf } from './calibration-set.ts';

/** Judge minus people, in points, of some of the proofs. */
export interface BiasPart {
  readonly name: string;
  readonly gradings: number;
  readonly bias: ClusterEstimate | undefined;
}

export interface Bias {
  readonly byScore: readonly BiasPart[];
  /** Quarters of the proofs by characters, the shortest first. */
  readonly byLength: readonly BiasPart[];
  /** Points for each doubling of the length. */
  readonly perDoubling: ClusterEstimate | undefined;
}

interface Item {
  readonly problem: string;
  readonly error: number;
  /** Binary logarithm of characters. */
  readonly length: number;
  readonly group: string;
}

/** What is looked at of a grading. */
export interface BiasGrading {
  readonly proof: Pick<CalibrationProof, 'problem' | 'proof' | 'reference'>;
  readonly row: Pick<GradeRow, 'points'> | undefined;
}

export function biasOf(
  gradings: readonly BiasGrading[],
  { threshold }: Pick<CalibrationSet, 'threshold'>,
  options: BootstrapOptions,
): Bias {
  const items = gradings.flatMap(({ proof, row }): Item[] =>
    row?.points == null || proof.proof === undefined
      ? []
      : [
          {
            problem: problemOf(proof),
            error: comparable(row.points, threshold) - proof.reference,
            length: Math.log2(proof.proof.length),
            group: gradeClass(nearest(proof.reference) ?? 0) ?? 'in no class',
          },
        ],
  );
  const part = (name: string, own: readonly Item[]): BiasPart => ({
    ...{ name, gradings: own.length },
    bias: clustered(own, (drawn) => mean(drawn.map(({ error }) => error)), options, name),
  });
  const cuts =
    items.length === 0
      ? []
      : [0.25, 0.5, 0.75].map((p) =>
          quantile(
            items.map(({ length }) => length),
            p,
          ),
        );
  const quarters = [0, 1, 2, 3].map((quarter) =>
    items.filter(({ length }) => cuts.filter((cut) => length > cut).length === quarter),
  );
  return {
    byScore: gradeClasses.flatMap((name) => {
      const own = items.filter(({ group }) => group === name);
      return own.length === 0 ? [] : [part(name, own)];
    }),
    byLength: quarters.flatMap((own) => {
      if (own.length === 0) return [];
      const lengths = own.map(({ length }) => Math.round(2 ** length));
      return [part(`${Math.min(...lengths)} to ${Math.max(...lengths)} characters`, own)];
    }),
    perDoubling: clustered(items, slope, options, 'slope'),
  };
}

/** Least squares of the error on the length, both less their means in the group. */
function slope(items: readonly Item[]): number | undefined {
  let [products, squares] = [0, 0];
  for (const own of Map.groupBy(items, ({ group }) => group).values()) {
    const [length, error] = [mean(own.map((item) => item.length)), mean(own.map((item) => item.error))];
    for (const item of own) {
      products += (item.length - length) * (item.error - error);
      squares += (item.length - length) ** 2;
    }
  }
  return squares > 0 ? products / squares : undefined;
}

function clustered(
  items: readonly Item[],
  statistic: (items: readonly Item[]) => number | undefined,
  { random, ...rest }: BootstrapOptions,
  name: string,
): ClusterEstimate | undefined {
  if (items.length === 0) return undefined;
  const clusters = [...Map.groupBy(items, ({ problem }) => problem).values()];
  return clusterBootstrap(clusters, (sample) => statistic(sample.flat()), {
    ...rest,
    random: random.fork('bias', name),
  });
}
