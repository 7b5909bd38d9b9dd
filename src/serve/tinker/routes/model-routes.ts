/** Models: made fresh or from a checkpoint, told of, freed. Their ids follow from session and number, as the SDK expects. */
import type { LoraOptions, TrainableModel } from '../../../engine/engine.ts';
import { parseModelConfig } from '../../../engine/model-config.ts';
import { loadWeights } from '../../../engine/tinker/wire/endpoints/checkpoint-endpoints.ts';
import {
  createModel,
  getInfo,
  type LoraConfig,
  unloadModel,
} from '../../../engine/tinker/wire/endpoints/model-endpoints.ts';
import { parseTinkerPath } from '../../../engine/tinker/wire/tinker-path.ts';
import { invalidRequest } from '../../api-error.ts';
import type { BaseModel } from '../base-model.ts';
import type { SavedCheckpoint } from '../checkpoint-shelf.ts';
import type { TinkerService } from '../tinker-service.ts';
import { inTurn } from './in-turn.ts';
import { type Answer, type Route, reading, route } from './route.ts';

export const modelRoutes: readonly Route[] = [
  route(createModel, async ({ service, body, digest }) => {
    const { session_id, model_seq_id, base_model, x_config, x_seed } = body;
    const lora = readLora(body.lora_config, () => service.nextSeed());
    checkOptimiser(body.optimizer_config?.type);
    const { engine } = service;
    const fresh = x_config == null ? undefined : freshBase(base_model, x_config);
    const base = fresh ?? (await service.models.find(base_model));
    const make = (): Promise<TrainableModel> =>
      fresh === undefined
        ? engine.loadModel(base.directory, { optimiser: false, lora })
        : engine.createModel({ config: base.config, seed: x_seed ?? service.nextSeed(), lora });
    const facts = { base, baseName: base_model, ...metadataOf(body.user_metadata) };
    return begin(service, { session_id, model_seq_id }, digest, facts, make, {
      type: 'create_model',
      base_model,
    });
  }),
  route(loadWeights, async ({ service, body, digest, bytes }) => {
    const { path, optimizer } = body;
    const place = reading(() => parseTinkerPath(path, 'weights'));
    const load = async (saved: SavedCheckpoint): Promise<TrainableModel> => {
      await service.shelf.verify(saved);
      return await loadSaved(service, saved, optimizer ?? false);
    };
    if (body.model_id != null) {
      return inTurn(service, { model_id: body.model_id, seq_id: body.seq_id }, digest, bytes, (training) => {
        const saved = service.shelf.find(place);
        return async (former) => {
          const model = await load(saved);
          if (model.parameterCount !== former.parameterCount) {
            await model.close();
            throw invalidRequest('path', `path: ${path} holds another model than ${training.facts.baseName}`);
          }
          await training.replace(model);
          return { kind: 'json', body: { type: 'load_weights', path, model_id: training.facts.id } };
        };
      });
    }
    if (body.session_id == null || body.model_seq_id == null) {
      throw invalidRequest(
        'model_id',
        'model_id: missing; load_weights needs it with seq_id, or session_id with model_seq_id for a new model',
      );
    }
    const saved = service.shelf.find(place);
    const base = await baseOf(service, saved);
    const facts = { base, baseName: saved.base_model, ...metadataOf(body.user_metadata) };
    const ids = { session_id: body.session_id, model_seq_id: body.model_seq_id };
    return begin(service, ids, digest, facts, () => load(saved), { type: 'load_weights', path });
  }),
  route(getInfo, ({ service, body }) => {
    const { facts, lora, parameterCount } = service.training(body.model_id);
    return {
      type: 'get_info',
      model_id: facts.id,
      model_data: {
        arch: facts.base.config.model_type,
        model_name: facts.baseName,
        ...(facts.base.tokenizer === undefined ? {} : { tokenizer_id: facts.base.directory }),
      },
      model_name: facts.baseName,
      is_lora: lora !== undefined,
      lora_rank: lora?.rank ?? 0,
      optimizer_config: { type: 'adamw' },
      ...(parameterCount === undefined ? {} : { x_parameter_count: parameterCount }),
    };
  }),
  route(unloadModel, ({ service, body }) => {
    const training = service.training(body.model_id);
    const future = service.futures.create(training.facts.session);
    void service.futures.run(future, async () => {
      await service.removeTraining(training);
      return { kind: 'json', body: { type: 'unload_model', model_id: body.model_id } };
    });
    return { request_id: future.id, model_id: body.model_id };
  }),
];

