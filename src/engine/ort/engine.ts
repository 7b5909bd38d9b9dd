/**
 * The embedded engine: models train and sample on this machine, in worker threads, with onnxruntime. The main
 * thread never computes, so it stays free for servers and progress. Closing the engine ends every thread it began.
 */
import './no-telemetry.ts';
import { availableParallelism } from 'node:os';
import type {
  Datum,
  Engine,
  EngineCapabilities,
  ForwardBackwardResult,
  LoraOptions,
  Loss,
  ModelConfig,
  OptimiserStep,
  OptimiserStepResult,
  PolicyVersion,
  Sampler,
  SamplerOptions,
  TrainableModel,
} from '../engine.ts';
import { resolveLora } from '../lora-options.ts';
import { readModelDirectory } from '../model-directory.ts';
import { checkModelSize } from './model-size.ts';
import { assertProviderWorks } from './provider-check.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { siblingModule, WorkerClient } from './rpc.ts';
import { startSampler, type WeightedSampler } from './sampler.ts';
import type { TrainedModel, TrainerService } from './trainer-worker.ts';

export interface OrtEngineOptions {
  /** Threads for training, and as many for each sampler; 'auto' is one per core. */
  readonly threads: number | 'auto';
  /** What computes; default `cpu`. Another one is tried before it is used, and never replaced. */
  readonly provider?: ExecutionProvider;
}

const allLosses: EngineCapabilities['losses'] = [
  'cross_entropy',
  'importance_sampling',
  'ppo',
  'cispo',
  'gspo',
];

interface Weights {
  readonly flat: Float32Array;
  readonly version: PolicyVersion;
}

/** What computes, and with how many threads. */
interface Compute {
  readonly threads: number;
  readonly provider: ExecutionProvider;
}

interface Closable {
  close(): Promise<void>;
}

/** Everything that is open; each thing leaves the set when it is closed. */
type Open = Set<Closable>;

/** A set, as far as `track` needs one. */
interface Register<in T> {
  add(thing: T): unknown;
  delete(thing: T): unknown;
}

/** Makes the embedded engine. Throws a RangeError when `threads` is no positive integer. */
export function createOrtEngine(options: OrtEngineOptions): Engine {
  const threads = options.threads === 'auto' ? availableParallelism() : options.threads;
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(`threads is ${threads}; it is a positive integer or auto`);
  }
  return new OrtEngine(threads, options.provider ?? 'cpu');
}

class OrtEngine implements Engine {
  readonly name = 'embedded';
  readonly #compute: Compute;
  readonly #open: Open = new Set();

  constructor(threads: number, provider: ExecutionProvider) {
    this.#compute = { threads, provider };
  }

  capabilities(): EngineCapabilities {
    return {
      fullParameter: true,
      loraRanks: { least: 1 },
      newModels: true,
      losses: allLosses,
      summedLosses: allLosses,
      optimisers: ['adamw', 'muon'],
      adamFields: 'request',
      clipNorm: 'request',
      entropyBonus: 'request',
      trainerTemperature: 'request',
      klTerm: true,
      samplers: ['snapshot', 'live'],
      samplesWhileTraining: true,
      logprobsAfterTemperature: true,
      sharedPrompts: true,
      savesWeights: true,
    };
  }

  async createModel(options: {
    readonly config: ModelConfig;
    readonly seed: number;
    readonly tensors?: ReadonlyMap<string, Float32Array>;
    readonly lora?: LoraOptions | undefined;
  }): Promise<TrainableModel> {
    const { config, seed, tensors = new Map() } = options;
    const lora = options.lora && resolveLora(options.lora);
    checkModelSize(config, lora);
    const model = { config, seed, tensors, lora };
    return await this.#startModel((client) => client.call('create', { ...model, ...this.#compute }));
  }

