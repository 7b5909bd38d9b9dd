/**
 * The body of a call, in the words of its dialect. Nothing is ignored: a setting that the dialect does not have, or a
 * value that it does not take, is a ModelError `invalid-request` before anything is sent.
 */
import type { Message } from '../../tokenizer/tokenizer.ts';
import type { ChatRequest, SamplingSettings } from '../chat-model.ts';
import { ModelError } from '../model-error.ts';
import type { Dialect } from './dialect.ts';

/** A prompt for `completions`: text, or the ids of a chat format, which leave the server nothing to decide. */
export type RenderPrompt = (messages: readonly Message[]) => string | Int32Array;

export interface BodyOptions {
  readonly model: string;
  readonly dialect: Dialect;
  readonly api: 'chat' | 'completions';
  /** Needed for `completions`. */
  readonly renderPrompt?: RenderPrompt;
  /** Asks for token ids and log-probs. */
  readonly wantsTokens?: boolean;
  /** Fields for this server beyond the dialect; they win over what the dialect says. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
}

type Fields = Record<string, unknown>;

const numberSettings = [
  'topP',
  'topK',
  'minP',
  'presencePenalty',
  'frequencyPenalty',
  'repetitionPenalty',
] as const;

export function requestBody(request: ChatRequest, options: BodyOptions): Fields {
  const { dialect, api, wantsTokens = false } = options;
  const body: Fields = {
    model: options.model,
    ...promptFields(request, options),
    stream: true,
    stream_options: { include_usage: true },
    [api === 'chat' ? dialect.maxTokens : 'max_tokens']: request.maxTokens,
    ...(api === 'chat' ? dialect.always : {}),
    ...samplingFields(request, options),
  };
  if (wantsTokens) {
    if (!dialect.givesTokenIds) throw refused(options, 'token ids');
    body.return_token_ids = true;
    body.logprobs = api === 'chat' ? true : 0;
  }
  return { ...body, ...options.extraBody };
}

function promptFields(request: ChatRequest, options: BodyOptions): Fields {
  if (options.api === 'chat') return { messages: request.messages };
  if (options.renderPrompt === undefined) {
    throw refused(options, 'messages over completions without a chat format that renders them');
  }
  const prompt = options.renderPrompt(request.messages);
  return { prompt: typeof prompt === 'string' ? prompt : [...prompt] };
}

function samplingFields(request: ChatRequest, options: BodyOptions): Fields {
  const { dialect, api } = options;
  const sampling: SamplingSettings = request.sampling ?? {};
  const fields: Fields = {};
  if (dialect.takesTemperature) fields.temperature = request.temperature;
  else if (request.temperature !== 1) throw refused(options, `temperature ${request.temperature} (only 1)`);
  if (dialect.takesSeed) fields.seed = request.seed;
  for (const setting of numberSettings) {
    const value = sampling[setting];
    if (value === undefined) continue;
    const field = dialect.settings[setting];
    if (field === undefined) throw refused(options, setting);
    fields[field] = setting === 'topK' && value <= 0 ? dialect.topKOff : value;
  }
  if (sampling.stop !== undefined && sampling.stop.length > 0) {
    if (!dialect.takesStop) throw refused(options, 'stop');
    fields.stop = sampling.stop;
  }
  if (sampling.reasoningEffort !== undefined) {
    // A prompt that is rendered here has its effort in it already, or not at all.
    if (dialect.effort === undefined || api === 'completions') throw refused(options, 'reasoningEffort');
    Object.assign(fields, dialect.effort(sampling.reasoningEffort));
  }
  return fields;
}

function refused(options: BodyOptions, what: string): ModelError {
  const where = `${options.dialect.name} (${options.api})`;
  return new ModelError(`${options.model}: ${where} does not take ${what}; nothing was sent`, {
    kind: 'invalid-request',
    isRetryable: false,
  });
}
