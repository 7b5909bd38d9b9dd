/**
 * Which problems of measured difficulty a training set keeps: none that was measured too little, is too easy, or was
 * never solved; and of the others so many, of such a shape. What is drawn depends on the problems, the settings and the
 * seed alone.
 */
import { Random } from '../../stats/random.ts';
import { fillBins } from './fill-bins.ts';
import { binCount, binOf, targetShares } from './target-shape.ts';

export interface SelectSettings {
  /** Graded attempts below which a difficulty says too little. */
  readonly minAttempts: number;
  /** Mean reward above which a problem is too easy. */
  readonly maxReward: number;
  /** Attempts with full marks below which it counts as never solved. */
  readonly minSolved: number;
  /** Problems to draw. Without it everything stays that the rules leave. */
  readonly size?: number | undefined;
  readonly peak: number;
  readonly tail: number;
  /** Each source keeps its share of what the rules leave. */
  readonly bySource: boolean;
  readonly seed: number;
}

/** What the choice depends on. */
export interface Measured {
  readonly source: string;
  readonly difficulty:
    | { readonly attempts: number; readonly meanReward: number; readonly solved?: number | undefined }
    | undefined;
}

export type Leaving = 'not-measured' | 'too-easy' | 'never-solved' | 'not-drawn';

/** For each problem why it leaves, or undefined where it stays. */
export function choose(problems: readonly Measured[], settings: SelectSettings): (Leaving | undefined)[] {
  const leaving = problems.map((problem) => ruledOut(problem, settings));
  const { size, peak, tail, maxReward, bySource, seed } = settings;
  if (size === undefined) return leaving;
  const shares = targetShares({ peak, tail, most: maxReward });
  const bySourceIndex = new Map<string, number[]>();
  for (const [index, problem] of problems.entries()) {
    if (leaving[index] !== undefined) continue;
    const stratum = bySource ? problem.source : '';
    const own = bySourceIndex.get(stratum) ?? [];
    bySourceIndex.set(stratum, own);
    own.push(index);
  }
  const strata = [...bySourceIndex].sort(([a], [b]) => (a < b ? -1 : 1));
  const counts = strata.map(([, indices]) => indices.length);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const sizes = fillBins(
    counts,
    counts.map((count) => count / all),
    size,
  );
  for (const [at, [stratum, indices]] of strata.entries()) {
    const bins = Array.from({ length: binCount }, (): number[] => []);
    for (const index of indices) bins[binOf(problems[index]?.difficulty?.meanReward ?? 0)]?.push(index);
    const taken = fillBins(
      bins.map((own) => own.length),
      shares,
      sizes[at] ?? 0,
    );
    for (const [bin, own] of bins.entries()) {
      const drawn = new Random('select', seed, stratum, bin).shuffled(own);
      for (const index of drawn.slice(taken[bin] ?? 0)) leaving[index] = 'not-drawn';
    }
  }
  return leaving;
}

function ruledOut({ difficulty }: Measured, settings: SelectSettings): Leaving | undefined {
  if (difficulty === undefined || difficulty.attempts < settings.minAttempts) return 'not-measured';
  if (difficulty.meanReward > settings.maxReward) return 'too-easy';
  // Where nobody says how many had full marks, only a mean of nothing shows that none had.
  const { solved = difficulty.meanReward > 0 ? settings.minSolved : 0 } = difficulty;
  return solved < settings.minSolved ? 'never-solved' : undefined;
}