  async loadModel(
    directory: string,
    options: { readonly optimiser: boolean; readonly lora?: LoraOptions | undefined },
  ): Promise<TrainableModel> {
    const { optimiser } = options;
    const lora = options.lora && resolveLora(options.lora);
    const compute = this.#compute;
    return await this.#startModel((client) =>
      client.call('load', { directory, optimiser, lora, ...compute }),
    );
  }

  async loadSampler(directory: string, options: SamplerOptions = {}): Promise<Sampler> {
    await assertProviderWorks(this.#compute.provider);
    const model = await readModelDirectory(directory);
    return track(
      await startSampler({ ...model, ...options, kind: 'snapshot', ...this.#compute }),
      this.#open,
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((thing) => thing.close()));
  }

  async #startModel(
    begin: (client: WorkerClient<TrainerService>) => Promise<TrainedModel>,
  ): Promise<TrainableModel> {
    await assertProviderWorks(this.#compute.provider);
    const client = new WorkerClient<TrainerService>(
      siblingModule('trainer-worker', import.meta.url),
      'trainer',
    );
    try {
      return track(new OrtModel(client, await begin(client), this.#compute, this.#open), this.#open);
    } catch (error) {
      await client.close();
      throw error;
    }
  }
}

class OrtModel implements TrainableModel {
  readonly parameterCount: number;
  readonly lora: Required<LoraOptions> | undefined;
  readonly #config: ModelConfig;
  readonly #client: WorkerClient<TrainerService>;
  readonly #compute: Compute;
  readonly #open: Open;
  readonly #live = new Set<WeightedSampler>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(client: WorkerClient<TrainerService>, model: TrainedModel, compute: Compute, open: Open) {
    this.parameterCount = model.parameterCount;
    this.lora = model.lora;
    this.#config = model.config;
    this.#client = client;
    this.#compute = compute;
    this.#open = open;
  }

  forward(data: readonly Datum[], temperature: number): Promise<Float32Array[]> {
    return this.#client.call('forward', { data, temperature });
  }

  forwardBackward(data: readonly Datum[], loss: Loss): Promise<ForwardBackwardResult> {
    return this.#client.call('forwardBackward', { data, loss });
  }

  optimStep(step: OptimiserStep): Promise<OptimiserStepResult> {
    return this.#client.call('optimStep', step);
  }

  resetOptimiser(): Promise<void> {
    return this.#client.call('resetOptimiser', undefined);
  }

  save(directory: string, options: { readonly optimiser: boolean }): Promise<void> {
    return this.#client.call('save', { directory, ...options });
  }

  async snapshotSampler(options: SamplerOptions = {}): Promise<Sampler> {
    return track(await this.#startSampler('snapshot', await this.#weights(), options), this.#open);
  }

  liveSampler(options: SamplerOptions = {}): Promise<Sampler> {
    return this.#inTurn(this.#weights(), async (weights) => {
      const sampler = await this.#startSampler('live', weights, options);
      return track(track(sampler, this.#live), this.#open);
    });
  }

  publishWeights(): Promise<PolicyVersion> {
    return this.#inTurn(this.#weights(), async ({ flat, version }) => {
      await Promise.all([...this.#live].map((sampler) => sampler.setWeights(flat, version)));
      return version;
    });
  }

  /** Ends the trainer. Its samplers go on with the weights they have, until they are closed themselves. */
  close(): Promise<void> {
    return this.#client.close();
  }

  /** The weights after the calls made so far. */
  #weights(): Promise<Weights> {
    return this.#client.call('weights', undefined);
  }

  #startSampler(kind: Sampler['kind'], weights: Weights, options: SamplerOptions): Promise<WeightedSampler> {
    return startSampler({ config: this.#config, ...options, ...weights, kind, ...this.#compute });
  }

  /** Runs what concerns the live samplers one after another: none that is starting misses a publication. */
  #inTurn<T>(weights: Promise<Weights>, work: (weights: Weights) => Promise<T>): Promise<T> {
    const result = Promise.all([weights, this.#turn]).then(([given]) => work(given));
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** Puts `thing` into `set` for as long as it is open. */
function track<T extends Closable>(thing: T, set: Register<NoInfer<T>>): T {
  const close = thing.close.bind(thing);
  thing.close = async () => {
    set.delete(thing);
    await close();
  };
  set.add(thing);
  return thing;
}
