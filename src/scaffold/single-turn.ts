/** One call, one proof: the baseline every other scaffold is measured against (paper, section 4). */
import type { Problem } from '../problems/problem.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import type { Scaffold } from './scaffold.ts';

/** A scaffold that asks once with the messages of `ask`. */
export function singleTurn(ask: (problem: Problem) => readonly Message[]): Scaffold {
  return async (problem, context) => {
    const { maxTokens, temperature } = context;
    const reply = await context.call(
      'solve',
      { messages: ask(problem), maxTokens, temperature },
      { role: 'solve' },
    );
    if (reply.answer !== undefined && reply.answer !== '') context.keep(reply.answer, 'the only answer');
    const turn = {
      proof: reply.answer,
      tokens: reply.usage.completionTokens,
      overflowed: reply.finish === 'length',
    };
    return { proof: turn.proof, turns: [turn] };
  };
}
