/**
 * The embedded engine's sampler, off the main thread. Small models are sampled by several one-threaded workers, each
 * with its own copy of the weights: a sample does not depend on its batch (BATCH-INVARIANT), so seeds can be dealt
 * out, and workers that share nothing beat one worker whose kernels wait for each other at every operator. A large
 * model gets one worker with all threads.
 */
import './no-telemetry.ts';
import type {
  ModelConfig,
  PolicyVersion,
  Sample,
  SampleRequest,
  Sampler,
  SamplerOptions,
  SamplerUsage,
} from '../engine.ts';
import { parameterCount } from './parameters.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { siblingModule, WorkerClient } from './rpc.ts';
import type { SamplerService } from './sampler-worker.ts';
import { checkSequenceRequest, type SamplerAbilities } from './sequence-request.ts';
import { tokenBytesOf } from './token-bytes.ts';

export interface StartSamplerOptions extends SamplerOptions {
  readonly config: ModelConfig;
  /** All parameters (parameters.ts); copied before `startSampler` returns its promise. */
  readonly flat: Float32Array;
  readonly version: PolicyVersion;
  readonly kind: Sampler['kind'];
  readonly threads: number;
  /** Default `cpu`. */
  readonly provider?: ExecutionProvider;
  /** Most sequences decoded at a time; the rest wait. Default 256. */
  readonly maximumRows?: number;
  /** Memory for key-value caches, in bytes; default 1 GiB. At most about twice as much is held. */
  readonly cacheBytes?: number;
}

export interface WeightedSampler extends Sampler {
  /**
   * Copies `flat` at once and uses it from the next token on; resolves when it is in use, and no token of an
   * older version follows. Rejects for a snapshot.
   */
  setWeights(flat: Float32Array, version: PolicyVersion): Promise<void>;
}

interface Shard {
  readonly client: WorkerClient<SamplerService>;
  /** Sequences asked for and not yet returned. */
  load: number;
}

/** Models of up to this many parameters (128 MB, held twice by a worker) are copied to every worker. */
const largestCopiedModel = 2 ** 25;

/** Starts a sampler; resolves when it is ready to sample. */
export async function startSampler(options: StartSamplerOptions): Promise<WeightedSampler> {
  const { config, flat, version, kind, threads, maximumRows = 256, cacheBytes = 2 ** 30 } = options;
  const { provider = 'cpu', tokenizer, promptLogprobs = false } = options;
  checkSize(flat, config);
  const isCopied = provider === 'cpu' && flat.length <= largestCopiedModel;
  const shardCount = isCopied ? Math.max(1, Math.min(threads, maximumRows)) : 1;
  const weights = shared(flat);
  const module = siblingModule('sampler-worker', import.meta.url);
  const shards = Array.from({ length: shardCount }, () => ({
    client: new WorkerClient<SamplerService>(module, 'sampler'),
    load: 0,
  }));
  const rows = Math.ceil(maximumRows / shardCount);
  const share = {
    provider,
    threads: shardCount === 1 ? threads : 1,
    maximumRows: rows,
    cacheBytes: Math.ceil(cacheBytes / shardCount),
    tokenBytes: tokenizer === undefined ? undefined : tokenBytesOf(tokenizer, config.vocab_size),
    promptLogprobs,
  };
  try {
    await Promise.all(
      shards.map(({ client }) => client.call('start', { config, weights, version, kind, ...share })),
    );
  } catch (error) {
    await Promise.all(shards.map(({ client }) => client.close()));
    throw error;
  }
  const abilities = { stopStrings: tokenizer !== undefined, promptLogprobs };
  return new ShardedSampler({ kind, places: rows * shardCount }, config, shards, abilities);
}

class ShardedSampler implements WeightedSampler {
  readonly kind: Sampler['kind'];
  readonly places: number;
  readonly #config: ModelConfig;
  readonly #shards: readonly Shard[];
  readonly #abilities: SamplerAbilities;
  readonly #arrivals: { readonly count: number; resolve(dealt: Map<Shard, number[]>): void }[] = [];
  /** Weights that no worker reads any more: with a new array at each publication, workers would hold many until they collect. */
  readonly #spare: SharedArrayBuffer[] = [];
  #promptTokens = 0;
  #isClosed = false;

