/** One call, one proof: the baseline every other scaffold is measured against (paper, section 4). */
import type { Problem } from '../problems/problem.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import type { Scaffold } from './scaffold.ts';

/** A scaffold that asks once with the messages of `ask`. `read` takes the proof out of an answer; else it is all of it. */
export function singleTurn(
  ask: (problem: Problem) => readonly Message[],
  read: (answer: string) => string = (answer) => answer,
): Scaffold {
  return async (problem, context) => {
    const { maxTokens, temperature } = context;
    const reply = await context.call(
      'solve',
      { messages: ask(problem), maxTokens, temperature },
      { role: 'solve' },
    );
    const proof = reply.answer === undefined ? undefined : read(reply.answer);
    if (proof !== undefined && proof.trim() !== '') context.keep(proof, 'the only answer');
    const turn = {
      proof,
      tokens: reply.usage.completionTokens,
      overflowed: reply.finish === 'length',
    };
    return { proof, isCut: turn.overflowed, turns: [turn] };
  };
}
