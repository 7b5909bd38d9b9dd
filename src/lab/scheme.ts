/**
 * The grading scheme of a lab problem, made from its shortest derivation in the form that a judge writes for real
 * problems: intermediate results share 3 points, the conclusion has 4 (all 7 where nothing lies between). The
 * exact grader applies exactly this, and reads the points of a checkpoint from here.
 */
import type { GradingScheme } from '../problems/problem.ts';
import { renderStep } from './text.ts';
import type { LabProblem } from './world.ts';

export function gradingSchemeOf(problem: LabProblem): GradingScheme {
  const last = problem.solution.length - 1;
  return {
    maximumPoints: 7,
    checkpoints: problem.solution.map((step, index) => ({
      id: step.conclusion,
      points: index < last ? 3 / last : last === 0 ? 7 : 4,
      description:
        index < last
          ? `Establishes ${step.conclusion}, for example by "${renderStep(step)}"`
          : `Concludes ${step.conclusion}, the goal, by "${renderStep(step)}" or another valid step.`,
    })),
    zeroCredit: [
      'A step uses a rule that was not given, or is no step at all.',
      'A step uses a premise that is neither given nor established by an earlier step.',
      'The goal is assumed, or steps rest on each other in a circle.',
    ],
    deductions: [
      {
        points: 1,
        description:
          'For each step too many: one that repeats an established result, that follows the goal, or, in a complete proof, that the goal does not rest on.',
      },
    ],
    notes:
      'A complete proof keeps at least 1 point. Without the conclusion, the points of the checkpoints are rounded down and end at 0.',
  };
}
