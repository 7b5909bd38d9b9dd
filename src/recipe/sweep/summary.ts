/**
 * The result of a sweep as figures: scores of every arm over problems and seeds, paired differences to the first arm with
 * Holm's correction, and what each arm took. Everything is in percent of full marks; tables.ts, picture.ts and the JSON are
 * laid out from this.
 */

import { holm } from '../../stats/compare/multiplicity.ts';
import type { Interval } from '../../stats/interval.ts';
import { likeScores } from '../../stats/like-scores.ts';
import { meanScore } from '../../stats/mean-score.ts';
import { mean } from '../../stats/moments.ts';
import { pairedDifference } from '../../stats/paired-difference.ts';
import { Random } from '../../stats/random.ts';
import { runDeviation } from '../../stats/run-deviation.ts';
import type { Setting } from './arms.ts';
import { type ArmCurve, curvesOf } from './curves.ts';
import { type Measure, measuresOf, sweptStages } from './measures.ts';
import type { ArmResult, ScoresByProblem } from './read-arm.ts';
import { type StageUseRow, usesOf } from './uses.ts';

export interface ArmScore {
  readonly measure: string;
  /** Over problems and seeds; absent where nothing is graded. */
  readonly mean: Interval | undefined;
  /** By seed. */
  readonly seeds: readonly { readonly seed: number; readonly mean: number | undefined }[];
  /** Sample standard deviation of the seeds' means; absent with one seed. */
  readonly deviation: number | undefined;
  readonly problems: number;
  readonly graded: number;
  readonly ungraded: number;
}

export interface ArmDifference {
  readonly measure: string;
  /** Label of the arm; the other is the first arm. */
  readonly arm: string;
  readonly difference: Interval;
  readonly pValue: number;
  /** Holm's, over the arms that are compared by this measure. */
  readonly corrected: number;
  readonly problems: number;
  /** Difference of the means of each seed that both arms have: where these disagree, training anew would change the sign. */
  readonly seeds: readonly { readonly seed: number; readonly difference: number }[];
}

/** All seeds of one combination of values. */
export interface ArmSummary {
  readonly label: string;
  readonly settings: readonly Setting[];
  readonly runs: readonly { readonly name: string; readonly seed: number }[];
  readonly scores: readonly ArmScore[];
  readonly uses: readonly StageUseRow[];
  readonly curves: readonly ArmCurve[];
}

export interface SweepSummary {
  readonly measures: readonly { readonly id: string; readonly title: string }[];
  readonly arms: readonly ArmSummary[];
  readonly differences: readonly ArmDifference[];
}

/** Of the arms that have results, in their order. */
export function summarise(results: readonly ArmResult[]): SweepSummary {
  const measures = measuresOf(results);
  const swept = sweptStages(results.map(({ arm }) => arm));
  const groups = [...Map.groupBy(results, ({ arm }) => arm.label)];
  const arms = groups.map(([label, runs]): ArmSummary => {
    return {
      label,
      settings: runs[0]?.arm.settings ?? [],
      runs: runs.map(({ arm: { name, seed } }) => ({ name, seed })),
      scores: measures.flatMap((measure) => scoreOf(measure, runs) ?? []),
      uses: usesOf(runs, swept),
      curves: curvesOf(runs, swept),
    };
  });
  const [first, ...others] = groups;
  return {
    measures: measures.map(({ id, title }) => ({ id, title })),
    arms,
    differences:
      first === undefined ? [] : measures.flatMap((measure) => differencesOf(measure, first[1], others)),
  };
}

const percents = (scores: readonly (number | null)[]): (number | null)[] =>
  scores.map((score) => (score === null ? null : 100 * score));

