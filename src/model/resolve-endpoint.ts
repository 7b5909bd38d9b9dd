/**
 * An OpenAI-compatible endpoint by its address: `openai:URL#MODEL`, or the name of a dialect in place of `openai`. A key
 * goes only where it belongs: OPENAI_API_KEY to api.openai.com, elsewhere the variable that the setting `key` names.
 */
import type { Price } from './chat-model.ts';
import { ModelSpecError, type ResolvedModel, type SpecSettings } from './open-model.ts';
import type { DialectName } from './openai/dialect.ts';
import { createOpenAiChatModel } from './openai/open-ai-chat-model.ts';
import { checkSettings, wholeNumber } from './spec-settings.ts';

/** Services whose way of speaking their address tells. */
const dialectOfHost: Readonly<Record<string, DialectName>> = {
  'api.openai.com': 'openai',
  'openrouter.ai': 'openrouter',
  'generativelanguage.googleapis.com': 'gemini',
};

export function resolveEndpoint(
  spec: string,
  options: {
    readonly dialect: DialectName;
    /** With `#MODEL` at its end. */
    readonly address: string;
    readonly settings: SpecSettings;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): ResolvedModel {
  const { settings, environment } = options;
  checkSettings(spec, settings, ['context', 'key', 'maxTokens', 'price']);
  const [base = '', model = ''] = options.address.split(/#(.*)/s);
  if (model === '') {
    throw new ModelSpecError(`${spec}: the model's name is missing; an endpoint is openai:URL#MODEL`);
  }
  const url = URL.parse(base);
  if (url === null) throw new ModelSpecError(`${spec}: ${JSON.stringify(base)} is no address`);
  const dialect = options.dialect === 'openai' ? (dialectOfHost[url.hostname] ?? 'generic') : options.dialect;
  const keyName = settings.get('key') ?? (url.hostname === 'api.openai.com' ? 'OPENAI_API_KEY' : undefined);
  const apiKey = keyName === undefined ? undefined : environment[keyName]?.trim();
  if (keyName !== undefined && (apiKey === undefined || apiKey === '')) {
    throw new ModelSpecError(`${spec}: the environment variable ${keyName} has no key`);
  }
  const contextTokens = wholeNumber(spec, settings, 'context');
  const maxTokens = wholeNumber(spec, settings, 'maxTokens');
  const price = priceOf(spec, settings);
  const name = `${model}@${url.host}${url.pathname.replace(/\/$/, '')}`;
  return {
    spec,
    name,
    ...(price === undefined ? {} : { price }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    defaults: maxTokens === undefined ? {} : { maxTokens },
    remarks: [],
    served: () => ({ baseUrl: base, model, apiKey, keyName, serve: undefined }),
    open: async ({ onEvent } = {}) =>
      createOpenAiChatModel({
        name,
        baseUrl: base,
        model,
        dialect,
        api: 'chat',
        apiKey,
        price,
        contextTokens,
        ...(onEvent === undefined ? {} : { onEvent }),
      }),
  };
}

/** `price=2/12`: dollars for a million tokens of prompts and of replies; `price=0` for what is free. */
export function priceOf(spec: string, settings: SpecSettings): Price | undefined {
  const text = settings.get('price');
  if (text === undefined) return undefined;
  const [prompt = Number.NaN, completion = prompt, ...more] = text
    .split('/')
    .map((part) => (part === '' ? Number.NaN : Number(part)));
  if (more.length === 0 && prompt >= 0 && completion >= 0) return { prompt, completion };
  throw new ModelSpecError(
    `${spec}: price is ${JSON.stringify(text)}; it is PROMPT/REPLY in dollars for a million tokens, for example 2/12`,
  );
}
