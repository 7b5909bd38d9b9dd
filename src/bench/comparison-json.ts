/** A comparison as plain JSON, for other programs; `problems` adds every score of every problem. */
import type { Json } from '../journal/journal.ts';
import type { Interval } from '../stats/interval.ts';
import type { RankedRow, Score, SuiteComparison } from './comparison.ts';

export function comparisonJson(suites: readonly SuiteComparison[], problems: boolean): Json {
  return {
    suites: suites.map(({ suite, rows, pairs, warnings }) => ({
      suite: { ...suite },
      warnings,
      systems: rows.map((row) => systemJson(row, problems)),
      pairs: pairs.map(({ better, worse, difference, ...rest }) => ({
        better: better.name,
        worse: worse.name,
        difference: { ...difference },
        ...rest,
      })),
    })),
  };
}

function systemJson(
  { name, system, score, cost, relative, parts, several, ranks }: RankedRow,
  problems: boolean,
): Json {
  const { directory, model, scaffold, judge = null, otherJudges, counts } = system;
  return {
    ...{ name, directory, model, scaffold, judge, otherJudges },
    counts: {
      ...{ wanted: counts.wanted, missing: counts.missing, pending: counts.pending },
      graded: counts.ungraded.graded,
      ungraded: Object.fromEntries(counts.ungraded.byCause),
    },
    score: scoreJson(score),
    cost:
      cost === undefined
        ? null
        : {
            ...cost,
            calls: cost.calls ?? null,
            tokens: cost.tokens ?? null,
            dollars: cost.dollars ?? null,
            judgeTokens: cost.judgeTokens ?? null,
            judgeDollars: cost.judgeDollars ?? null,
          },
    relativeToSingleTurn: relative ?? null,
    ranks: { ...ranks },
    several: several.map(({ k, problems: covered, best, pass }) => ({
      ...{ k, problems: covered, best: intervalJson(best), pass: intervalJson(pass) },
    })),
    parts: parts.map(({ tag, value, score: own }) => ({ tag, value, score: scoreJson(own) })),
    ...(problems
      ? {
          problems: system.problems.map(({ id, tags }, p) => ({
            id,
            tags: { ...tags },
            points: system.points_P_R[p] ?? [],
          })),
        }
      : {}),
  };
}

function scoreJson({ mean, deviation, bounds, ...counts }: Score): Json {
  return { mean: intervalJson(mean), deviation: deviation ?? null, bounds: bounds ?? null, ...counts };
}

function intervalJson(one: Interval | undefined): Json {
  return one === undefined ? null : { ...one };
}
