/**
 * The tokens of a call as the server counts them, in the forms in use. Where it does not count, an estimate that is
 * marked as one and errs upwards, so that no budget is overrun by it.
 */
import type { Usage } from '../chat-model.ts';
import { isRecord } from './failure.ts';

/** Mathematics in English has some 3 characters a token with the vocabularies in use; fewer is on the safe side. */
const CHARACTERS_OF_A_TOKEN = 2.5;

/**
 * The usage that a chunk carries, if any. Reply tokens are `total − prompt` where that is more than what is called
 * completion: Gemini does not count its thoughts there, and charges for them.
 */
export function usageIn(chunk: Readonly<Record<string, unknown>>): Usage | undefined {
  const { usage } = chunk;
  if (!isRecord(usage)) return undefined;
  const promptTokens = count(usage.prompt_tokens);
  const completion = count(usage.completion_tokens);
  if (promptTokens === undefined || completion === undefined) return undefined;
  const total = count(usage.total_tokens) ?? 0;
  const cached = cachedIn(usage);
  return {
    promptTokens,
    completionTokens: Math.max(completion, total - promptTokens),
    ...(cached === undefined ? {} : { cachedPromptTokens: cached }),
  };
}

/** OpenAI's `prompt_tokens_details.cached_tokens`, or DeepSeek's `prompt_cache_hit_tokens`. */
function cachedIn(usage: Readonly<Record<string, unknown>>): number | undefined {
  const details = usage.prompt_tokens_details;
  return count(isRecord(details) ? details.cached_tokens : usage.prompt_cache_hit_tokens);
}

/** At least one token for each piece that came, and a token for every 2.5 characters. */
export function estimatedUsage(promptCharacters: number, characters: number, pieces: number): Usage {
  return {
    promptTokens: Math.ceil(promptCharacters / CHARACTERS_OF_A_TOKEN),
    completionTokens: Math.max(pieces, Math.ceil(characters / CHARACTERS_OF_A_TOKEN)),
    isEstimated: true,
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}
