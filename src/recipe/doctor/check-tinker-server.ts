/**
 * Whether the server of `engine.url` is there, accepts the key and offers the model that the recipe trains, with room for its longest
 * sequence. What it computes (sums or means, temperatures, Adam's fields) the run measures by itself before its first step.
 */

import { apiPrefix, type Endpoint } from '../../engine/tinker/wire/endpoints/endpoint.ts';
import {
  clientConfig,
  getServerCapabilities,
  healthz,
} from '../../engine/tinker/wire/endpoints/server-endpoints.ts';
import type { Recipe } from '../schema.ts';
import type { TinkerSettings } from '../schema-engine.ts';
import { nearest } from '../suggestion.ts';
import { type Answer, askServer } from './ask-server.ts';
import { count, type RecipeCheck } from './recipe-check.ts';

export interface TinkerCheck {
  readonly checks: readonly RecipeCheck[];
  readonly contextTokens: number | undefined;
  /** Whether checkpoints bring their weights along. */
  readonly hasArchive: boolean;
}

export interface TinkerCheckOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly patience: number;
}

export async function checkTinkerServer(
  recipe: Recipe,
  engine: TinkerSettings,
  options: TinkerCheckOptions,
): Promise<TinkerCheck> {
  const { environment, patience } = options;
  const key = environment[engine.apiKeyVariable]?.trim();
  const headers = key === undefined || key === '' ? {} : { 'x-api-key': key };
  const ask = async ({ path, method }: Endpoint, body: unknown = {}): Promise<Answer> =>
    await askServer({
      url: `${engine.url.replace(/\/*$/, '').replace(/\/api\/v1$/, '')}${apiPrefix}${path}`,
      ...(method === 'POST' ? { body } : {}),
      ...{ headers, patience },
    });
  const health = await ask(healthz);
  const nothing = { contextTokens: undefined, hasArchive: false };
  const name = 'engine endpoint';
  if (health.kind === 'none')
    return {
      ...nothing,
      checks: [
        {
          ...{ name, status: 'failed', found: `${engine.url}: ${health.reason}` },
          mend: 'Start the server (qed serve --tinker, SkyRL, TuFT), or correct engine.url.',
        },
      ],
    };
  if (health.status === 404 || !healthz.answer.safeParse(health.json).success) {
    if (health.status !== 401 && health.status !== 403)
      return {
        ...nothing,
        checks: [
          {
            ...{
              name,
              status: 'failed',
              found: `${engine.url}: it answers ${health.status}, and not as the Tinker API does`,
            },
            mend: 'Another server may be listening there; correct engine.url.',
          },
        ],
      };
  }
  const offered = await ask(getServerCapabilities);
  const refused = [health, offered].find(
    (one) => one.kind === 'answer' && (one.status === 401 || one.status === 403),
  );
  if (refused !== undefined)
    return {
      ...nothing,
      checks: [
        {
          ...{ name, status: 'failed' },
          found: `${engine.url}: it refuses ${key === undefined || key === '' ? `a call without a key (${engine.apiKeyVariable} is not set)` : `the key in ${engine.apiKeyVariable}`}`,
          mend: `Set ${engine.apiKeyVariable} to a key that it accepts.`,
        },
      ],
    };
  const config = await ask(clientConfig, { sdk_version: null });
  const extensions = extensionsOf(config);
  const endpoint: RecipeCheck = {
    ...{ name, status: 'ok' },
    found: `${engine.url} answers${extensions.length === 0 ? '' : `, with ${extensions.length} extensions of QED`}`,
  };
  const { checks, contextTokens } = modelChecks(recipe, engine, { offered, extensions });
  return { checks: [endpoint, ...checks], contextTokens, hasArchive: extensions.includes('archive/1') };
}

function extensionsOf(answer: Answer): readonly string[] {
  if (answer.kind === 'none') return [];
  const parsed = clientConfig.answer.safeParse(answer.json);
  return parsed.data?.x_ext ?? [];
}

function modelChecks(
  { model, pretrain }: Recipe,
  { baseModel }: TinkerSettings,
  { offered, extensions }: { readonly offered: Answer; readonly extensions: readonly string[] },
): { readonly checks: RecipeCheck[]; readonly contextTokens: number | undefined } {
  const name = 'engine model';
  if (baseModel === undefined) {
    const what =
      pretrain === undefined && model.from !== undefined ? 'weights are sent to it' : 'it makes a new model';
    const canCreate = extensions.includes('create/1');
    const check: RecipeCheck = canCreate
      ? { name, status: 'ok', found: `${what}, which it takes (create/1)` }
      : {
          ...{
            name,
            status: 'failed',
            found: `no engine.baseModel is named, and the server takes no model from here`,
          },
          mend: 'Name one of its models with engine.baseModel, beside model.from with the same config.json and tokenizer; qed serve --tinker takes models with --uploads.',
        };
    return { checks: [check], contextTokens: undefined };
  }
  const parsed =
    offered.kind === 'answer' && offered.status === 200
      ? getServerCapabilities.answer.safeParse(offered.json).data
      : undefined;
  if (parsed === undefined) {
    const why = offered.kind === 'none' ? offered.reason : `it answers ${offered.status}`;
    const mend = 'The first step of the run finds out whether it has the model.';
    return {
      checks: [{ name, status: 'unchecked', found: `the server does not say what it offers (${why})`, mend }],
      contextTokens: undefined,
    };
  }
  const names = parsed.supported_models.map(({ model_name }) => model_name);
  const own = parsed.supported_models.find(({ model_name }) => model_name === baseModel);
  if (own === undefined) {
    const near = nearest(baseModel, names);
    const some =
      names.length === 0
        ? 'nothing'
        : `${names.slice(0, 5).join(', ')}${names.length > 5 ? ' and more' : ''}`;
    return {
      checks: [
        {
          ...{ name, status: 'failed', found: `it does not offer ${baseModel}; it has ${some}` },
          mend: near === undefined ? 'Name one of those in engine.baseModel.' : `Did you mean ${near}?`,
        },
      ],
      contextTokens: undefined,
    };
  }
  if (own.trainable === false || own.sampleable === false) {
    const found = `it has ${baseModel}, and never ${own.trainable === false ? 'trains' : 'samples from'} it`;
    return {
      checks: [{ name, status: 'failed', found, mend: 'Name another of its models in engine.baseModel.' }],
      contextTokens: undefined,
    };
  }
  const contextTokens = own.max_context_length ?? undefined;
  return {
    checks: [
      { name, status: 'ok', found: `it offers ${baseModel}` },
      contextCheck(model.maximumPositions, contextTokens),
    ],
    contextTokens,
  };
}

function contextCheck(needed: number, has: number | undefined): RecipeCheck {
  const name = 'engine context';
  if (has === undefined)
    return {
      ...{ name, status: 'unchecked', found: 'the server does not say how many tokens it takes' },
      mend: `Look it up: model.maximumPositions is ${count(needed)}.`,
    };
  if (has < needed)
    return {
      ...{
        name,
        status: 'failed',
        found: `${count(has)} tokens; model.maximumPositions is ${count(needed)}`,
      },
      mend: 'Start the server with a longer context, or set model.maximumPositions and the maxTokens of the stages lower.',
    };
  return { name, status: 'ok', found: `${count(has)} tokens for sequences of up to ${count(needed)}` };
}