/** The model that a checkpoint was made from, for its tokenizer and its ends of text; else what the checkpoint holds. */
export async function baseOf(service: TinkerService, saved: SavedCheckpoint): Promise<BaseModel> {
  return await service.models.ofCheckpoint(saved.base_model, saved.directory);
}

async function loadSaved(
  { engine }: TinkerService,
  { kind, lora, directory }: SavedCheckpoint,
  optimiser: boolean,
): Promise<TrainableModel> {
  if (kind === 'sampler_weights') {
    if (optimiser) {
      throw invalidRequest(
        'optimizer',
        'optimizer: weights for sampling hold no optimiser; save_weights saves it',
      );
    }
    return await engine.loadModel(directory, { optimiser: false, lora: lora as LoraOptions | undefined });
  }
  const model = await engine.loadModel(directory, { optimiser: true, lora: lora as LoraOptions | undefined });
  // An adapter is loaded with its state: without that, its weights would be merged and a fresh one begun.
  if (!optimiser) await model.resetOptimiser();
  return model;
}

async function begin(
  service: TinkerService,
  ids: { readonly session_id: string; readonly model_seq_id: number },
  digest: string,
  facts: Parameters<TinkerService['addTraining']>[2],
  make: () => Promise<TrainableModel>,
  answer: object,
): Promise<Answer> {
  await service.makeRoom();
  const session = service.session(ids.session_id);
  const known = session.trainings.get(ids.model_seq_id);
  if (known !== undefined) {
    const repeated = known.queue.repeated(0, digest);
    if (repeated !== undefined) return { request_id: repeated, model_id: known.facts.id };
    throw invalidRequest('model_seq_id', 'model_seq_id: used for a model that is gone');
  }
  const training = service.addTraining(session, ids.model_seq_id, facts);
  const result = { kind: 'json', body: { ...answer, model_id: training.facts.id } } as const;
  const future = training.begin(digest, make, result);
  void future.settled.then(async (outcome) => {
    // What was not made takes no place.
    if (outcome.kind === 'failed') await service.removeTraining(training);
  });
  return { request_id: future.id, model_id: training.facts.id };
}

/** Rank 0, and nothing: all parameters are trained. */
function readLora(config: LoraConfig | null | undefined, nextSeed: () => number): LoraOptions | undefined {
  if (config == null || config.rank === 0) return undefined;
  const { rank, seed, alpha, train_attn, train_mlp, train_unembed } = config;
  return {
    rank,
    seed: seed ?? nextSeed(),
    ...(alpha == null ? {} : { alpha }),
    ...(train_attn == null ? {} : { attention: train_attn }),
    ...(train_mlp == null ? {} : { feedForward: train_mlp }),
    ...(train_unembed == null ? {} : { head: train_unembed }),
  };
}

function checkOptimiser(type: string | undefined): void {
  if (type === undefined || type === 'adamw' || type === 'x_muon') return;
  throw invalidRequest(
    'optimizer_config.type',
    `optimizer_config.type: there is no optimiser ${JSON.stringify(type.slice(0, 100))} here; there is adamw`,
  );
}

function freshBase(name: string, json: Readonly<Record<string, unknown>>): BaseModel {
  try {
    const config = parseModelConfig(json, 'x_config');
    return {
      name,
      directory: '',
      config,
      tokenizer: undefined,
      stopTokenIds: [config.eos_token_id ?? []].flat(),
    };
  } catch (error) {
    throw invalidRequest('x_config', `x_config: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function metadataOf(given: Readonly<Record<string, string>> | null | undefined) {
  return given == null ? {} : { userMetadata: { ...given } };
}