  constructor(
    { kind, places }: { readonly kind: Sampler['kind']; readonly places: number },
    config: ModelConfig,
    shards: readonly Shard[],
    abilities: SamplerAbilities,
  ) {
    this.kind = kind;
    this.places = places;
    this.#config = config;
    this.#shards = shards;
    this.#abilities = abilities;
  }

  async sample({ signal, ...request }: SampleRequest): Promise<Sample[]> {
    if (this.#isClosed) throw new Error('the sampler is closed');
    checkSequenceRequest(request, this.#config, this.#abilities);
    this.#promptTokens += request.prompt_T.length;
    // When one worker fails, the others need not finish.
    const siblings = new AbortController();
    const anySignal = signal === undefined ? siblings.signal : AbortSignal.any([signal, siblings.signal]);
    const samples: Sample[] = [];
    try {
      const dealt = await this.#deal(request.seeds_S.length);
      if (this.#isClosed) throw new DOMException('sampling was aborted', 'AbortError');
      const parts = [...dealt].map(async ([shard, places]) => {
        const seeds_S = places.map((place) => request.seeds_S[place] ?? 0);
        try {
          const part = await shard.client.call('sample', { ...request, seeds_S }, { signal: anySignal });
          part.forEach((sample, i) => {
            samples[places[i] ?? 0] = sample;
          });
        } finally {
          shard.load -= places.length;
        }
      });
      await Promise.all(parts);
    } catch (error) {
      siblings.abort();
      throw error;
    }
    return samples;
  }

  /** Prompt tokens count once a request; seconds are those of the busiest worker. */
  async usage(): Promise<SamplerUsage> {
    const parts = await Promise.all(this.#shards.map(({ client }) => client.call('usage', undefined)));
    const total = (name: 'computedPromptTokens' | 'reusedPromptTokens' | 'sampledTokens') =>
      parts.reduce((sum, part) => sum + part[name], 0);
    return {
      promptTokens: this.#promptTokens,
      computedPromptTokens: total('computedPromptTokens'),
      reusedPromptTokens: total('reusedPromptTokens'),
      sampledTokens: total('sampledTokens'),
      busySeconds: Math.max(...parts.map((part) => part.busySeconds)),
    };
  }

  async setWeights(flat: Float32Array, version: PolicyVersion): Promise<void> {
    checkSize(flat, this.#config);
    const weights = shared(flat, this.#spare.pop());
    await Promise.all(this.#shards.map(({ client }) => client.call('setWeights', { weights, version })));
    // Where a worker failed, another may still read them.
    this.#spare.push(weights);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#shards.map(({ client }) => client.close()));
  }

  /** Places of a request's seeds by worker. What arrives together is dealt together. */
  #deal(count: number): Promise<Map<Shard, number[]>> {
    return new Promise((resolve) => {
      if (this.#arrivals.length === 0) setImmediate(() => this.#dealAll());
      this.#arrivals.push({ count, resolve });
    });
  }

  /**
   * All workers get the same load, and seeds of one request stay together as far as that allows: each worker runs the
   * prompts of its seeds.
   */
  #dealAll(): void {
    const arrivals = this.#arrivals.splice(0);
    const load = this.#shards.reduce((sum, shard) => sum + shard.load, 0);
    const total = arrivals.reduce((sum, { count }) => sum + count, load);
    const share = Math.ceil(total / this.#shards.length);
    for (const { count, resolve } of arrivals) {
      const dealt = new Map<Shard, number[]>();
      for (let place = 0; place < count; ) {
        const shard = this.#shards.reduce((least, other) => (other.load < least.load ? other : least));
        const taken = Math.min(count - place, share - shard.load);
        const places = Array.from({ length: taken }, (_, i) => place + i);
        dealt.set(shard, [...(dealt.get(shard) ?? []), ...places]);
        shard.load += taken;
        place += taken;
      }
      resolve(dealt);
    }
  }
}

function checkSize(flat: Float32Array, config: ModelConfig): void {
  const count = parameterCount(config);
  if (flat.length !== count) throw new RangeError(`the model has ${count} parameters, got ${flat.length}`);
}

function shared(flat: Float32Array, buffer = new SharedArrayBuffer(flat.byteLength)): SharedArrayBuffer {
  new Float32Array(buffer).set(flat);
  return buffer;
}
