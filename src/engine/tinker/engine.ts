/**
 * Training and sampling on a server that speaks the Tinker API: SkyRL, TuFT, the hosted service, or `qed serve --tinker`. The
 * server is asked what it is and measured before anything depends on it; what it cannot do is refused in plain words, with
 * the server named. Closing the engine ends its session, and with it what the server keeps for it.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type {
  Engine,
  EngineCapabilities,
  LoraOptions,
  ModelConfig,
  PolicyVersion,
  Sampler,
  SamplerOptions,
  TrainableModel,
} from '../engine.ts';
import { resolveLora } from '../lora-options.ts';
import { readModelConfig } from '../model-config.ts';
import { uploadModel } from './archive.ts';
import { askServer } from './ask-server.ts';
import { capabilitiesOf } from './capabilities.ts';
import { type CheckpointPointer, pointerFile, readPointer } from './checkpoint-pointer.ts';
import type { Clock } from './clock.ts';
import { Connection } from './connection.ts';
import { createOn, type MadeModel, resumeOn } from './create-on.ts';
import type { ProfileKind } from './profile.ts';
import { RemoteModel } from './remote-model.ts';
import { RemoteSampler } from './remote-sampler.ts';
import { FixedSource, SamplingSession } from './sampling-source.ts';
import { selfTest } from './self-test.ts';
import { Server } from './server.ts';
import { TinkerSession } from './session.ts';
import { TinkerError } from './tinker-error.ts';
import type { Transport } from './transport.ts';
import { createSamplingSession } from './wire/endpoints/sampling-endpoints.ts';
import { writeInitialModel } from './write-initial-model.ts';

export interface TinkerEngineOptions {
  /** Address of the server, with or without `/api/v1`. */
  readonly url: string;
  /** The kind of server; `auto`, the default, asks it. */
  readonly profile?: ProfileKind | 'auto';
  /** The server's name of the model that training begins with. Without it the server must take weights from here. */
  readonly baseModel?: string;
  readonly apiKey?: string;
  /** Longest piece that is sampled in one request, where samples are put together from pieces; default 4096. */
  readonly segmentTokens?: number;
  /** What models are adapted by, unless a call says otherwise; absent: all parameters train. */
  readonly lora?: Omit<LoraOptions, 'seed'> & { readonly seed?: number };
  /** False: what the server does is not measured, and its profile believed; default true. */
  readonly selfTest?: boolean;
  /** Fires when all work with the server should end. */
  readonly signal?: AbortSignal;
  /** Told what a person should know: retries, what was measured otherwise than expected, what the server says. */
  readonly onRemark?: (text: string) => void;
  /** For tests. */
  readonly clock?: Clock;
  readonly transport?: Transport;
  readonly heartbeatInterval?: number;
}

/**
 * Connects to the server, asks what it is, begins a session, and measures what matters on a model that it makes and lets go.
 * Throws a TinkerError.
 */
