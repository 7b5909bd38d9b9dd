/**
 * What the bodies of chat and completion requests have in common. Nothing that would change an answer is ignored: a
 * field is understood, or known to change nothing, or refused by name. `null` means absent, as with OpenAI.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { SamplingSettings } from '../model/chat-model.ts';
import { seedFrom } from '../stats/random.ts';
import { type ApiError, invalidRequest } from './api-error.ts';

/** Fields that say nothing about the answer. */
const harmless = new Set([
  ...['user', 'metadata', 'safety_identifier', 'prompt_cache_key', 'prompt_cache_retention'],
  'parallel_tool_calls',
]);

/** A field that is refused unless it has one of these values, which ask for nothing. */
export type Refusals = Readonly<
  Record<string, { readonly unless: readonly unknown[]; readonly why: string }>
>;

export const commonRefusals: Refusals = {
  logit_bias: { unless: [{}], why: 'tokens cannot be biased here' },
  service_tier: { unless: ['auto', 'default'], why: 'there is one tier' },
};

export const samplingFields = {
  model: z.string().min(1),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().gt(0).max(1).optional(),
  // −1 and 0: all tokens, as vLLM has it.
  top_k: z.int().min(-1).optional(),
  min_p: z.number().min(0).max(1).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  repetition_penalty: z.number().gt(0).optional(),
  stop: z
    .union([z.string().min(1), z.array(z.string().min(1)).max(16)], {
      error: 'a text, or at most 16 texts, none of them empty',
    })
    .optional(),
  seed: z.int().optional(),
  n: z.int().min(1).optional(),
  stream: z.boolean().optional(),
  stream_options: z
    .object({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .optional(),
};

interface SamplingBody {
  readonly top_p?: number | undefined;
  readonly top_k?: number | undefined;
  readonly min_p?: number | undefined;
  readonly presence_penalty?: number | undefined;
  readonly frequency_penalty?: number | undefined;
  readonly repetition_penalty?: number | undefined;
  readonly stop?: string | readonly string[] | undefined;
  readonly stream?: boolean | undefined;
  readonly stream_options?: unknown;
}

/** Reads `body` by `schema`. Throws an ApiError of 400 that names the field. */
export function readFields<S extends z.ZodType>(body: unknown, schema: S, refusals: Refusals): z.output<S> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidRequest(undefined, 'the body must be a JSON object', 'invalid_type');
  }
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (value === null || harmless.has(name)) continue;
    const refusal = Object.hasOwn(refusals, name) ? refusals[name] : undefined;
    if (refusal === undefined) fields[name] = value;
    else if (!refusal.unless.some((neutral) => isDeepStrictEqual(neutral, value))) {
      throw invalidRequest(name, `${name}: ${refusal.why}`, 'unsupported_parameter');
    }
  }
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  throw faultOf(result.error, fields);
}

function faultOf(error: z.ZodError, fields: unknown): ApiError {
  const [issue] = error.issues;
  if (issue === undefined) return invalidRequest(undefined, error.message);
  const at = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const name = at === '' ? (issue.keys[0] ?? '') : `${at}.${issue.keys[0]}`;
    return invalidRequest(name, `${name}: this server does not know this field`, 'unknown_parameter');
  }
  const isMissing = issue.path.length > 0 && valueAt(fields, issue.path) === undefined;
  if (isMissing) return invalidRequest(at, `${at}: is required`, 'missing_required_parameter');
  return invalidRequest(at === '' ? undefined : at, at === '' ? issue.message : `${at}: ${issue.message}`);
}

function valueAt(fields: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    fields,
  );
}

/** `messages[0].content`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

/** What the request says, over the server's defaults; what changes nothing is left out. */
export function samplingOf(
  body: SamplingBody,
  defaults: SamplingSettings | undefined,
  effort?: SamplingSettings['reasoningEffort'],
): SamplingSettings {
  const { top_p, top_k, min_p, presence_penalty, frequency_penalty, repetition_penalty, stop } = body;
  const topP = top_p ?? defaults?.topP ?? 1;
  const topK = top_k ?? defaults?.topK ?? 0;
  const minP = min_p ?? defaults?.minP ?? 0;
  const presencePenalty = presence_penalty ?? defaults?.presencePenalty ?? 0;
  const frequencyPenalty = frequency_penalty ?? defaults?.frequencyPenalty ?? 0;
  const repetitionPenalty = repetition_penalty ?? defaults?.repetitionPenalty ?? 1;
  const stops = typeof stop === 'string' ? [stop] : (stop ?? defaults?.stop ?? []);
  const reasoningEffort = effort ?? defaults?.reasoningEffort;
  return {
    ...(topP === 1 ? {} : { topP }),
    ...(topK < 1 ? {} : { topK }),
    ...(minP === 0 ? {} : { minP }),
    ...(presencePenalty === 0 ? {} : { presencePenalty }),
    ...(frequencyPenalty === 0 ? {} : { frequencyPenalty }),
    ...(repetitionPenalty === 1 ? {} : { repetitionPenalty }),
    ...(stops.length === 0 ? {} : { stop: stops }),
    ...(reasoningEffort === undefined ? {} : { reasoningEffort }),
  };
}

/** Throws an ApiError when options of a stream come without a stream. */
export function checkStreamOptions({ stream, stream_options }: SamplingBody): void {
  if (stream_options !== undefined && stream !== true) {
    throw invalidRequest('stream_options', 'stream_options: only with stream: true');
  }
}

/** Seeds of n choices. One that fits is passed on as it is, so that it means the same at any endpoint behind. */
export function seedsOf(seed: number, n: number): number[] {
  const first = seed >= 0 && seed <= 0xffffffff ? seed : seedFrom('seed', seed);
  return Array.from({ length: n }, (_, choice) => (choice === 0 ? first : seedFrom(first, 'choice', choice)));
}
