/**
 * A model that is asked whether two final answers agree, where the comparison does not know. NULL-NOT-ZERO: a call that
 * fails, a verdict that cannot be read and "undecided" are no verdict. FENCED-CANDIDATE: both answers go into the prompt
 * as material to compare.
 */
import { askJudge, type JudgeModel } from '../ask-judge.ts';
import { type JudgePrompts, judgePrompts } from '../judge-prompts.ts';
import { answerVerdicts, readAnswerVerdict, VERDICT_TAG } from '../read-answer-verdict.ts';
import type { AnswerJudge } from './check-answer.ts';

export interface ModelJudgeOptions extends JudgeModel {
  readonly prompts?: JudgePrompts;
  /** How often it is asked again where its verdict cannot be read. */
  readonly reasks?: number;
}

export function modelJudge({
  prompts = judgePrompts(),
  reasks = 1,
  ...judge
}: ModelJudgeOptions): AnswerJudge {
  const words = `one word of ${answerVerdicts.join(', ')}`;
  return async ({ statement, gold, candidate }, context) => {
    const problem = statement ?? 'The problem is not shown.';
    const content = prompts.answer({ problem, expected: gold, given: candidate });
    const answer = await askJudge(
      judge,
      {
        messages: [{ role: 'user', content }],
        read: readAnswerVerdict,
        again: (complaint) => prompts.again(complaint, { words, tag: VERDICT_TAG }),
        reasks,
        label: 'answer',
      },
      context,
    );
    if (!answer.ok) return { cause: answer.cause, detail: answer.detail };
    if (answer.value === 'undecided') return { cause: 'undecided', detail: 'the judge could not decide' };
    return answer.value === 'correct' ? 'equal' : 'different';
  };
}
