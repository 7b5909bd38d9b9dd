/**
 * The report of a judge of the lab. For each step it says the premises and whether all were named before; then the
 * conclusion, what the rules give from these premises, and whether the conclusion is among it:
 * ` A gives ok C. from B. C. ok D gives bad E. from none. bad Score 0`. So every verdict is a comparison with what stands
 * beside it, which a small model can make, and not the noticing of an absence, which it does not learn.
 *
 * A premise counts as named once any earlier step concludes it, rightly or not: the error is then that step's.
 */
import { assessProof, judgeScore } from './assess.ts';
import type { JudgeScore } from './prompts.ts';
import { isGivenRule, type LabProblem, premisesHold, type Rule, sameRule } from './world.ts';

export interface JudgeReport {
  /** Without the leading space of an assistant's turn. */
  readonly text: string;
  /** Exact points, 0 to 7. */
  readonly points: number;
  readonly score: JudgeScore;
}

export function judgeReport(problem: LabProblem, steps: readonly Rule[]): JudgeReport {
  const { points, verdicts } = assessProof(problem, steps);
  const named = new Set(problem.given);
  const lines = steps.map((step, index) => {
    const premises = `${step.premises.join(' and ')} ${step.premises.length === 1 ? 'gives' : 'give'}`;
    const known = premisesHold(step, named) ? 'ok' : 'bad';
    named.add(step.conclusion);
    const extra = verdicts[index]?.label === 'extra';
    const rule = isGivenRule(problem, step) ? (extra ? 'extra' : 'ok') : 'bad';
    return `${premises} ${known} ${step.conclusion}. from ${conclusionsOf(problem, step)} ${rule} `;
  });
  const score = judgeScore(points);
  return { text: `${lines.join('')}Score ${score}`, points, score };
}

/** What the rules give from a step's premises, in the order of the rules. */
function conclusionsOf(problem: LabProblem, { premises }: Rule): string {
  const conclusions = problem.rules
    .filter((rule) => sameRule(rule, { premises, conclusion: rule.conclusion }))
    .map((rule) => `${rule.conclusion}.`);
  return conclusions.length === 0 ? 'none.' : conclusions.join(' ');
}
