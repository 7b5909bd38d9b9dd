/**
 * The check of final answers as a `Grader`, for problems whose answer is known. NULL-NOT-ZERO: a problem without a gold
 * answer leaves its replies ungraded.
 */
import type { Problem } from '../../problems/problem.ts';
import type { Grader } from '../grade.ts';
import { type AnswerCheckOptions, checkAnswer } from './check-answer.ts';

export interface AnswerGraderOptions extends Omit<AnswerCheckOptions, 'context'> {
  /** Where the gold answer is, if not in `problem.answer`. */
  readonly goldOf?: (problem: Problem) => string | undefined;
}

/**
 * @example
 * const grader = answerGrader({ askJudge: modelJudge(createAnswerJudge({ model, maxTokens: 4096, temperature: 0 })) });
 */
export function answerGrader({
  goldOf = ({ answer }) => answer,
  ...options
}: AnswerGraderOptions = {}): Grader {
  return {
    name: 'answer',
    async grade(problem, reply, context) {
      const gold = goldOf(problem);
      if (gold === undefined || gold.trim() === '')
        return {
          kind: 'ungraded',
          cause: 'no-scheme',
          detail: `${problem.id} has no gold answer`,
          grader: 'answer',
        };
      const { grade } = await checkAnswer(
        { gold, reply, statement: problem.statement, cut: context.isCut ?? false },
        { ...options, context },
      );
      return grade;
    },
  };
}
