/**
 * Log-probs that a served model gives to tokens that are there already. vLLM does not stream `prompt_logprobs`; its
 * completions with `echo` give the same. TOKEN-EXACT: the ids that the server says it read are the ids that were sent.
 */
import { ModelError } from '../model-error.ts';
import { addressOf, type Endpoint } from './endpoint.ts';
import { EventStreamParser } from './event-stream.ts';
import { isRecord } from './failure.ts';
import { postStream } from './post-stream.ts';
import { type CallLimits, defaultCallLimits } from './watchdog.ts';

export interface ScoreTokensOptions {
  readonly endpoint: Endpoint;
  readonly apiKey?: string | undefined;
  /** The model's name at the server, which must be vLLM. */
  readonly model: string;
  readonly limits?: Partial<CallLimits>;
  readonly signal?: AbortSignal;
}

/**
 * `logprobs_T[t]` is ln p of `tokens_T[t]` given those before it, at temperature 1; the first token has none and 0, as
 * with the engine. One attempt, through the endpoint's limit. Throws a ModelError.
 */
export async function scoreTokens(tokens_T: Int32Array, options: ScoreTokensOptions): Promise<Float32Array> {
  if (tokens_T.length < 2) return new Float32Array(tokens_T.length);
  const { endpoint, apiKey, model, signal } = options;
  const label = `${model} at ${addressOf(endpoint.baseUrl)}`;
  const body = {
    model,
    prompt: [...tokens_T],
    max_tokens: 1,
    temperature: 0,
    stream: true,
    echo: true,
    logprobs: 0,
    return_token_ids: true,
  };
  let scored: Float32Array | undefined;
  let isDone = false;
  const parser = new EventStreamParser((data) => {
    if (data === '[DONE]') isDone = true;
    else scored ??= scoresIn(JSON.parse(data), tokens_T, label);
  });
  const slot = await endpoint.limit.acquire(signal);
  try {
    await postStream(
      {
        url: new URL('completions', endpoint.baseUrl),
        headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify(body),
        agent: endpoint.agent,
        limits: { ...defaultCallLimits, ...options.limits },
        clock: endpoint.clock,
        label,
        apiKey,
        signal,
      },
      {
        read: (bytes) => {
          parser.push(bytes);
          return !isDone;
        },
        end: () => parser.end(),
        isEnoughWhenBroken: () => scored !== undefined,
      },
    );
  } finally {
    slot.release();
  }
  if (scored === undefined) throw protocol(label, 'no log-probs of the prompt came');
  return scored;
}

function scoresIn(chunk: unknown, tokens_T: Int32Array, label: string): Float32Array | undefined {
  if (isRecord(chunk) && chunk.error !== undefined) throw protocol(label, JSON.stringify(chunk.error));
  const choice = isRecord(chunk) && Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
  if (!isRecord(choice) || !isRecord(choice.logprobs)) return undefined;
  const ids = choice.prompt_token_ids;
  if (!Array.isArray(ids) || ids.length !== tokens_T.length || ids.some((id, t) => id !== tokens_T[t])) {
    throw protocol(label, 'the server read other tokens than were sent');
  }
  const values = choice.logprobs.token_logprobs;
  const prompt = Array.isArray(values) ? values.slice(1, tokens_T.length) : [];
  if (prompt.length !== tokens_T.length - 1 || prompt.some((value) => typeof value !== 'number')) {
    throw protocol(label, 'a token of the prompt has no log-prob');
  }
  return Float32Array.from([0, ...prompt]);
}

function protocol(label: string, message: string): ModelError {
  return new ModelError(`${label}: ${message}`, { kind: 'protocol', isRetryable: false });
}
