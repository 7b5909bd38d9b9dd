/** Solutions that only calculate: a chain of values without an argument, for a statement that asks for no proof. */
import { askOf } from '../asks.ts';
import { isChinese, proseOf, wordsOf } from '../prose.ts';
import type { SolutionRule } from '../rule.ts';

const argument =
  /\b(?:suppose|assume|claim|lemma|contradict\w*|induct\w*|otherwise|cases?|wlog|without loss|exists?|every|all|any|each|only if|must|cannot|can't|impossible|impl(?:y|ies)|at least|at most|unique\w*|whenever|necessar\w*|conversely|therefore no|never|always|for some|no such|equality|prove\w*|show\w*|construct\w*|convex|concave|jensen|cauchy|h[öo]lder|schur)\b/gi;

export const computationalSolution: SolutionRule = {
  of: 'solution',
  reason: 'computational-solution',
  title: 'a solution that only calculates',
  find(solution, { statement, answer }) {
    const ask = askOf(statement);
    // A question for an answer that is put as a sentence to be completed has no asking word.
    const asksValue = ask === 'value' || (ask === 'nothing' && answer !== undefined);
    if (!asksValue || isChinese(solution)) return undefined;
    const prose = proseOf(solution);
    const words = wordsOf(prose).length;
    const arguments_ = prose.match(argument)?.length ?? 0;
    const equalities = solution.match(/=|\\approx|\\Rightarrow/g)?.length ?? 0;
    const inequalities = solution.match(/[<>≤≥]|\\(?:geq?|leq?|geqslant|leqslant|prec|succ)\b/g)?.length ?? 0;
    // A chain of inequalities is an argument.
    if (2 * inequalities > equalities) return undefined;
    if (arguments_ > words / 60 || equalities < 3 || words > 20 * equalities) return undefined;
    return `${equalities} equalities, ${words} words, ${arguments_} of an argument`;
  },
};
