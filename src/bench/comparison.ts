/**
 * Systems side by side, as data: scores with intervals and run-to-run deviation, what they took, the same by category
 * and level, and paired tests between every two systems of a suite with Holm's correction. Figures are only computed
 * here; comparison-tables.ts lays them out.
 */
import { alignSystems } from '../stats/compare/align-systems.ts';
import { compareSystems as compareOnSharedProblems } from '../stats/compare/compare-systems.ts';
import type { RankInterval } from '../stats/compare/rank-intervals.ts';
import type { Interval } from '../stats/interval.ts';
import { likeScores } from '../stats/like-scores.ts';
import { meanScore } from '../stats/mean-score.ts';
import { mean } from '../stats/moments.ts';
import { Random } from '../stats/random.ts';
import { runDeviation } from '../stats/run-deviation.ts';
import type { System } from './read-system.ts';
import { type SeveralAttempts, severalAttempts } from './several-attempts.ts';

/** In percent of full marks. */
export interface Score {
  /** Absent where nothing is graded. */
  readonly mean: Interval | undefined;
  /** Sample standard deviation of run means: the paper's `(±)`. Absent with one run. */
  readonly deviation: number | undefined;
  /** If every ungraded attempt had scored nothing, or full marks. */
  readonly bounds: { readonly low: number; readonly high: number } | undefined;
  readonly problems: number;
  readonly graded: number;
  readonly ungraded: number;
}

/** For one attempt, on average. */
export interface Cost {
  /** Undefined where they are not on record. */
  readonly calls: number | undefined;
  /** Prompt and reply. */
  readonly tokens: number | undefined;
  readonly completionTokens: number;
  /** Undefined where a model has no price. */
  readonly dollars: number | undefined;
  /** Of its grading; undefined where it is not on record. */
  readonly judgeTokens: number | undefined;
  readonly judgeDollars: number | undefined;
  /** Share of attempts of which some call was cut at its limit of tokens. */
  readonly cut: number;
}

export interface Row {
  /** Short, and different for every system of the suite. */
  readonly name: string;
  readonly system: System;
  readonly score: Score;
  readonly cost: Cost | undefined;
  /** Completion tokens relative to the single turn of the same model, where that is among the systems. */
  readonly relative: number | undefined;
  /** By the values of each tag. */
  readonly parts: readonly Part[];
  /** In percent. Empty with one attempt at each problem. */
  readonly several: readonly SeveralAttempts[];
}

/** A row with the ranks that it may truly have, 95 % of the time for all rows at once. */
export interface RankedRow extends Row {
  readonly ranks: RankInterval;
}

export interface Part {
  readonly tag: string;
  readonly value: string;
  readonly score: Score;
}

export interface Pair {
  readonly better: Row;
  readonly worse: Row;
  readonly problems: number;
  /** Percent of full marks, `better` minus `worse`. */
  readonly difference: Interval;
  readonly pValue: number;
  /** Holm's, over all pairs of the suite. */
  readonly corrected: number;
}

/** All systems of one suite. */
export interface SuiteComparison {
  readonly suite: System['suite'];
  /** In the order in which they were given. */
  readonly rows: readonly RankedRow[];
  readonly pairs: readonly Pair[];
  /** What a reader has to know. */
  readonly warnings: readonly string[];
}

/** Tags that suites are split by, in the order of the tables. */
const splitBy = ['subset', 'category', 'level', 'contest', 'year', 'steps'];
const fullMarks = 7;
const mostValues = 24;

/** By suite, in the order in which suites first come. */
export function compareSystems(systems: readonly System[], seed = 1): SuiteComparison[] {
  const names = namesOf(systems);
  const bySuite = new Map<string, System[]>();
  for (const system of systems) {
    const key = `${system.suite.name} ${system.suite.scale}`;
    bySuite.set(key, [...(bySuite.get(key) ?? []), system]);
  }
  return [...bySuite.values()].map((own) => compareSuite(own, names, seed));
}

function compareSuite(
  systems: readonly System[],
  names: ReadonlyMap<System, string>,
  seed: number,
): SuiteComparison {
  const [first] = systems;
  if (first === undefined) throw new Error('a suite without systems');
  const costs = new Map(systems.map((system) => [system, costOf(system)]));
  const rows = systems.map((system): Row => {
    const single = systems.find((other) => other.model === system.model && isSingleTurn(other));
    const [own, base] = [costs.get(system), single && costs.get(single)];
    return {
      name: names.get(system) ?? '',
      system,
      score: scoreOf(system, () => true, seed),
      cost: own,
      relative:
        own === undefined || base === undefined || base.completionTokens === 0
          ? undefined
          : own.completionTokens / base.completionTokens,
      parts: partsOf(system, seed),
      several: severalOf(system, seed),
    };
  });
  return { suite: first.suite, ...ranked(rows, seed), warnings: warningsOf(rows) };
}

