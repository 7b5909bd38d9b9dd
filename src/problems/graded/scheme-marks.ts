/**
 * Points of a proof from what its parts earned: the chain of checkpoints that earns most counts, and points of two chains are
 * never added; then deductions, each up to its cap, and limits. A pure function without imports that run, for the browser shows
 * the sum that is recorded.
 */
import type { GradingScheme } from '../problem.ts';

export interface Marks {
  /** By `checkpointKey`. */
  readonly checkpoints: Readonly<Record<string, number>>;
  /** By `D1`, `D2`: the points that are taken off. */
  readonly deductions: Readonly<Record<string, number>>;
  /** `L1`, `L2`: the limits that hold. */
  readonly limits: readonly string[];
}

/** What the sum needs to know of a scheme. */
export interface MarkedScheme {
  readonly chains: readonly {
    readonly checkpoints: readonly { readonly key: string; readonly points: number }[];
  }[];
  readonly deductions: readonly {
    readonly key: string;
    readonly points: number;
    readonly cap: number | null;
  }[];
  readonly limits: readonly { readonly key: string; readonly points: number }[];
}

/** Checkpoints of alternatives may have the ids of others. */
export function checkpointKey(chain: number, id: string): string {
  return chain === 0 ? id : `${chain + 1}/${id}`;
}

export function markedScheme({
  checkpoints,
  alternatives = [],
  deductions,
  limits = [],
}: GradingScheme): MarkedScheme {
  return {
    chains: [checkpoints, ...alternatives.map((one) => one.checkpoints)].map((chain, index) => ({
      checkpoints: chain.map(({ id, points }) => ({ key: checkpointKey(index, id), points })),
    })),
    deductions: deductions.map(({ points, cap }, index) => ({
      key: `D${index + 1}`,
      points,
      cap: cap ?? null,
    })),
    limits: limits.map(({ points }, index) => ({ key: `L${index + 1}`, points })),
  };
}

/** 0 to 7. */
export function pointsOfMarks(scheme: MarkedScheme, marks: Marks): number {
  const chains = scheme.chains.map(({ checkpoints }) =>
    sumOf(checkpoints.map(({ key, points }) => Math.min(points, marks.checkpoints[key] ?? 0))),
  );
  const taken = sumOf(
    scheme.deductions.map(({ key, points, cap }) => Math.min(cap ?? points, marks.deductions[key] ?? 0)),
  );
  const most = scheme.limits.flatMap(({ key, points }) => (marks.limits.includes(key) ? [points] : []));
  return Math.max(0, Math.min(7, ...most, Math.max(0, ...chains) - taken));
}

/** What is wrong with the marks, or undefined. */
export function faultOfMarks(scheme: MarkedScheme, marks: Marks): string | undefined {
  const most = new Map(
    scheme.chains.flatMap(({ checkpoints }) => checkpoints.map(({ key, points }) => [key, points] as const)),
  );
  for (const [key, points] of Object.entries(marks.checkpoints)) {
    const allowed = most.get(key);
    if (allowed === undefined) return `checkpoint ${key}: the scheme has none of this name`;
    if (points < 0 || points > allowed)
      return `checkpoint ${key}: ${points} points, where 0 to ${allowed} are expected`;
  }
  for (const [key, points] of Object.entries(marks.deductions)) {
    const found = scheme.deductions.find((one) => one.key === key);
    if (found === undefined) return `deduction ${key}: the scheme has none of this name`;
    const allowed = found.cap ?? found.points;
    if (points < 0 || points > allowed)
      return `deduction ${key}: ${points} points, where 0 to ${allowed} are expected`;
  }
  const unknown = marks.limits.find((key) => !scheme.limits.some((limit) => limit.key === key));
  return unknown === undefined ? undefined : `limit ${unknown}: the scheme has none of this name`;
}

function sumOf(values: readonly number[]): number {
  // Halves and tenths add up to what a person sees.
  return Math.round(1e6 * values.reduce((sum, value) => sum + value, 0)) / 1e6;
}
