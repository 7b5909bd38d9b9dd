/**
 * Compares two systems or more on the same problems: scores with intervals, every pair with its paired difference and
 * a sign-flip permutation p-value, corrected for the number of pairs, and ranks with what is uncertain about them.
 * Everything is computed on the problems that all systems share (`align-systems.ts`), from the same resamples.
 */
import { type Arm, type BootstrapOptions, contrast_P, intervalFromResamples } from '../contrast-interval.ts';
import type { Interval } from '../interval.ts';
import { mean } from '../moments.ts';
import { signFlipPValue } from '../sign-flip.ts';
import { type ArmResamples, twoLevelResamples } from '../two-level-resamples.ts';
import { type AlignedSystem, alignSystems, type LeftOutProblem, type ScoredSystem } from './align-systems.ts';
import { benjaminiHochberg, holm } from './multiplicity.ts';
import { type RankInterval, ranksByBootstrap, ranksBySignificance } from './rank-intervals.ts';

export interface ComparedSystem {
  readonly name: string;
  /** Mean over the compared problems, each weighing the same. */
  readonly score: Interval;
  /** Graded attempts at the compared problems. */
  readonly graded: number;
  /** Attempts without a grade, at any problem. */
  readonly ungraded: number;
  /** 1 for the highest score; equal scores share the best rank that they take up. */
  readonly rank: number;
  /** From pairs that are significant after Holm's correction: all true ranks lie within at once, 95 % of the time. */
  readonly rankInterval: RankInterval;
  /** The middle 95 % of ranks when problems are drawn anew; no claim about nearly equal systems. */
  readonly resampledRanks: RankInterval;
}

export interface ComparedPair {
  /** The system with the higher score, and the lower; by place where they are equal. */
  readonly better: string;
  readonly worse: string;
  /** Mean of `better − worse` over problems, never below 0, and its two-level interval. */
  readonly difference: Interval;
  /** Two-sided sign-flip permutation test over problems. */
  readonly pValue: number;
  /** Adjusted over all pairs: Holm bounds the chance of any false claim, Benjamini–Hochberg the share of false ones. */
  readonly holm: number;
  readonly benjaminiHochberg: number;
  /** `holm` is at most 0.05. */
  readonly significant: boolean;
}

export interface SystemComparison {
  /** Ids of the compared problems. */
  readonly problems: readonly string[];
  readonly leftOut: readonly LeftOutProblem[];
  /** From the highest score to the lowest. */
  readonly systems: readonly ComparedSystem[];
  /** Every pair once, in the order of the systems. */
  readonly pairs: readonly ComparedPair[];
}

export interface CompareOptions extends BootstrapOptions {
  /** Random sign patterns of each permutation test; 10,000 unless given. */
  readonly permutations?: number;
  /** Best score that an attempt can have, the worst being 0: scores' intervals stay within. */
  readonly fullMarks?: number;
}

/** Level of the tests and of the ranks that follow from them. */
const LEVEL = 0.05;

/**
 * Attempts of different systems are taken to be independent; of turns of the same trajectories, compare
 * differences with `meanInterval`. Throws with fewer than two systems, on systems of one name, and where they share no
 * graded problem. The same `random` gives the same comparison, whatever the order of the systems.
 *
 * @example
 * compareSystems([{ name: 'SFT', scores: new Map([['p1', [7, 0]], …]) }, { name: 'RL', scores }], { random })
 */
export function compareSystems(systems: readonly ScoredSystem[], options: CompareOptions): SystemComparison {
  const { random, resamples = 2000, permutations = 10_000, fullMarks } = options;
  if (systems.length < 2) throw new RangeError(`compare: ${systems.length} system; it takes two to compare`);
  const { problems, leftOut, systems: unsorted } = alignSystems(systems);
  if (problems.length === 0) {
    throw new RangeError('compare: there is no problem at which every system has a graded attempt');
  }
  const means = new Map(unsorted.map((system) => [system, meanOf(system)]));
  // By name where scores are equal, so that the order in which systems are given decides nothing.
  const sorted = unsorted.toSorted(
    (a, b) => (means.get(b) ?? 0) - (means.get(a) ?? 0) || (a.name < b.name ? -1 : 1),
  );
  const drawn = twoLevelResamples(
    sorted.map(({ graded_P_A }) => graded_P_A),
    { random: random.fork('compare', 'bootstrap'), resamples },
  );
  const contrastOf = (terms: readonly (readonly [weight: number, system: number])[]) => {
    const arms = terms.map(([weight, s]): Arm => ({ weight, values_P_A: sorted[s]?.graded_P_A ?? [] }));
    const armsDrawn = terms.flatMap(([, s]) => drawn[s] ?? []);
    return { arms, interval: intervalFromResamples(arms, armsDrawn) };
  };

  const indices = sorted.map((_, s) => s);
  const tested = indices.flatMap((better) =>
    indices.slice(better + 1).map((worse) => {
      const { arms, interval } = contrastOf([
        [1, better],
        [-1, worse],
      ]);
      const flips = random.fork('compare', 'sign-flip', better, worse);
      return {
        ...{ better, worse, difference: interval },
        pValue: signFlipPValue(contrast_P(arms), { random: flips, permutations }),
      };
    }),
  );
  const pValues = tested.map(({ pValue }) => pValue);
  const [byHolm, byBenjaminiHochberg] = [holm(pValues), benjaminiHochberg(pValues)];
  const claimed = tested.filter((_, i) => (byHolm[i] ?? 1) <= LEVEL);
  const rankIntervals = ranksBySignificance(sorted.length, claimed);
  const resampledRanks = ranksByBootstrap(
    // One problem drawn anew is the same problem: of that no rank follows.
    problems.length > 1 ? sorted.map((system, s) => resampledMeans(meanOf(system), drawn[s])) : [],
  );
  const nameOf = (s: number) => sorted[s]?.name ?? '';
  return {
    problems,
    leftOut,
    systems: sorted.map((system, s) => ({
      name: system.name,
      score: within(contrastOf([[1, s]]).interval, fullMarks),
      graded: system.graded_P_A.flat().length,
      ungraded: system.ungraded,
      rank: 1 + sorted.filter((other) => (means.get(other) ?? 0) > (means.get(system) ?? 0)).length,
      rankInterval: rankIntervals[s] ?? { low: 1, high: sorted.length },
      resampledRanks: resampledRanks[s] ?? { low: 1, high: sorted.length },
    })),
    pairs: tested.map(({ better, worse, difference, pValue }, i) => ({
      ...{ better: nameOf(better), worse: nameOf(worse), difference, pValue },
      holm: byHolm[i] ?? 1,
      benjaminiHochberg: byBenjaminiHochberg[i] ?? 1,
      significant: (byHolm[i] ?? 1) <= LEVEL,
    })),
  };
}

function meanOf({ graded_P_A }: AlignedSystem): number {
  return mean(graded_P_A.map(mean));
}

function within({ estimate, low, high }: Interval, fullMarks: number | undefined): Interval {
  if (fullMarks === undefined) return { estimate, low, high };
  return { estimate, low: Math.max(0, low), high: Math.min(fullMarks, high) };
}

/** Means when problems are drawn whole: their means carry the noise of attempts already. */
function resampledMeans(centre: number, drawn: ArmResamples | undefined): Float64Array {
  return Float64Array.from(drawn?.problems_R ?? [], (deviation) => centre + deviation);
}