/** The parts of scaffold, model, judge and directory by which systems differ. */
function namesOf(systems: readonly System[]): Map<System, string> {
  const clashing = (system: System, text: (system: System) => string): System[] =>
    systems.filter((other) => other.suite.name === system.suite.name && text(other) === text(system));
  const areOfOneScaffold = new Set(systems.map(({ scaffold }) => scaffold)).size === 1;
  const scaffoldText = (system: System): string => {
    const short = scaffoldName(system);
    const hasOtherSettings = systems.some(
      (other) =>
        other.model === system.model && scaffoldName(other) === short && other.scaffold !== system.scaffold,
    );
    return hasOtherSettings ? system.scaffold : short;
  };
  const usual = (system: System): string => {
    const scaffold = areOfOneScaffold ? '' : scaffoldText(system);
    return scaffold === '' ? system.model : `${system.model} + ${scaffold}`;
  };
  const judged = (system: System): string => {
    const judges = new Set(clashing(system, usual).map(({ judge }) => judge));
    return judges.size < 2 ? usual(system) : `${usual(system)} + judge ${system.judge ?? 'ungraded'}`;
  };
  return new Map(
    systems.map((system) => {
      const isAlone = clashing(system, judged).length === 1;
      return [system, isAlone ? judged(system) : `${judged(system)} (${system.directory})`];
    }),
  );
}

function isSingleTurn({ scaffold }: System): boolean {
  return /^single-turn\b/.test(scaffold);
}

/** Without settings; nothing for a single turn. */
function scaffoldName(system: System): string {
  return isSingleTurn(system) ? '' : (/^[a-z-]+/.exec(system.scaffold)?.[0] ?? system.scaffold);
}

function scoreOf(system: System, isMeant: (index: number) => boolean, seed: number): Score {
  const points_P_R = system.points_P_R.filter((_, index) => isMeant(index));
  const {
    mean: average,
    bounds,
    coverage,
  } = meanScore(points_P_R, {
    random: new Random(seed, 'score'),
    fullMarks,
  });
  const deviation = runDeviation(points_P_R).deviation;
  return {
    mean: average === undefined ? undefined : mapInterval(average, percentOf),
    deviation: deviation === undefined ? undefined : percentOf(deviation),
    bounds:
      bounds === undefined
        ? undefined
        : { low: percentOf(bounds.ungradedZero.estimate), high: percentOf(bounds.ungradedFull.estimate) },
    problems: coverage.problems,
    graded: coverage.graded,
    ungraded: coverage.ungraded,
  };
}

function mapInterval({ estimate, low, high }: Interval, map: (value: number) => number): Interval {
  return { estimate: map(estimate), low: map(low), high: map(high) };
}

function costOf({ attempts_P_R, grades_P_R, isSummary = false }: System): Cost | undefined {
  const attempts = attempts_P_R.flat().filter((row) => row !== undefined);
  const grades = grades_P_R.flat().filter((row) => row !== undefined);
  if (attempts.length === 0) return undefined;
  const dollars = attempts.map((row) => row.dollars);
  const judgeDollars = grades.map((row) => row.dollars);
  return {
    calls: isSummary ? undefined : mean(attempts.map(({ calls }) => calls)),
    tokens: isSummary
      ? undefined
      : mean(attempts.map(({ promptTokens, completionTokens }) => promptTokens + completionTokens)),
    completionTokens: mean(attempts.map(({ completionTokens }) => completionTokens)),
    dollars: meanOfKnown(dollars),
    judgeTokens: isSummary
      ? undefined
      : grades.length === 0
        ? 0
        : mean(grades.map(({ promptTokens, completionTokens }) => promptTokens + completionTokens)),
    judgeDollars: meanOfKnown(judgeDollars),
    cut: attempts.filter(({ wasCut }) => wasCut).length / attempts.length,
  };
}

function severalOf({ points_P_R }: System, seed: number): SeveralAttempts[] {
  return severalAttempts(points_P_R, { fullMarks, seed }).map(({ best, pass, ...rest }) => ({
    ...rest,
    best: best && mapInterval(best, percentOf),
    pass: pass && mapInterval(pass, (share) => 100 * share),
  }));
}

