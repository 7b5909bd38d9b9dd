/**
 * Scores of several systems, matched by the ids of problems and never by their place. NULL-NOT-ZERO: what is compared are
 * the problems at which every system has a graded attempt; the others are left out for all of them, and named.
 */
import { gradedAttempts } from '../scores.ts';

export interface ScoredSystem {
  readonly name: string;
  /** By id of the problem: a score for each attempt, null where it has none. Attempts may differ in number. */
  readonly scores: ReadonlyMap<string, readonly (number | null)[]>;
}

export interface LeftOutProblem {
  readonly problem: string;
  /** The systems without a graded attempt at it. */
  readonly missing: readonly string[];
}

export interface AlignedSystem {
  readonly name: string;
  /** Graded scores at the compared problems, in their order. */
  readonly graded_P_A: readonly (readonly number[])[];
  /** Attempts without a grade, at any problem. */
  readonly ungraded: number;
}

export interface AlignedSystems {
  /** Ids of the compared problems, ascending, so that the order of systems and files decides nothing. */
  readonly problems: readonly string[];
  readonly leftOut: readonly LeftOutProblem[];
  readonly systems: readonly AlignedSystem[];
}

/** Throws when two systems have one name, and on a score that is no finite number. */
export function alignSystems(systems: readonly ScoredSystem[]): AlignedSystems {
  const names = systems.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new RangeError(`compare: two systems are called "${twice}"; give each its own name`);
  const graded = systems.map(({ name, scores }) => {
    const problems = new Map<string, readonly number[]>();
    for (const [problem, scores_A] of scores) {
      problems.set(problem, gradedAttempts(scores_A, `"${problem}" of "${name}"`));
    }
    return problems;
  });
  const problems: string[] = [];
  const leftOut: LeftOutProblem[] = [];
  for (const problem of [...new Set(systems.flatMap(({ scores }) => [...scores.keys()]))].sort()) {
    const missing = names.filter((_, s) => (graded[s]?.get(problem)?.length ?? 0) === 0);
    if (missing.length === 0) problems.push(problem);
    else leftOut.push({ problem, missing });
  }
  return {
    problems,
    leftOut,
    systems: systems.map(({ name, scores }, s) => ({
      name,
      graded_P_A: problems.map((problem) => graded[s]?.get(problem) ?? []),
      ungraded: [...scores.values()].flat().filter((score) => score === null).length,
    })),
  };
}
