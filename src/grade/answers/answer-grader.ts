/** The check of final answers as a `Grader`: for problems whose answer is known. */
import type { Problem } from '../../problems/problem.ts';
import type { Grader } from '../grade.ts';
import { type AnswerCheckOptions, checkAnswer } from './check-answer.ts';

export interface AnswerGraderOptions extends AnswerCheckOptions {
  /** The gold answer of a problem; undefined where it has none, which leaves the reply ungraded. */
  readonly goldOf: (problem: Problem) => string | undefined;
}

export function answerGrader({ goldOf, ...options }: AnswerGraderOptions): Grader {
  return {
    name: 'answer',
    async grade(problem, reply) {
      const gold = goldOf(problem);
      if (gold === undefined || gold.trim() === '')
        return {
          kind: 'ungraded',
          cause: 'no-scheme',
          detail: `${problem.id} has no gold answer`,
          grader: 'answer',
        };
      const { grade } = await checkAnswer({ gold, reply, statement: problem.statement }, options);
      return grade;
    },
  };
}