function meanOfKnown(values: readonly (number | null)[]): number | undefined {
  const known = values.filter((value) => value !== null);
  return known.length < values.length || known.length === 0 ? undefined : mean(known);
}

function partsOf(system: System, seed: number): Part[] {
  return splitBy.flatMap((tag) => {
    const values = system.problems.map(({ tags }) =>
      tags[tag] === undefined ? undefined : String(tags[tag]),
    );
    const distinct = [...new Set(values.filter((value) => value !== undefined))];
    if (distinct.length < 2 || distinct.length > mostValues) return [];
    return distinct.sort(byNumberOrText).map((value) => ({
      tag,
      value,
      score: scoreOf(system, (index) => values[index] === value, seed),
    }));
  });
}

function byNumberOrText(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Tests and ranks, over the problems that all rows have graded attempts at; none where there are no such. */
function ranked(
  rows: readonly Row[],
  seed: number,
): { readonly rows: readonly RankedRow[]; readonly pairs: readonly Pair[] } {
  const graded = rows.filter(({ score }) => score.graded > 0);
  const systems = graded.map(({ name, system }) => ({
    name,
    scores: new Map(
      system.problems.map(({ id }, p) => [
        id as string,
        (system.points_P_R[p] ?? []).map((points) => (points === null ? null : percentOf(points))),
      ]),
    ),
  }));
  const open = { low: 1, high: rows.length };
  if (systems.length < 2 || alignSystems(systems).problems.length === 0)
    return { rows: rows.map((row) => ({ ...row, ranks: open })), pairs: [] };
  const compared = compareOnSharedProblems(systems, { random: new Random(seed, 'pairs') });
  const byName = new Map(rows.map((row) => [row.name, row]));
  const rankOf = new Map(compared.systems.map(({ name, rankInterval }) => [name, rankInterval]));
  return {
    // Ungraded systems may stand anywhere among the others.
    rows: rows.map((row) => ({
      ...row,
      ranks: (graded.length === rows.length ? rankOf.get(row.name) : undefined) ?? open,
    })),
    pairs: compared.pairs.flatMap(({ better, worse, difference, pValue, holm }) => {
      const [one, other] = [byName.get(better), byName.get(worse)];
      if (one === undefined || other === undefined) return [];
      const problems = compared.problems.length;
      // Systems that differ alike on all problems, mostly by nothing, may differ otherwise on others.
      const shown =
        difference.low === difference.high
          ? likeScores(difference.estimate, problems, { least: -100, most: 100 })
          : difference;
      return [{ better: one, worse: other, problems, difference: shown, pValue, corrected: holm }];
    }),
  };
}

function percentOf(points: number): number {
  return (100 * points) / fullMarks;
}

function warningsOf(rows: readonly Row[]): string[] {
  const [first] = rows;
  const warnings: string[] = [];
  for (const { name, system, score } of rows) {
    const { missing, pending, ungraded } = system.counts;
    const causes = [
      ...ungraded.byCause.map(([cause, count]) => `${count} ${cause}`),
      ...(pending > 0 ? [`${pending} not graded yet`] : []),
    ];
    if (missing > 0)
      warnings.push(`${name}: ${missing} attempts are missing; the same qed bench makes them.`);
    if (causes.length > 0) {
      const range =
        score.bounds === undefined
          ? ''
          : `, the score between ${score.bounds.low.toFixed(1)} and ${score.bounds.high.toFixed(1)} whatever they were`;
      warnings.push(`${name}: no grade for ${causes.join(', ')}${range}.`);
    }
    if (first !== undefined && first.system !== system && !sameProblems(first.system, system))
      warnings.push(
        `${name} was run on other problems than ${first.name}; tests are over those that all have.`,
      );
    if (first !== undefined && first.system.judge !== system.judge)
      warnings.push(
        `${name} was graded by ${system.judge ?? 'nobody'}, ${first.name} by ${first.system.judge ?? 'nobody'}.`,
      );
    if (first !== undefined && first.system.suite.version !== system.suite.version)
      warnings.push(
        `${name} used version ${system.suite.version} of the suite, ${first.name} ${first.system.suite.version}.`,
      );
  }
  return warnings;
}

function sameProblems(a: System, b: System): boolean {
  const ids = ({ problems }: System): string =>
    problems
      .map(({ id }) => id)
      .sort()
      .join('\n');
  return ids(a) === ids(b);
}
