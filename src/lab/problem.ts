/**
 * A lab problem as the rest of QED knows problems: statement, grading scheme, solution as text, and the figures
 * of its difficulty as tags.
 */
import type { Problem, ProblemId } from '../problems/problem.ts';
import { gradingSchemeOf } from './scheme.ts';
import { renderStatement, renderSteps } from './text.ts';
import { forwardClosure, type LabProblem, premisesHold } from './world.ts';

export function toProblem(problem: LabProblem, id: string): Problem {
  const { known } = forwardClosure(problem.given, problem.rules);
  const applicable = problem.rules.filter((rule) => premisesHold(rule, known)).length;
  return {
    id: id as ProblemId,
    statement: renderStatement(problem),
    solutions: [renderSteps(problem.solution)],
    scheme: gradingSchemeOf(problem),
    source: 'lab',
    tags: {
      steps: problem.steps,
      given: problem.given.length,
      rules: problem.rules.length,
      deadEnds: applicable - problem.steps,
      distractors: problem.rules.length - applicable,
    },
  };
}