export async function createTinkerEngine(options: TinkerEngineOptions): Promise<Engine> {
  const connection = new Connection(options);
  const { url, profile = 'auto', heartbeatInterval: interval, segmentTokens = 4096 } = options;
  if (!(Number.isInteger(segmentTokens) && segmentTokens >= 1))
    throw new RangeError(`segmentTokens is ${segmentTokens}; it is a positive integer`);
  const facts = await askServer(connection, { url, profile });
  const session = await TinkerSession.open(connection, {
    finishes: facts.profile.finishesSessions,
    ...(interval === undefined ? {} : { interval }),
  });
  const server = new Server(connection, session, facts);
  try {
    const tested = (options.selfTest ?? true) ? await measured(server, options) : server;
    return new TinkerEngine(tested, { ...options, segmentTokens });
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function measured(server: Server, options: TinkerEngineOptions): Promise<Server> {
  const { profile } = server;
  // A model must be there to be measured; what a server of ours does is tested with it.
  if (profile.kind === 'qed' || options.baseModel === undefined) return server;
  const lora = options.lora === undefined ? undefined : resolveLora({ seed: 0, ...options.lora });
  const found = await selfTest(server, { baseModel: options.baseModel, lora });
  for (const remark of found.remarks) server.connection.onRemark(remark);
  return server.withProfile(found.profile);
}

interface Settings extends TinkerEngineOptions {
  readonly segmentTokens: number;
}

class TinkerEngine implements Engine {
  readonly name: string;
  readonly #server: Server;
  readonly #settings: Settings;
  readonly #open = new Set<TrainableModel | Sampler>();
  /** Models that were brought to the server, by directory. */
  readonly #uploads = new Map<string, Promise<string>>();

  constructor(server: Server, settings: Settings) {
    this.name = `tinker (${server.profile.kind} at ${new URL(settings.url).host})`;
    this.#server = server;
    this.#settings = settings;
  }

  capabilities(): EngineCapabilities {
    return capabilitiesOf(this.#server.facts, { baseModel: this.#settings.baseModel });
  }

  async createModel(options: {
    readonly config: ModelConfig;
    readonly seed: number;
    readonly tensors?: ReadonlyMap<string, Float32Array>;
    readonly lora?: LoraOptions | undefined;
  }): Promise<TrainableModel> {
    const { config, seed, tensors } = options;
    const lora = this.#lora(options.lora, seed);
    if (!this.#server.has('create/1')) {
      throw this.#server.unsupported(
        'make a new model',
        'Begin with one that it has (model.from and engine.baseModel), or take qed serve --tinker.',
      );
    }
    if (tensors === undefined) {
      const made = await createOn(this.#server, { baseModel: `new-${seed}`, fresh: { config, seed }, lora });
      return this.#model(made, { config, lora, version: 0, baseModel: `new-${seed}` });
    }
    const baseModel = await writeInitialModel({ config, seed, tensors }, (directory) =>
      uploadModel(this.#server.connection, directory),
    );
    const made = await createOn(this.#server, { baseModel, lora });
    return this.#model(made, { config, lora, version: 0, baseModel });
  }

  async loadModel(
    directory: string,
    options: { readonly optimiser: boolean; readonly lora?: LoraOptions | undefined },
  ): Promise<TrainableModel> {
    const config = await readModelConfig(directory);
    const pointer = await this.#pointer(directory);
    if (
      pointer?.state !== undefined &&
      !options.optimiser &&
      (await this.#canMerge(directory, options.lora))
    ) {
      // A fresh adapter on the weights as they are, merged: those are here.
      const lora = this.#lora(options.lora, 0);
      const baseModel = await this.#upload(directory);
      const made = await createOn(this.#server, { baseModel, lora });
      return this.#model(made, { config, lora, version: pointer.version, baseModel });
    }
    if (pointer?.state === undefined) {
      const lora = this.#lora(options.lora, 0);
      if (options.optimiser) await this.#refuseOptimiser(directory);
      const baseModel = pointer?.baseModel ?? (await this.#baseModelOf(directory));
      const made = await createOn(this.#server, { baseModel, lora });
      return this.#model(made, { config, lora, version: 0, baseModel });
    }
    const { state, version, baseModel, lora } = pointer;
    const made = await resumeOn(this.#server, { state, baseModel, lora, optimiser: options.optimiser });
    const model = this.#model(made, { config, lora, version, baseModel });
    if (made.mustLoad) await model.load(state, options.optimiser);
    return model;
  }

  async loadSampler(directory: string, options: SamplerOptions = {}): Promise<Sampler> {
    const config = await readModelConfig(directory);
    const pointer = await this.#pointer(directory);
    if (pointer?.state !== undefined && this.#server.profile.samplersNeedModel)
      return await this.#samplerOfModel(directory, options);
    const { session, connection } = this.#server;
    const target =
      pointer?.sampler === undefined
        ? { base_model: pointer?.baseModel ?? (await this.#baseModelOf(directory)) }
        : { model_path: pointer.sampler };
    const { sampling_session_id } = await connection.call(createSamplingSession, {
      ...{ session_id: session.id, sampling_session_seq_id: session.nextSampler() },
      ...target,
      type: 'create_sampling_session',
    });
    const version = (pointer?.version ?? 0) as PolicyVersion;
    const source = new FixedSource(new SamplingSession(sampling_session_id, version));
    return this.#track(
      new RemoteSampler(this.#server, source, {
        ...options,
        ...{ kind: 'snapshot', vocabularySize: config.vocab_size },
        segmentTokens: this.#settings.segmentTokens,
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((thing) => thing.close()));
    await this.#server.session.close();
  }

  /** A server that forgets a model's samplers with the model is given the model again. */
  async #samplerOfModel(directory: string, options: SamplerOptions): Promise<Sampler> {
    const model = await this.loadModel(directory, { optimiser: true });
    const sampler = await model.snapshotSampler(options);
    const close = sampler.close.bind(sampler);
    sampler.close = async () => {
      await close();
      await model.close();
    };
    return sampler;
  }

  #model(
    { modelId, nextRequest }: MadeModel,
    rest: {
      readonly config: ModelConfig;
      readonly lora: Required<LoraOptions> | undefined;
      readonly version: number;
      readonly baseModel: string;
    },
  ): RemoteModel {
    const model = new RemoteModel(
      this.#server,
      { modelId, nextRequest, ...rest },
      {
        ...{ url: this.#settings.url, segmentTokens: this.#settings.segmentTokens },
        onClosed: (closed) => this.#open.delete(closed),
      },
    );
    this.#open.add(model);
    return model;
  }

  #track(sampler: RemoteSampler): Sampler {
    this.#open.add(sampler);
    return sampler;
  }

  /** What a model is adapted by. Throws where the server does not train that. */
  #lora(asked: LoraOptions | undefined, seed: number): Required<LoraOptions> | undefined {
    const { lora: own } = this.#settings;
    const lora = asked ?? (own === undefined ? undefined : { seed, ...own });
    const { fullParameter, loraRanks } = this.#server.profile;
    if (lora === undefined) {
      if (fullParameter) return undefined;
      throw this.#server.unsupported(
        'train all parameters',
        'Name a rank with lora, or take another server.',
      );
    }
    const resolved = resolveLora(lora);
    const { least = 1, most = 0 } = { most: Number.POSITIVE_INFINITY, ...loraRanks };
    if (loraRanks === undefined || resolved.rank < least || resolved.rank > most)
      throw this.#server.unsupported(
        `train adapters of rank ${resolved.rank}`,
        'Take another rank, or another server.',
      );
    return resolved;
  }

  async #pointer(directory: string): Promise<CheckpointPointer | undefined> {
    const pointer = await readPointer(directory);
    if (pointer === undefined) return undefined;
    if (pointer.profile === this.#server.profile.kind) return pointer;
    throw new TinkerError(
      'unsupported',
      `${path.join(directory, pointerFile)}: the model is kept by a server of profile ${pointer.profile} (${pointer.url}), and ${this.#server.connection.label} is of profile ${this.#server.profile.kind}. Connect to that server`,
    );
  }

  /** The server's name of the model in a directory. */
  async #baseModelOf(directory: string): Promise<string> {
    const { baseModel } = this.#settings;
    if (baseModel !== undefined) return baseModel;
    if (!this.#server.has('create/1')) {
      throw this.#server.unsupported(
        'take weights from here',
        'Name with engine.baseModel what it calls the model, or take qed serve --tinker.',
      );
    }
    return await this.#upload(directory);
  }

  /** The model goes on with another adapter, and the server can be given the merged weights, which it gave out. */
  async #canMerge(directory: string, lora: LoraOptions | undefined): Promise<boolean> {
    const isAdapted = lora !== undefined || this.#settings.lora !== undefined;
    if (!isAdapted || !this.#server.has('create/1')) return false;
    return (await readdir(directory)).some((file) => /^model[-\w]*\.safetensors$/.test(file));
  }

  async #upload(directory: string): Promise<string> {
    const known = this.#uploads.get(directory) ?? uploadModel(this.#server.connection, directory);
    this.#uploads.set(directory, known);
    try {
      return await known;
    } catch (error) {
      this.#uploads.delete(directory);
      throw error;
    }
  }

  async #refuseOptimiser(directory: string): Promise<void> {
    const files = await readdir(directory);
    const state = files.find((file) => /^optimi[sz]er|^trainer/.test(file));
    if (state === undefined) return;
    throw this.#server.unsupported(
      `go on with the optimiser's state in ${path.join(directory, state)}, which the embedded engine wrote`,
      'Go on with the embedded engine, or begin the stage anew.',
    );
  }
}
