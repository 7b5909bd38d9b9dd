/** What reinforcement learning asks: the statement alone and the lab's turns, or QED's own prompts for problems of any other kind. */
import { provePrompt } from '../../lab/prompts.ts';
import { labReasoningCache } from '../../lab/reasoning-cache.ts';
import type { Problem } from '../../problems/problem.ts';
import { promptSet } from '../../scaffold/prompt-set.ts';
import type { CachePrompts } from '../../scaffold/reasoning-cache.ts';
import type { Message } from '../../tokenizer/tokenizer.ts';
import type { RcSettings, Recipe, RlSettings } from '../schema.ts';

/** What an attempt at a problem is asked. */
export type Ask = (problem: Problem) => readonly Message[];

export const askStatement: Ask = ({ statement }) => [{ role: 'user', content: provePrompt(statement) }];

export function askOf(
  { data }: Pick<Recipe, 'data'>,
  { prompt = data.kind === 'lab' ? 'statement' : 'prove' }: Pick<RlSettings, 'prompt'>,
): Ask {
  if (prompt === 'statement') return askStatement;
  const { ask } = promptSet().reasoningCache;
  return (problem) => ask(problem, undefined);
}

/** The turns of a trajectory. */
export function cachePromptsOf(
  { data }: Pick<Recipe, 'data'>,
  { summariser }: Pick<RcSettings, 'summariser'>,
): CachePrompts {
  if (data.kind !== 'lab') return promptSet().reasoningCache;
  return labReasoningCache(summariser === 'claims' || summariser === 'exact' ? summariser : 'model');
}
