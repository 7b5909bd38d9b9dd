/**
 * The report of a judge of the lab. For each step it says the premises and whether all were named before; then the
 * conclusion, what the rules give from these premises, and whether the conclusion is among it; in the end whether the
 * goal was concluded: ` A gives ok C. from B. C. ok D gives bad E. from none. bad Prove E. ok Score 0`. So every verdict is a
 * comparison with what stands beside it, which a small model can make, and not the noticing of an absence, which it
 * does not learn.
 *
 * A sentence that states no step is `no. bad`. A premise counts as named once any earlier step concludes it, rightly or
 * not: the error is then that step's.
 */
import { assessProof, judgeScore } from './assess.ts';
import type { Candidate, JudgeScore } from './prompts.ts';
import { isGivenRule, type LabProblem, PROPOSITIONS, premisesHold, type Rule, sameRule } from './world.ts';

export interface JudgeReport {
  /** Without the leading space of an assistant's turn. */
  readonly text: string;
  /** Exact points, 0 to 7. */
  readonly points: number;
  readonly score: JudgeScore;
}

export function judgeReport(problem: LabProblem, steps: Candidate): JudgeReport {
  const { points, verdicts } = assessProof(problem, steps);
  const named = new Set(problem.given);
  const lines = steps.map((step, index) => {
    if (step === undefined) return 'no. bad ';
    const premises = `${step.premises.join(' and ')} ${step.premises.length === 1 ? 'gives' : 'give'}`;
    const known = premisesHold(step, named) ? 'ok' : 'bad';
    named.add(step.conclusion);
    const extra = verdicts[index]?.label === 'extra';
    const rule = isGivenRule(problem, step) ? (extra ? 'extra' : 'ok') : 'bad';
    return `${premises} ${known} ${step.conclusion}. from ${conclusionsOf(problem, step)} ${rule} `;
  });
  const score = judgeScore(points);
  const reached = named.has(problem.goal) ? 'ok' : 'bad';
  return { text: `${lines.join('')}Prove ${problem.goal}. ${reached} Score ${score}`, points, score };
}

const LETTER = `[${PROPOSITIONS[0]}-${PROPOSITIONS.at(-1)}]`;
const LINE = new RegExp(
  `(${LETTER})(?: and (${LETTER}))? gives? (ok|bad) (${LETTER})\\. from (?:none\\.|${LETTER}\\.(?: ${LETTER}\\.)*) (ok|extra|bad)`,
  'g',
);

/** The steps that a judge's reply calls bad, for a premise or for the rule; what it says in other forms is passed over. */
export function badSteps(reply: string): Rule[] {
  return [...reply.matchAll(LINE)].flatMap(([, first, second, known, conclusion, rule]) =>
    first === undefined || conclusion === undefined || (known === 'ok' && rule !== 'bad')
      ? []
      : [{ premises: second === undefined ? [first] : [first, second], conclusion }],
  );
}

/** What the rules give from a step's premises, in the order of the rules. */
function conclusionsOf(problem: LabProblem, { premises }: Rule): string {
  const conclusions = problem.rules
    .filter((rule) => sameRule(rule, { premises, conclusion: rule.conclusion }))
    .map((rule) => `${rule.conclusion}.`);
  return conclusions.length === 0 ? 'none.' : conclusions.join(' ');
}
