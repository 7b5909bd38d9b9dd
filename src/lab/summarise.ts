/**
 * Symbolic summarisers for the reasoning cache. `claims` keeps what the text claims, valid or not, as a faithful
 * reader would; `exact` also drops invalid steps, which makes it a free verifier, so it is an upper bound and not
 * the default. A summary never says a proposition twice, and has at most `SUMMARY_CAP` steps.
 */
import { claimedSteps } from './text.ts';
import { isValidStep, type LabProblem, neededSteps, type Rule } from './world.ts';

export const SYMBOLIC_SUMMARISERS = ['claims', 'exact'] as const;
export type SymbolicSummariser = (typeof SYMBOLIC_SUMMARISERS)[number];

/** Most steps of a summary: one more than the longest derivation of the main profile. */
export const SUMMARY_CAP = 8;

/**
 * The summary after a turn: the steps of the old summary and those of the thought (whose end may be cut off), in
 * order; only those that the goal rests on, once the goal is among them.
 */
export function summarise(
  problem: LabProblem,
  old: readonly Rule[],
  thought: string,
  summariser: SymbolicSummariser = 'claims',
): Rule[] {
  const known = new Set(problem.given);
  const summary: Rule[] = [];
  for (const step of [...old, ...claimedSteps(thought)]) {
    if (known.has(step.conclusion)) continue;
    if (summariser === 'exact' && !isValidStep(problem, step, known)) continue;
    known.add(step.conclusion);
    summary.push(step);
  }
  const kept = known.has(problem.goal) ? neededSteps(summary, problem.goal) : summary;
  return kept.slice(0, SUMMARY_CAP);
}
