/**
 * A set of weights ready to run: the session that prefills prompts and the one that decodes. Both hold the weights
 * as constants, which onnxruntime packs when a session is made: some tens of milliseconds per million parameters,
 * paid once per set of weights, and every small step is then up to twice as fast. A third, which prefills and gives
 * prompt log-probs too, is made only where it is asked for.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelConfig, PolicyVersion } from '../engine.ts';
import { decodeGraph } from './decode-graph.ts';
import { createSessionOn } from './execution-provider.ts';
import { float32 } from './float32.ts';
import type { KeyValueCache } from './kv-cache.ts';
import { serialiseOnnx } from './onnx.ts';
import { prefillGraph } from './prefill-graph.ts';
import type { ExecutionProvider } from './provider-names.ts';

export interface SamplerSessionsOptions {
  readonly config: ModelConfig;
  /** Read while the sessions are made only. */
  readonly flat: Float32Array;
  readonly version: PolicyVersion;
  readonly threads: number;
  readonly provider?: ExecutionProvider | undefined;
  readonly promptLogprobs?: boolean | undefined;
}

/** A part of a prompt, and what the parts before it have left. */
export interface ChunkRequest {
  readonly tokens: Int32Array;
  /** The first row of a cache whose first `length` slots hold the tokens before; undefined where there are none. */
  readonly past: { readonly cache: KeyValueCache; readonly length: number } | undefined;
  /** The token after each of `tokens`, where their log-probs are asked for. */
  readonly targets?: Int32Array | undefined;
}

export interface PromptChunk {
  /** Keys, then values, of each layer, [KV, tokens, head_dim]. */
  readonly arrays: readonly Float32Array[];
  /** ln p of each target at temperature 1. */
  readonly logprobs: Float32Array | undefined;
}

interface Sessions {
  readonly prefill: InferenceSession;
  readonly decode: InferenceSession;
  readonly score: InferenceSession | undefined;
}

export class SamplerSessions {
  readonly version: PolicyVersion;
  readonly decode: InferenceSession;
  readonly #prefill: InferenceSession;
  readonly #score: InferenceSession | undefined;
  readonly #config: ModelConfig;

  private constructor(config: ModelConfig, version: PolicyVersion, sessions: Sessions) {
    this.#config = config;
    this.version = version;
    this.decode = sessions.decode;
    this.#prefill = sessions.prefill;
    this.#score = sessions.score;
  }

  static async create(given: SamplerSessionsOptions): Promise<SamplerSessions> {
    const { config, flat, version, provider = 'cpu', promptLogprobs = false } = given;
    const options: InferenceSession.SessionOptions = {
      intraOpNumThreads: given.threads,
      interOpNumThreads: 1,
      // Shapes change from step to step; a memory plan kept for each of them would only grow.
      enableMemPattern: false,
      logSeverityLevel: 3,
    };
    const prefilling = (logprobs: boolean) =>
      createSessionOn(provider, serialiseOnnx(prefillGraph(config, flat, { logprobs })), options);
    const prefill = await prefilling(false);
    const score = promptLogprobs ? await prefilling(true) : undefined;
    const decode = await createSessionOn(provider, serialiseOnnx(decodeGraph(config, flat)), options);
    return new SamplerSessions(config, version, { prefill, decode, score });
  }

  /** Runs a part of a prompt, of at least one token. */
  async prefill({ tokens, past, targets }: ChunkRequest): Promise<PromptChunk> {
    const { num_hidden_layers: layers, num_key_value_heads: groups, head_dim: width } = this.#config;
    const session = targets === undefined ? this.#prefill : this.#score;
    if (session === undefined) throw new Error('these sessions were made without prompt log-probs');
    const pastLength = past?.length ?? 0;
    const room = past?.cache.capacity ?? 0;
    const pastTensor = (layer: number, part: 0 | 1) =>
      new Tensor('float32', past?.cache.view(layer, part, 1) ?? new Float32Array(0), [groups, room, width]);
    const feeds: Record<string, Tensor> = {
      tokens: integers(tokens, [tokens.length]),
      positions: integers(range(pastLength, tokens.length), [1, tokens.length]),
      columns: integers(range(0, pastLength + tokens.length), [1, pastLength + tokens.length]),
      pastLength: integers([pastLength], [1]),
    };
    for (let layer = 0; layer < layers; layer += 1) {
      feeds[`past.keys.${layer}`] = pastTensor(layer, 0);
      feeds[`past.values.${layer}`] = pastTensor(layer, 1);
    }
    if (targets !== undefined) feeds.targets = integers(targets, [tokens.length, 1]);
    const outputs = await session.run(feeds);
    const arrays = Array.from({ length: layers }, (_, layer) => [
      float32(outputs[`keys.${layer}`]),
      float32(outputs[`values.${layer}`]),
    ]);
    return {
      arrays: arrays.flat(),
      logprobs: targets === undefined ? undefined : float32(outputs.logprobs),
    };
  }

  async release(): Promise<void> {
    await this.#prefill.release();
    await this.#score?.release();
    await this.decode.release();
  }
}

function integers(values: ArrayLike<number>, dims: readonly number[]): Tensor {
  return new Tensor(
    'int64',
    BigInt64Array.from({ length: values.length }, (_, i) => BigInt(values[i] ?? 0)),
    dims,
  );
}

function range(start: number, length: number): number[] {
  return Array.from({ length }, (_, i) => start + i);
}
