/** For tests: what the packages named in golden/make-statistics.py made of random ratings. */
import { readFileSync } from 'node:fs';

interface PairCase {
  readonly name: string;
  readonly first: number[];
  readonly second: number[];
  readonly pearson: number;
  readonly spearman: number;
  readonly kendall: number;
  readonly kappa?: { readonly none: number; readonly linear: number; readonly quadratic: number };
  readonly meanAbsolute?: number;
  readonly rootMeanSquare?: number;
  /** Rows are the second rater's values 0 to 7, columns the first's. */
  readonly confusion?: number[][];
  readonly recall?: (number | null)[];
}

interface Golden {
  readonly pairs: readonly PairCase[];
  readonly several: readonly {
    readonly ratings: (number | null)[][];
    readonly alpha: Readonly<Record<'nominal' | 'ordinal' | 'interval' | 'ratio', number>>;
    readonly fleiss?: number;
  }[];
  readonly adjusted: readonly {
    readonly p: number[];
    readonly holm: number[];
    readonly benjaminiHochberg: number[];
  }[];
  readonly distances: readonly {
    readonly first: number[];
    readonly second: number[];
    readonly distance: number;
    readonly p: number;
  }[];
  readonly components: readonly {
    readonly gradings: readonly {
      readonly problem: string;
      readonly proof: string;
      readonly judge: string;
      readonly grade: number;
    }[];
    readonly components: {
      readonly problem: number;
      readonly proof: number;
      readonly judge?: number;
      readonly residual: number;
    };
  }[];
}

const file = new URL('../../golden/statistics/golden.json', import.meta.url);

export const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
