/**
 * How well several raters of the same items agree among themselves, humans or judges, with intervals that draw whole
 * problems. NULL-NOT-ZERO: a missing rating is left out and counted; Fleiss's κ, which cannot do without, is then absent.
 */
import { type ClusterEstimate, clusterBootstrapAll } from '../cluster-bootstrap.ts';
import type { BootstrapOptions } from '../contrast-interval.ts';
import { fleissKappa } from './fleiss-kappa.ts';
import { krippendorffAlpha } from './krippendorff-alpha.ts';

export interface RatedItem {
  /** Id of the problem; items of one problem belong together. */
  readonly problem: string;
  /** One rating for each rater, null where it gave none. */
  readonly ratings: readonly (number | null)[];
}

export type RaterFigure = 'pairwise' | 'fleissKappa' | 'nominalAlpha' | 'ordinalAlpha' | 'intervalAlpha';

export interface RaterAgreement {
  readonly figures: Readonly<Record<RaterFigure, ClusterEstimate | undefined>>;
  readonly coverage: {
    readonly items: number;
    /** Items with two ratings or more, of which alone agreement can be told. */
    readonly pairable: number;
    readonly ratings: number;
    readonly missing: number;
  };
}

export function raterAgreement(items: readonly RatedItem[], options: BootstrapOptions): RaterAgreement {
  const clusters = [...Map.groupBy(items, ({ problem }) => problem).values()];
  const all = items.flatMap(({ ratings }) => ratings);
  const missing = all.filter((rating) => rating === null).length;
  return {
    figures: clusterBootstrapAll(clusters, figuresOf, options),
    coverage: {
      items: items.length,
      pairable: items.filter(({ ratings }) => given(ratings).length > 1).length,
      ratings: all.length - missing,
      missing,
    },
  };
}

function figuresOf(
  items_P_I: readonly (readonly RatedItem[])[],
): Readonly<Record<RaterFigure, number | undefined>> {
  const items = items_P_I.flatMap((items_I) => items_I.map(({ ratings }) => ratings));
  const complete = items.map(given);
  const raters = complete[0]?.length ?? 0;
  const equal = raters > 1 && complete.every(({ length }) => length === raters);
  return {
    pairwise: pairwise(complete),
    fleissKappa: equal ? fleissKappa(complete) : undefined,
    nominalAlpha: krippendorffAlpha(items, 'nominal'),
    ordinalAlpha: krippendorffAlpha(items, 'ordinal'),
    intervalAlpha: krippendorffAlpha(items, 'interval'),
  };
}

function given(ratings: readonly (number | null)[]): number[] {
  return ratings.filter((rating) => rating !== null);
}

/** Share of pairs of ratings of one item that are alike. */
function pairwise(ratings_I_R: readonly (readonly number[])[]): number | undefined {
  let [alike, pairs] = [0, 0];
  for (const ratings_R of ratings_I_R) {
    pairs += (ratings_R.length * (ratings_R.length - 1)) / 2;
    ratings_R.forEach((rating, i) => {
      for (const other of ratings_R.slice(i + 1)) if (other === rating) alike += 1;
    });
  }
  return pairs === 0 ? undefined : alike / pairs;
}
