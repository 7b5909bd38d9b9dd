/** The comparison of one suite's systems as plain data: what is unknown is null. */
import type { Cost, Part, RankedRow, Score, SuiteComparison } from '../../bench/comparison.ts';
import type { System } from '../../bench/read-system.ts';
import type { Interval } from '../../stats/interval.ts';
import { paretoFront } from '../../stats/pareto-front.ts';
import type {
  ComparedCost,
  ComparedInterval,
  ComparedParts,
  ComparedProblems,
  ComparedScore,
  ComparedSuite,
  ComparedSystem,
} from '../api/compare.ts';
import type { SystemSource } from './find-systems.ts';
import { keyOf } from './selection.ts';

export function comparedSuite(
  { suite, rows, pairs, warnings }: SuiteComparison,
  pages: readonly ComparedProblems[],
  sourceOf: ReadonlyMap<System, SystemSource>,
): ComparedSuite {
  const several = [...new Set(rows.flatMap((row) => row.several.map(({ k }) => k)))].sort((a, b) => a - b);
  const counts = several.length === 0 ? [] : [1, ...several];
  const numberOf = new Map(rows.map(({ name }, index) => [name, index]));
  return {
    ...{ name: suite.name, version: suite.version, kind: suite.kind, scale: suite.scale },
    systems: rows.map((row) => comparedSystem(row, counts, sourceOf.get(row.system))),
    pairs: pairs.map(({ better, worse, difference, ...rest }) => ({
      better: numberOf.get(better.name) ?? 0,
      worse: numberOf.get(worse.name) ?? 0,
      difference: { ...difference },
      ...rest,
    })),
    parts: partsOf(rows),
    counts,
    front: { tokens: frontOf(rows, (cost) => cost.completionTokens) ?? [], dollars: dollarFront(rows) },
    warnings,
    problems: pages.reduce((sum, page) => sum + page.rows.length, 0),
    problemPages: pages.length,
  };
}

function comparedSystem(
  row: RankedRow,
  counts: readonly number[],
  source: SystemSource | undefined,
): ComparedSystem {
  const { name, system, score, cost, relative, ranks, several } = row;
  const { model, scaffold, judge = null, otherJudges, counts: made, points_P_R } = system;
  const path = source?.path ?? system.directory;
  const atK = (kind: 'best' | 'pass') =>
    counts.map((k) => {
      // One attempt's best is its score; of its chance of full marks the comparison says nothing.
      if (k === 1) return kind === 'best' ? intervalOf(score.mean) : null;
      return intervalOf(several.find((one) => one.k === k)?.[kind]);
    });
  return {
    ...{ name, path, model, scaffold, judge },
    key: source === undefined ? '' : keyOfSource(source),
    run: source?.id ?? '',
    otherJudges: otherJudges.map((other) => ({
      name: other,
      key: keyOf({ kind: 'judge', path, judge: other }),
    })),
    score: scoreOf(score),
    deviation: score.deviation ?? null,
    bounds: score.bounds ?? null,
    runs: points_P_R[0]?.length ?? 0,
    counts: {
      ...{ wanted: made.wanted, missing: made.missing, pending: made.pending },
      graded: made.ungraded.graded,
      ungraded: made.ungraded.byCause.map(([cause, count]) => ({ cause, count })),
    },
    cost: cost === undefined ? null : costOf(cost),
    relative: relative ?? null,
    ranks: { low: ranks.low, high: ranks.high },
    best: atK('best'),
    pass: atK('pass'),
  };
}

export function keyOfSource(source: SystemSource): string {
  const { path } = source;
  if (source.kind === 'recipe') {
    return keyOf({ kind: 'evaluation', path, checkpoint: source.checkpoint, scaffold: source.evaluated });
  }
  return keyOf(
    source.judge === undefined ? { kind: 'run', path } : { kind: 'judge', path, judge: source.judge },
  );
}

function scoreOf({ mean, problems, graded, ungraded }: Score): ComparedScore {
  return { mean: intervalOf(mean), problems, graded, ungraded };
}

function intervalOf(interval: Interval | undefined): ComparedInterval | null {
  if (interval === undefined) return null;
  const { estimate, low, high } = interval;
  return { estimate, low, high };
}

function costOf({ calls, completionTokens, dollars, cut, judgeTokens, judgeDollars }: Cost): ComparedCost {
  return {
    calls: calls ?? null,
    tokens: completionTokens,
    dollars: dollars ?? null,
    cut,
    judgeTokens: judgeTokens ?? null,
    judgeDollars: judgeDollars ?? null,
  };
}

function partsOf(rows: readonly RankedRow[]): ComparedParts[] {
  const tags = [...new Set(rows.flatMap(({ parts }) => parts.map(({ tag }) => tag)))];
  return tags.map((tag) => {
    const own = rows.map(({ parts }) => parts.filter((part) => part.tag === tag));
    const values = [...new Set(own.flatMap((parts) => parts.map(({ value }) => value)))];
    const find = (parts: readonly Part[], value: string): Part | undefined =>
      parts.find((part) => part.value === value);
    return {
      tag,
      values: values.map((value) => ({
        value,
        problems: Math.max(...own.map((parts) => find(parts, value)?.score.problems ?? 0)),
      })),
      scores: own.map((parts) =>
        values.map((value) => {
          const part = find(parts, value);
          return part === undefined ? null : scoreOf(part.score);
        }),
      ),
    };
  });
}

function dollarFront(rows: readonly RankedRow[]): number[] | null {
  const arePriced = rows.length > 0 && rows.every(({ cost }) => (cost?.dollars ?? 0) > 0);
  return (arePriced ? frontOf(rows, (cost) => cost.dollars) : undefined) ?? null;
}

function frontOf(rows: readonly RankedRow[], of: (cost: Cost) => number | undefined): number[] | undefined {
  const points = rows.flatMap(({ score, cost }, index) => {
    const paid = cost === undefined ? undefined : of(cost);
    return score.mean === undefined || paid === undefined || paid <= 0
      ? []
      : [{ cost: paid, score: score.mean.estimate, index }];
  });
  return points.length === 0 ? undefined : paretoFront(points).map(({ index }) => index);
}
