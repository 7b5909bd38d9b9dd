/** Models on a server: new ones, and ones that go on from saved weights, in the way that the kind of server has. */
import type { LoraOptions, ModelConfig } from '../engine.ts';
import type { Server } from './server.ts';
import { loadWeights } from './wire/endpoints/checkpoint-endpoints.ts';
import { createModel } from './wire/endpoints/model-endpoints.ts';

export interface MadeModel {
  readonly modelId: string;
  /** Number of the model's next request. */
  readonly nextRequest: number;
  /** The saved weights are still to be loaded, as its first request. */
  readonly mustLoad: boolean;
}

export async function createOn(
  server: Server,
  options: {
    readonly baseModel: string;
    readonly lora: Required<LoraOptions> | undefined;
    /** A new model, random from the seed. */
    readonly fresh?: { readonly config: ModelConfig; readonly seed: number };
  },
): Promise<MadeModel> {
  const { session, profile } = server;
  const { baseModel, lora, fresh } = options;
  const result = await server.request(
    createModel,
    {
      session_id: session.id,
      model_seq_id: session.nextModel(),
      base_model: baseModel,
      lora_config: loraConfig(server, lora),
      ...(fresh === undefined ? {} : { x_config: { ...fresh.config }, x_seed: fresh.seed }),
      type: 'create_model',
    },
    { repeatable: profile.recognisesRepeats },
  );
  return { modelId: result.model_id, nextRequest: 1, mustLoad: false };
}

export async function resumeOn(
  server: Server,
  options: {
    readonly state: string;
    readonly baseModel: string;
    readonly lora: Required<LoraOptions> | undefined;
    readonly optimiser: boolean;
  },
): Promise<MadeModel> {
  const { state, optimiser } = options;
  const { session, profile } = server;
  if (!optimiser && !profile.loadsWithoutOptimiser) {
    server.connection.onRemark(
      `${server.connection.label} loads the optimiser's state with the weights; its moments act on for some steps`,
    );
  }
  if (profile.resume === 'model') return { ...(await createOn(server, options)), mustLoad: true };
  const number = session.nextModel();
  const result = await server.request(
    loadWeights,
    {
      ...{ session_id: session.id, model_seq_id: number, path: state, optimizer: optimiser },
      type: 'load_weights',
    },
    { repeatable: profile.recognisesRepeats },
  );
  // Where the server does not say the id, it is this by the protocol.
  const modelId = result.model_id ?? `${session.id}:train:${number}`;
  return { modelId, nextRequest: 1, mustLoad: false };
}

function loraConfig(server: Server, lora: Required<LoraOptions> | undefined) {
  if (lora === undefined) return { rank: 0 };
  const { rank, alpha, seed, attention, feedForward, head } = lora;
  if (alpha !== 32 && server.profile.kind !== 'qed')
    throw server.unsupported(`train adapters with alpha ${alpha}`, 'Theirs is 32; take lora.alpha 32.');
  if (!server.profile.adaptsAsAsked && !(attention && feedForward && head))
    throw server.unsupported(
      'adapt a part of a model',
      'Leave attention, feedForward and head of lora out, or take another server.',
    );
  return {
    rank,
    ...(server.profile.kind === 'qed' ? { alpha } : {}),
    seed: seed & 0x7fffffff,
    train_attn: attention,
    train_mlp: feedForward,
    train_unembed: head,
  };
}
