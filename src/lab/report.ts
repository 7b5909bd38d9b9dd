/**
 * The report that a self-check of the lab writes, in two forms. `labels` gives each step's conclusion and a
 * verdict (` C. ok E. bad Score 0`). `recomputation` restates each step and what the rules give for its premises
 * at that point before the verdict (` A gives E. from B. bad`), so that a verdict is a comparison of two letters
 * and not the noticing of an absence.
 */
import { assessProof, judgeScore } from './assess.ts';
import { renderStep } from './text.ts';
import { type LabProblem, premisesHold, type Rule, sameRule } from './world.ts';

export const REPORT_FORMS = ['labels', 'recomputation'] as const;
export type ReportForm = (typeof REPORT_FORMS)[number];

export interface JudgeReport {
  /** Without the leading space of an assistant's turn. */
  readonly text: string;
  /** Exact points, 0 to 7. */
  readonly points: number;
}

export function judgeReport(
  problem: LabProblem,
  steps: readonly Rule[],
  form: ReportForm = 'labels',
): JudgeReport {
  const { points, verdicts } = assessProof(problem, steps);
  const known = new Set(problem.given);
  const lines = steps.map((step, index) => {
    const label = verdicts[index]?.label ?? 'bad';
    const looked =
      form === 'labels'
        ? `${step.conclusion}.`
        : `${renderStep(step)} from ${conclusionsOf(problem, step, known)}`;
    if (label !== 'bad') known.add(step.conclusion);
    return `${looked} ${label} `;
  });
  return { text: `${lines.join('')}Score ${judgeScore(points)}`, points };
}

/** What the rules give for a step's premises, in the order of the rules; nothing while a premise is open. */
function conclusionsOf(problem: LabProblem, step: Rule, known: ReadonlySet<string>): string {
  const conclusions = premisesHold(step, known)
    ? problem.rules
        .filter((rule) => sameRule(rule, { premises: step.premises, conclusion: rule.conclusion }))
        .map((rule) => `${rule.conclusion}.`)
    : [];
  return conclusions.length === 0 ? 'none.' : conclusions.join(' ');
}