function scoreOf(measure: Measure, runs: readonly ArmResult[]): ArmScore | undefined {
  const bySeed = runs.flatMap((run) => {
    const scores = measure.scores(run);
    return scores === undefined ? [] : [{ seed: run.arm.seed, scores }];
  });
  if (bySeed.length === 0) return undefined;
  const pooled = pool(bySeed.map(({ scores }) => scores));
  const random = new Random('sweep', measure.id);
  const { mean: average, coverage } = meanScore([...pooled.values()].map(percents), {
    random,
    fullMarks: 100,
  });
  const seeds = bySeed.map(({ seed, scores }) => ({
    seed,
    mean: meanOfProblems([...scores.values()].map(percents)),
  }));
  const means = seeds.map((one) => one.mean ?? null);
  return {
    measure: measure.id,
    mean: average,
    seeds,
    deviation: runDeviation([means]).deviation,
    problems: coverage.problems,
    graded: coverage.graded,
    ungraded: coverage.ungraded,
  };
}

function seedMean(measure: Measure, runs: readonly ArmResult[], seed: number): number | undefined {
  const run = runs.find(({ arm }) => arm.seed === seed);
  const scores = run && measure.scores(run);
  return scores && meanOfProblems([...scores.values()].map(percents));
}

/** Every problem with a graded attempt weighs the same. */
function meanOfProblems(scores_P_A: readonly (readonly (number | null)[])[]): number | undefined {
  const means = scores_P_A.flatMap((scores_A) => {
    const graded = scores_A.filter((score) => score !== null);
    return graded.length === 0 ? [] : [mean(graded)];
  });
  return means.length === 0 ? undefined : mean(means);
}

/** A problem that several seeds have has the attempts of all of them. */
function pool(all: readonly ScoresByProblem[]): Map<string, (number | null)[]> {
  const pooled = new Map<string, (number | null)[]>();
  for (const scores of all)
    for (const [problem, attempts] of scores) {
      pooled.set(problem, [...(pooled.get(problem) ?? []), ...attempts]);
    }
  return pooled;
}

/** Over the problems that both arms have graded attempts at, of the seeds that both have. */
function differencesOf(
  measure: Measure,
  first: readonly ArmResult[],
  others: readonly (readonly [string, readonly ArmResult[]])[],
): ArmDifference[] {
  const found = others.flatMap(([label, runs]): Omit<ArmDifference, 'corrected'>[] => {
    const scored = (those: readonly ArmResult[]) => those.filter((run) => measure.scores(run) !== undefined);
    const seedsOf = (those: readonly ArmResult[]) => scored(those).map(({ arm }) => arm.seed);
    const seeds = seedsOf(first).filter((seed) => seedsOf(runs).includes(seed));
    const graded = (those: readonly ArmResult[]): Map<string, number[]> => {
      const own = those.filter(({ arm }) => seeds.includes(arm.seed));
      const pooled = pool(own.flatMap((run) => measure.scores(run) ?? []));
      return new Map(
        [...pooled].map(([id, scores]) => [id, percents(scores).filter((score) => score !== null)]),
      );
    };
    const [ours, theirs] = [graded(runs), graded(first)];
    const problems = [...ours.keys()].filter(
      (id) => (ours.get(id)?.length ?? 0) > 0 && (theirs.get(id)?.length ?? 0) > 0,
    );
    if (problems.length === 0) return [];
    const rows = (of: ReadonlyMap<string, readonly number[]>) => problems.map((id) => of.get(id) ?? []);
    const random = new Random('sweep', 'difference', measure.id, label);
    const { estimate, low, high, pValue } = pairedDifference(rows(ours), rows(theirs), { random });
    // Arms that differ alike on all problems, mostly by nothing, may differ otherwise on others.
    const difference =
      low === high
        ? likeScores(estimate, problems.length, { least: -100, most: 100 })
        : { estimate, low, high };
    const bySeed = seeds.flatMap((seed) => {
      const [one, other] = [runs, first].map((those) => seedMean(measure, those, seed));
      return one === undefined || other === undefined ? [] : [{ seed, difference: one - other }];
    });
    return [
      { measure: measure.id, arm: label, difference, pValue, problems: problems.length, seeds: bySeed },
    ];
  });
  const corrected = holm(found.map(({ pValue }) => pValue));
  return found.map((one, i) => ({ ...one, corrected: corrected[i] ?? 1 }));
}
