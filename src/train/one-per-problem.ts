/**
 * One text for every problem, chosen with a seed among those about it. The paper trains on all samples of its teacher
 * (7,777 rows) and on one for each problem (4,281), and goes on from the latter (reference/training.md 1.11).
 */
import { Random } from '../stats/random.ts';

/**
 * The chosen texts, in their order; `problem` says what a text is about. What is chosen for a problem depends on the seed
 * and on its own texts only, so that other problems may come and go.
 */
export function onePerProblem<T extends { readonly problem: string }>(
  texts: readonly T[],
  seed: number,
): T[] {
  const byProblem = Map.groupBy(texts, ({ problem }) => problem);
  const chosen = new Set<T>();
  for (const [problem, own] of byProblem) {
    const text = own[new Random('one-per-problem', seed, problem).below(own.length)];
    if (text !== undefined) chosen.add(text);
  }
  return texts.filter((text) => chosen.has(text));
}

/** The shortest text about every problem, the first of equals: what the teacher needs, and no search that led nowhere. */
export function shortestPerProblem<T extends { readonly problem: string }>(
  texts: readonly T[],
  lengthOf: (text: T) => number,
): T[] {
  const byProblem = Map.groupBy(texts, ({ problem }) => problem);
  const chosen = new Set<T>();
  for (const own of byProblem.values()) {
    chosen.add(own.reduce((shortest, text) => (lengthOf(text) < lengthOf(shortest) ? text : shortest)));
  }
  return texts.filter((text) => chosen.has(text));
}
