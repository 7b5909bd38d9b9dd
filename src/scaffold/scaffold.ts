/**
 * The scaffold seam: a plain async function from a problem to a proof. The context gives a durable model call,
 * a seeded random source and the limits; no scaffold contains code about files, retries or resuming.
 */
import type { ChatRequest, Reply } from '../model/chat-model.ts';
import type { Problem } from '../problems/problem.ts';
import type { Random } from '../stats/random.ts';

export interface ScaffoldContext {
  /** A durable model call. `label` names the call within this problem and attempt; a label is used once. */
  call(label: string, request: Omit<ChatRequest, 'seed'>): Promise<Reply>;
  readonly random: Random;
  readonly maxTokens: number;
  readonly temperature: number;
}

/** One turn's outcome, so that a score by turn can be drawn. */
export interface Turn {
  /** The best answer after this turn (last good one kept); undefined when there is none yet. */
  readonly proof: string | undefined;
  /** Tokens spent up to and including this turn. */
  readonly tokens: number;
  /** True when this turn's reply was cut at the token limit, in its reasoning or in its answer. */
  readonly overflowed: boolean;
}

export interface ScaffoldResult {
  readonly proof: string | undefined;
  readonly turns: readonly Turn[];
}

export type Scaffold = (problem: Problem, context: ScaffoldContext) => Promise<ScaffoldResult>;
