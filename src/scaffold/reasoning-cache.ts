/**
 * Reasoning Cache (paper, section 3.3): reason, summarise the reasoning, go on from the summary. What passes from
 * turn to turn is the summary alone, so a short context carries a long search. The summariser reads the reasoning
 * also when it was cut at the limit; the last good answer is kept when a later turn gives none, or one that was cut.
 * n turns make 2n − 1 calls when the model summarises, n when a symbolic summariser does. Training on its states
 * (train/reasoning-cache/) takes its turns with the functions here.
 */

import type { Reply } from '../model/chat-model.ts';
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

/** What is asked in a turn, and who sums it up. `ask` with no summary must give the single-turn prompt. */
export interface CachePrompts {
  readonly ask: (problem: Problem, summary: string | undefined) => readonly Message[];
  readonly summarise: Summariser;
}

/** What a turn begins with; turns count from 1. */
export interface CacheState {
  readonly turn: number;
  readonly summary: Summary | undefined;
}

export const firstState: CacheState = { turn: 1, summary: undefined };

/** Takes a turn: what the model makes of the state. */
export async function reasonFrom(
  { ask }: CachePrompts,
  problem: Problem,
  { turn, summary }: CacheState,
  context: ScaffoldContext,
): Promise<Reply> {
  const { maxTokens, temperature } = context;
  return await context.call(
    `reason-${turn}`,
    { messages: ask(problem, summary?.text), maxTokens, temperature },
    { role: 'solve', from: summary?.label === undefined ? [] : [summary.label] },
  );
}

/** The state that the next turn begins with. */
export async function stateAfter(
  { summarise }: CachePrompts,
  problem: Problem,
  { turn, summary }: CacheState,
  { reasoning, answer }: Reply,
  context: ScaffoldContext,
): Promise<CacheState & { readonly summary: Summary }> {
  const previous = summary?.text;
  return {
    turn: turn + 1,
    summary: await summarise({ problem, turn, previous, reasoning, answer }, context),
  };
}

/** The scaffold with `turns` turns. */
export function reasoningCache({
  turns: last,
  ...prompts
}: CachePrompts & { readonly turns: number }): Scaffold {
  return async (problem, context) => {
    const turns: Turn[] = [];
    let state = firstState;
    let proof: string | undefined;
    let isCut = false;
    let tokens = 0;
    for (;;) {
      const { turn } = state;
      const reply = await reasonFrom(prompts, problem, state, context);
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
      if (turn >= last) return { proof, isCut, turns };
      const next = await stateAfter(prompts, problem, state, reply, context);
      tokens += next.summary.tokens;
      state = next;
    }
  };
}
