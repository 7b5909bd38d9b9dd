/**
 * Problems by systems, in pages of which none is large, however many attempts there are. NULL-NOT-ZERO: what has no grade is null,
 * what was not attempted is said to be so.
 */
import type { RankedRow } from '../../bench/comparison.ts';
import type { System } from '../../bench/read-system.ts';
import type { Problem } from '../../problems/problem.ts';
import type { ComparedProblem, ComparedProblems } from '../api/compare.ts';
import type { SystemSource } from './find-systems.ts';
import { proofStem } from './proof-stem.ts';

const mostRows = 500;
/** Attempts a page, a few bytes each. */
const mostAttempts = 100_000;
const excerptLength = 160;

/** Absent from the points of a problem, in the stead of a number. */
export const notAttempted = -1;

export function comparedProblems(
  rows: readonly RankedRow[],
  sourceOf: ReadonlyMap<System, SystemSource>,
): ComparedProblems[] {
  const places = rows.map(({ system }) => new Map(system.problems.map(({ id }, p) => [id as string, p])));
  const problems = new Map<string, Problem>();
  for (const { system } of rows) for (const problem of system.problems) problems.set(problem.id, problem);
  const attempts = rows.reduce((sum, { system }) => sum + (system.points_P_R[0]?.length ?? 0), 0);
  const size = Math.max(1, Math.min(mostRows, Math.floor(mostAttempts / Math.max(1, attempts))));
  const pages: ComparedProblem[][] = [];
  for (const problem of problems.values()) {
    const row = comparedProblem(problem, rows, places, sourceOf);
    const page = pages.at(-1);
    if (page === undefined || page.length === size) pages.push([row]);
    else page.push(row);
  }
  return pages.map((own) => ({ rows: own }));
}

function comparedProblem(
  { id, tags, statement }: Problem,
  rows: readonly RankedRow[],
  places: readonly ReadonlyMap<string, number>[],
  sourceOf: ReadonlyMap<System, SystemSource>,
): ComparedProblem {
  return {
    id,
    tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)])),
    excerpt: statement.replaceAll(/\s+/g, ' ').slice(0, excerptLength).toWellFormed(),
    points: rows.map(({ system }, s) => {
      const p = places[s]?.get(id);
      if (p === undefined) return [];
      return (system.points_P_R[p] ?? []).map((points, run) =>
        system.attempts_P_R[p]?.[run] === undefined ? notAttempted : rounded(points),
      );
    }),
    proofs: rows.map(({ system }, s) => {
      const p = places[s]?.get(id);
      const source = sourceOf.get(system);
      return p === undefined || source === undefined ? null : proofStem(source, p);
    }),
  };
}

/** Shares of points that a lab's schemes give have more digits than anyone reads. */
function rounded(points: number | null): number | null {
  return points === null ? null : Math.round(points * 1000) / 1000;
}
