/**
 * What the servers that speak "OpenAI" differ in: how a setting is called, what is not taken, where reasoning comes,
 * and whether token ids come. Nothing is ignored: a setting that a dialect does not have is refused before a call.
 * Facts from the servers' sources and documentation as of late 2026; docs/model-clients.md has the table.
 */
import type { SamplingSettings } from '../chat-model.ts';
import type { ThinkTags } from './think-tags.ts';

export const dialectNames = [
  'generic',
  'vllm',
  'sglang',
  'llama.cpp',
  'ollama',
  'openrouter',
  'openai',
  'openai-reasoning',
  'gemini',
] as const;
export type DialectName = (typeof dialectNames)[number];

type NumberSetting = Exclude<keyof SamplingSettings, 'stop' | 'reasoningEffort'>;

export interface Dialect {
  readonly name: DialectName;
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens';
  /** False where only the default, 1, is taken; it is not sent then. */
  readonly takesTemperature: boolean;
  /** False where a seed is no field, or would narrow the choice of providers. Sampling is then not repeatable. */
  readonly takesSeed: boolean;
  readonly takesStop: boolean;
  /** The field of each setting that is taken. */
  readonly settings: Readonly<Partial<Record<NumberSetting, string>>>;
  /** What says "no top-k" (0 or less in a request). */
  readonly topKOff?: number;
  /** Fields that ask for an effort of reasoning; absent where it cannot be asked for. */
  readonly effort?: (effort: string) => Readonly<Record<string, unknown>>;
  /** Fields that every chat request has. */
  readonly always?: Readonly<Record<string, unknown>>;
  /** Tags around reasoning inside the content, where that is the dialect's way. */
  readonly thinkTags?: ThinkTags;
  /** The server can give the ids and log-probs of prompt and reply. */
  readonly givesTokenIds: boolean;
}

const standard = {
  topP: 'top_p',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
} as const;
const open = {
  ...standard,
  topK: 'top_k',
  minP: 'min_p',
  repetitionPenalty: 'repetition_penalty',
} as const;
const plainEffort = (effort: string) => ({ reasoning_effort: effort });
const usual = {
  maxTokens: 'max_tokens',
  takesTemperature: true,
  takesSeed: true,
  takesStop: true,
  settings: standard,
  effort: plainEffort,
  givesTokenIds: false,
} as const;

const dialects: readonly Dialect[] = [
  { ...usual, name: 'generic' },
  { ...usual, name: 'vllm', settings: open, topKOff: -1, givesTokenIds: true },
  { ...usual, name: 'sglang', settings: open, topKOff: -1, always: { separate_reasoning: true } },
  {
    ...usual,
    name: 'llama.cpp',
    settings: { ...open, repetitionPenalty: 'repeat_penalty' },
    topKOff: 0,
    effort: (effort) => ({ chat_template_kwargs: { reasoning_effort: effort } }),
  },
  { ...usual, name: 'ollama' },
  {
    ...usual,
    name: 'openrouter',
    settings: open,
    topKOff: 0,
    // With `require_parameters` a seed leaves only the providers that have one.
    takesSeed: false,
    effort: (effort) => ({ reasoning: { effort } }),
    always: { provider: { require_parameters: true } },
  },
  { ...usual, name: 'openai', maxTokens: 'max_completion_tokens' },
  {
    ...usual,
    name: 'openai-reasoning',
    maxTokens: 'max_completion_tokens',
    takesTemperature: false,
    takesSeed: false,
    takesStop: false,
    settings: {},
  },
  {
    ...usual,
    name: 'gemini',
    takesSeed: false,
    settings: { topP: 'top_p' },
    // `reasoning_effort` and a thinking configuration exclude each other, and only the second shows the thoughts.
    effort: (effort) => ({
      extra_body: { google: { thinking_config: { include_thoughts: true, thinking_level: effort } } },
    }),
    always: { extra_body: { google: { thinking_config: { include_thoughts: true } } } },
    thinkTags: { open: '<thought>', close: '</thought>', isOpened: false },
  },
];

/** The dialect of that name; throws a RangeError with the names there are. */
export function dialectOf(name: DialectName): Dialect {
  const dialect = dialects.find((candidate) => candidate.name === name);
  if (dialect === undefined) {
    throw new RangeError(`no dialect "${name}"; there are ${dialectNames.join(', ')}`);
  }
  return dialect;
}
