/**
 * A model that is asked whether two final answers agree, where the comparison does not know. NULL-NOT-ZERO: a call that
 * fails, a verdict that cannot be read and "undecided" are no verdict. FENCED-CANDIDATE: both answers go into the prompt
 * as material to compare.
 */
import type { FinalAnswerJudge } from '../answer-judge.ts';
import type { AnswerJudge } from './check-answer.ts';

export function modelJudge(judge: Pick<FinalAnswerJudge, 'ask'>): AnswerJudge {
  return async (question, context) => {
    const judgement = await judge.ask(question, context);
    if (judgement.kind === 'failed') return { cause: judgement.cause, detail: judgement.detail };
    const { verdict } = judgement;
    if (verdict === 'undecided') return { cause: 'undecided', detail: 'the judge could not decide' };
    return verdict === 'correct' ? 'equal' : 'different';
  };
}
