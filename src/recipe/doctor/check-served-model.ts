/**
 * Whether a model at an endpoint is what a recipe takes it for: somebody answers, the key is accepted, the model is offered under
 * that name, replies come whole, and as many tokens fit as its preset or spec claims. A server that lists a model and cannot
 * reply with it fails here and not after a day of sampling.
 */
import { isRecord } from '../../engine/json-file.ts';
import { ModelError } from '../../model/model-error.ts';
import type { ResolvedModel, ServedModel } from '../../model/open-model.ts';
import { nearest } from '../suggestion.ts';
import { type Answer, askServer } from './ask-server.ts';
import { count, type RecipeCheck, reasonOf } from './recipe-check.ts';

export interface ServedCheck {
  readonly checks: readonly RecipeCheck[];
  /** Prompt and reply together, as the server says, else as the preset or the spec does. */
  readonly contextTokens: number | undefined;
  readonly isAnswering: boolean;
  /** What the server says it was started with: a path, or a name of the hub. */
  readonly root: string | undefined;
}

export async function checkServedModel(
  model: ResolvedModel,
  { label, patience }: { readonly label: string; readonly patience: number },
): Promise<ServedCheck> {
  const { contextTokens } = model;
  const nothing = { contextTokens, isAnswering: false, root: undefined };
  if (model.served === undefined) {
    const found = `${model.name}: computed in this process, nobody is asked`;
    return { ...nothing, isAnswering: true, checks: [{ name: `${label} endpoint`, status: 'ok', found }] };
  }
  let served: ServedModel;
  try {
    served = model.served();
  } catch (error) {
    const mend = 'Set the variable, or name the server itself: openai:URL#MODEL.';
    return {
      ...nothing,
      checks: [{ name: `${label} endpoint`, status: 'failed', found: reasonOf(error), mend }],
    };
  }
  const { baseUrl, apiKey } = served;
  const listing = await askServer({
    url: `${baseUrl.replace(/\/*$/, '')}/models`,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    patience,
  });
  const endpoint = endpointCheck(label, served, listing);
  if (endpoint.status === 'failed') return { ...nothing, checks: [endpoint] };
  const listed = listedModels(listing);
  const own = listed?.find(({ id }) => isSameName(id, served.model));
  const name = nameCheck(label, served, listed);
  // It would fail for the same reason, in other words.
  if (name.status === 'failed') return { ...nothing, checks: [endpoint, name] };
  const checks = [endpoint, name];
  const reply = await replyCheck(model, label, patience);
  checks.push(reply, contextCheck(label, contextTokens, own?.contextTokens));
  return {
    checks,
    contextTokens: own?.contextTokens ?? contextTokens,
    isAnswering: reply.status !== 'failed',
    root: own?.root,
  };
}

function endpointCheck(label: string, { baseUrl, keyName, serve }: ServedModel, answer: Answer): RecipeCheck {
  const name = `${label} endpoint`;
  if (answer.kind === 'none') {
    const start = serve === undefined ? 'Start it' : `Start it (${serve})`;
    return {
      ...{ name, status: 'failed', found: `${baseUrl}: ${answer.reason}` },
      mend: `${start}, or name the address at which it is.`,
    };
  }
  const { status, text } = answer;
  if (status === 401 || status === 403) {
    const key =
      keyName === undefined
        ? 'Name the variable with the key: openai:URL#MODEL,key=VARIABLE'
        : `Check the key in ${keyName}`;
    return { name, status: 'failed', found: `${baseUrl}: it refuses the key (${status})`, mend: `${key}.` };
  }
  if (status >= 500)
    return {
      ...{
        name,
        status: 'failed',
        found: `${baseUrl}: it answers ${status}${text === '' ? '' : ` (${text})`}`,
      },
      mend: 'Look into the log of the server; it may still be loading the model.',
    };
  return { name, status: 'ok', found: `${baseUrl} answers` };
}

interface Listed {
  readonly id: string;
  readonly contextTokens: number | undefined;
  readonly root: string | undefined;
}

