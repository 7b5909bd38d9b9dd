/**
 * A model from a preset: address and key come from the environment by the names that the preset says, and an error
 * names the variable that is missing. The key is handed to the client and kept nowhere else.
 */
import type { ChatModel, SamplingSettings } from '../chat-model.ts';
import { createOpenAiChatModel, type OpenAiChatModelOptions } from '../openai/open-ai-chat-model.ts';
import type { RetryLimits } from '../openai/retry.ts';
import { PresetError } from './load-preset.ts';
import type { Preset } from './preset.ts';

export interface OpenPreset {
  readonly model: ChatModel;
  /** What a request says when nobody says otherwise; what is absent was not published. */
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly sampling: SamplingSettings;
}

/** What the client takes beyond the preset. */
export type OpenPresetOptions = Pick<
  OpenAiChatModelOptions,
  'renderPrompt' | 'tokens' | 'retry' | 'onEvent' | 'endpoint' | 'clock'
> & { readonly env?: Readonly<Record<string, string | undefined>> };

/** Throws a PresetError where the environment lacks something, and what `createOpenAiChatModel` throws. */
export function openPreset(preset: Preset, options: OpenPresetOptions = {}): OpenPreset {
  const { env = process.env, ...rest } = options;
  const { temperature, ...sampling } = preset.sampling;
  const { price, contextTokens, maxTokens, concurrency, deadlines, retry, thinkTags, extraBody } = preset;
  const model = createOpenAiChatModel({
    ...rest,
    name: preset.name,
    model: preset.model,
    dialect: preset.dialect,
    api: preset.api,
    baseUrl: addressOf(preset, env),
    apiKey: keyOf(preset, env),
    price: price === undefined ? undefined : withoutAbsent(price),
    contextTokens,
    ...(thinkTags === undefined ? {} : { thinkTags }),
    ...(extraBody === undefined ? {} : { extraBody }),
    ...(concurrency === undefined ? {} : { concurrency: withoutAbsent(concurrency) }),
    ...(deadlines === undefined ? {} : { limits: milliseconds(deadlines) }),
    ...(retry === undefined ? {} : { retry: { ...retryLimits(retry), ...options.retry } }),
  });
  return {
    model,
    sampling: withoutAbsent(sampling),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

/** Where its server is. Throws a PresetError that names the variable that says it. */
export function addressOf(preset: Preset, env: OpenPresetOptions['env'] = {}): string {
  const { baseUrl, baseUrlEnv } = preset;
  const said = baseUrlEnv === undefined ? undefined : env[baseUrlEnv];
  const address = said === undefined || said === '' ? baseUrl : said;
  if (address !== undefined) return address;
  const start = preset.serve === undefined ? '' : `; a server starts with: ${preset.serve}`;
  throw new PresetError(
    `${preset.name}: set ${baseUrlEnv} to the address of its server, such as http://127.0.0.1:8000/v1${start}`,
  );
}

/** Throws a PresetError where the server needs one and the environment has none. */
export function keyOf(preset: Preset, env: OpenPresetOptions['env'] = {}): string | undefined {
  const { apiKeyEnv, needsApiKey } = preset;
  const key = apiKeyEnv === undefined ? undefined : env[apiKeyEnv]?.trim();
  if (key !== undefined && key !== '') return key;
  if (!needsApiKey) return undefined;
  throw new PresetError(`${preset.name}: set ${apiKeyEnv ?? 'apiKeyEnv in the preset'} to your key`);
}

function retryLimits({ attempts, ...waits }: NonNullable<Preset['retry']>): Partial<RetryLimits> {
  return { ...(attempts === undefined ? {} : { attempts }), ...milliseconds(waits) };
}

function milliseconds(seconds: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(seconds).flatMap(([name, value]) => (value === undefined ? [] : [[name, value * 1_000]])),
  );
}

type Present<Fields> = { [Field in keyof Fields]: Exclude<Fields[Field], undefined> };

/** The fields that are there; zod types those that are not as undefined. */
function withoutAbsent<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<Fields>;
}
