/**
 * Reasoning Cache (paper, section 3.3): reason, summarise the reasoning, go on from the summary. What passes from
 * turn to turn is the summary alone, so a short context carries a long search. The summariser reads the reasoning
 * also when it was cut at the limit; the last good answer is kept when a later turn gives none, or one that was cut.
 * n turns make 2n − 1 calls when the model summarises, n when a symbolic summariser does.
 */
import type { Problem } from '../problems/problem.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import type { Scaffold, ScaffoldContext, Turn } from './scaffold.ts';

/** A summary and what it cost. */
export interface Summary {
  readonly text: string;
  /** Tokens that a model spent on it; 0 for a symbolic summariser. */
  readonly tokens: number;
  /** The call that wrote it, where a model did. */
  readonly label?: string;
}

/** Merges the previous summary with a turn's reasoning. `turn` counts from 1. */
export type Summariser = (
  input: {
    readonly problem: Problem;
    readonly turn: number;
    readonly previous: string | undefined;
    readonly reasoning: string;
    readonly answer: string | undefined;
  },
  context: ScaffoldContext,
) => Promise<Summary>;

/** The scaffold with `turns` turns. `ask` with no summary must give the single-turn prompt. */
export function reasoningCache(options: {
  readonly turns: number;
  readonly ask: (problem: Problem, summary: string | undefined) => readonly Message[];
  readonly summarise: Summariser;
}): Scaffold {
  return async (problem, context) => {
    const { maxTokens, temperature } = context;
    const turns: Turn[] = [];
    let summary: Summary | undefined;
    let proof: string | undefined;
    let isCut = false;
    let tokens = 0;
    for (let turn = 1; turn <= options.turns; turn += 1) {
      const messages = options.ask(problem, summary?.text);
      const reply = await context.call(
        `reason-${turn}`,
        { messages, maxTokens, temperature },
        { role: 'solve', from: summary?.label === undefined ? [] : [summary.label] },
      );
      tokens += reply.usage.completionTokens;
      const overflowed = reply.finish === 'length';
      if (reply.answer !== undefined && reply.answer.trim() !== '') {
        if (proof === undefined || isCut || !overflowed) {
          proof = reply.answer;
          isCut = overflowed;
          context.keep(proof, `the answer of turn ${turn}${isCut ? ', which was cut' : ''}`);
        } else context.note(`reason-${turn}`, { passedOver: 'it was cut, and there is a whole answer' });
      }
      turns.push({ proof, tokens, overflowed });
      if (turn === options.turns) break;
      const { reasoning, answer } = reply;
      const previous = summary?.text;
      summary = await options.summarise({ problem, turn, previous, reasoning, answer }, context);
      tokens += summary.tokens;
    }
    return { proof, isCut, turns };
  };
}