/** Undefined where the server has no list. */
function listedModels(answer: Answer): Listed[] | undefined {
  if (answer.kind === 'none' || answer.status !== 200 || !isRecord(answer.json)) return undefined;
  const { data } = answer.json;
  if (!Array.isArray(data)) return undefined;
  return data.flatMap((one: unknown) => {
    if (!isRecord(one) || typeof one.id !== 'string') return [];
    // vLLM, llama.cpp and OpenRouter, each in its words.
    const meta = isRecord(one.meta) ? one.meta.n_ctx_train : undefined;
    const length = [one.max_model_len, one.context_length, meta].find((value) => typeof value === 'number');
    const root = typeof one.root === 'string' ? one.root : undefined;
    return [{ id: one.id, contextTokens: typeof length === 'number' ? length : undefined, root }];
  });
}

function isSameName(listed: string, asked: string): boolean {
  return listed === asked || listed === `models/${asked}`;
}

function nameCheck(
  label: string,
  { model }: ServedModel,
  listed: readonly Listed[] | undefined,
): RecipeCheck {
  const name = `${label} name`;
  if (listed === undefined) {
    const mend = 'Its reply below is all there is to go by.';
    return { name, status: 'unchecked', found: 'the server lists no models', mend };
  }
  if (listed.some(({ id }) => isSameName(id, model)))
    return { name, status: 'ok', found: `it offers ${model}` };
  const ids = listed.map(({ id }) => id);
  const near = nearest(model, ids);
  return {
    ...{ name, status: 'failed' },
    found: `it does not offer ${model}; it has ${ids.length === 0 ? 'nothing' : ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' and more' : ''}`,
    mend:
      near === undefined ? 'Name one of those, or start the server with the model.' : `Did you mean ${near}?`,
  };
}

const smallReply = 32;

/** One short reply, as the run asks for replies. */
async function replyCheck(model: ResolvedModel, label: string, patience: number): Promise<RecipeCheck> {
  const name = `${label} reply`;
  const opened = await model.open();
  try {
    const { finish, usage, answer, reasoning } = await opened.generate(
      {
        messages: [{ role: 'user', content: 'What is 2 + 3? Answer with the number.' }],
        ...{ maxTokens: smallReply, temperature: model.defaults.temperature ?? 1, seed: 1 },
      },
      // Asked again it would wait; that it failed once is what is asked for.
      { signal: AbortSignal.timeout(patience), mayRetry: () => false },
    );
    if (usage.completionTokens === 0 || `${reasoning}${answer ?? ''}`.trim() === '')
      return {
        ...{ name, status: 'warning', found: 'the reply is empty' },
        mend: 'Ask it by hand; a wrong chat template or a template without an opening of the turn does this.',
      };
    if (finish === 'length' && usage.completionTokens > smallReply && usage.isEstimated !== true)
      return {
        ...{ name, status: 'failed' },
        found: `${usage.completionTokens} tokens came, ${smallReply} were asked for at most`,
        mend: 'The server ignores the limit; budgets and lengths would not hold.',
      };
    const counted = usage.isEstimated === true ? ', which the server does not count' : '';
    return {
      name,
      status: 'ok',
      found: `${usage.completionTokens} tokens in reply to ${usage.promptTokens}${counted}`,
    };
  } catch (error) {
    const kind = error instanceof ModelError ? ` (${error.kind})` : '';
    return {
      ...{ name, status: 'failed', found: `${reasonOf(error).split('\n')[0]}${kind}` },
      mend: 'The server is there but does not reply; its log says why.',
    };
  } finally {
    await opened.close?.();
  }
}

function contextCheck(label: string, claimed: number | undefined, said: number | undefined): RecipeCheck {
  const name = `${label} context`;
  if (said === undefined && claimed === undefined)
    return {
      ...{
        name,
        status: 'unchecked',
        found: 'neither the server nor the recipe says how many tokens it takes',
      },
      mend: 'Say it: openai:URL#MODEL,context=TOKENS.',
    };
  if (said === undefined)
    return {
      ...{
        name,
        status: 'unchecked',
        found: `the server does not say; ${count(claimed ?? 0)} tokens are claimed`,
      },
      mend: 'Look it up; a call that does not fit fails.',
    };
  if (claimed !== undefined && claimed > said)
    return {
      ...{
        name,
        status: 'failed',
        found: `${count(claimed)} tokens are claimed, the server takes ${count(said)}`,
      },
      mend: `Start it with a longer context, or say context=${said} (of a preset: contextTokens=${said}).`,
    };
  return { name, status: 'ok', found: `${count(said)} tokens` };
}
