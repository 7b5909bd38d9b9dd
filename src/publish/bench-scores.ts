/** Scores of runs of `qed bench` as a card shows them. NULL-NOT-ZERO: attempts without a grade are counted apart. */
import { compareSystems } from '../bench/comparison.ts';
import { readSystem } from '../bench/read-system.ts';
import type { Interval } from '../stats/interval.ts';

export interface BenchScore {
  readonly suite: string;
  readonly scaffold: string;
  readonly judge: string;
  /** In percent of full marks. */
  readonly score: Interval;
  readonly graded: number;
  readonly ungraded: number;
}

/** One of each run directory. Throws a SystemError for what is no such run, and an Error for one without a grade. */
export async function benchScores(directories: readonly string[]): Promise<BenchScore[]> {
  const scores: BenchScore[] = [];
  for (const directory of directories) {
    const system = await readSystem(directory);
    const [row] = compareSystems([system]).flatMap(({ rows }) => rows);
    if (row?.score.mean === undefined || system.judge === undefined)
      throw new Error(`${directory}: nothing of it is graded yet; qed grade or qed bench goes on with it`);
    const { mean: score, graded, ungraded } = row.score;
    const suite = `${system.suite.name} ${system.suite.version}`.trim();
    scores.push({ suite, scaffold: system.scaffold, judge: system.judge, score, graded, ungraded });
  }
  return scores;
}
