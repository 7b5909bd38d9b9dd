/** A model on a server that is made to be measured: the plain requests of the protocol, without what a profile adds to them. */
import type { LoraOptions } from '../engine.ts';
import { createOn } from './create-on.ts';
import { gradientNormOf } from './optimiser-body.ts';
import { samplePiece } from './sampling-request.ts';
import type { Server } from './server.ts';
import { saveWeightsForSampler } from './wire/endpoints/checkpoint-endpoints.ts';
import { unloadModel } from './wire/endpoints/model-endpoints.ts';
import { type AdamParams, optimStep } from './wire/endpoints/training-endpoints.ts';
import { WireError } from './wire/wire-error.ts';
import { float32Tensor, int64Tensor } from './wire/wire-tensor.ts';

/** Ids that every vocabulary has. */
export const probeTokens = Int32Array.of(11, 23, 5, 42, 17, 8, 31, 3, 19);

const still: AdamParams = {
  ...{ learning_rate: 0, beta1: 0, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 },
};

export class Probe {
  readonly #server: Server;
  readonly #modelId: string;
  #next: number;
  readonly #samples = new Map<string, number>();

  private constructor(server: Server, modelId: string, next: number) {
    this.#server = server;
    this.#modelId = modelId;
    this.#next = next;
  }

  static async begin(
    server: Server,
    options: { readonly baseModel: string; readonly lora: Required<LoraOptions> | undefined },
  ): Promise<Probe> {
    const { modelId, nextRequest } = await createOn(server, options);
    return new Probe(server, modelId, nextRequest);
  }

  /** ln p of each token after the first. */
  async logprobs(tokens_T: Int32Array = probeTokens): Promise<Float32Array> {
    const [output] = await this.#train([1], tokens_T, true);
    return output ?? new Float32Array();
  }

  /** Adds the gradient of a cross-entropy over copies of the same tokens, one a weight. */
  async gradient(weights: readonly number[], tokens_T: Int32Array = probeTokens): Promise<void> {
    await this.#train(weights, tokens_T, false);
  }

  /** A step; the gradient's norm, NaN where the server does not say. */
  async step(params: Partial<AdamParams>): Promise<number> {
    const body = { adam_params: { ...still, ...params }, model_id: this.#modelId, seq_id: this.#number() };
    const { metrics } = await this.#server.request(
      optimStep,
      { ...body, type: 'optim_step' },
      { repeatable: false },
    );
    return gradientNormOf(metrics);
  }

  /** A sampling session with the present weights. */
  async sampler(): Promise<string | undefined> {
    const { session } = this.#server;
    const ids = { sampling_session_seq_id: session.nextSampler(), seq_id: this.#number() };
    const result = await this.#server.request(
      saveWeightsForSampler,
      { model_id: this.#modelId, ...ids, type: 'save_weights_for_sampler' },
      { repeatable: false },
    );
    return result.sampling_session_id ?? undefined;
  }

  /** Tokens after `probeTokens` at a temperature, with their log-probs as the server gives them. */
  async sample(sessionId: string, temperature: number) {
    const number = this.#samples.get(sessionId) ?? 0;
    this.#samples.set(sessionId, number + 1);
    const response = await samplePiece(this.#server, {
      ...{ sessionId, number, prompt_T: probeTokens, maxTokens: 8, seeds_S: [5] },
      sampling: { maxTokens: 8, temperature, stopTokenIds: [] },
      ...{ promptLogprobs: false, topLogprobs: 0 },
    });
    const [sequence] = response.sequences;
    return {
      tokens: sequence?.tokens_T ?? new Int32Array(),
      logprobs: sequence?.logprobs_T ?? new Float32Array(),
    };
  }

  async end(): Promise<void> {
    await this.#server.request(
      unloadModel,
      { model_id: this.#modelId, type: 'unload_model' },
      { repeatable: false },
    );
  }

  #number(): number {
    this.#next += 1;
    return this.#next - 1;
  }

  async #train(
    weights: readonly number[],
    tokens_T: Int32Array,
    forwardOnly: boolean,
  ): Promise<Float32Array[]> {
    const tokens_N = tokens_T.subarray(0, -1);
    const output = await this.#server.train(
      {
        ...{ modelId: this.#modelId, seqId: this.#number(), lossFn: 'cross_entropy', forwardOnly },
        lossFnConfig: new Map(),
        data: weights.map((weight) => ({
          tokens_N,
          inputs: new Map([
            ['target_tokens', int64Tensor(tokens_T.subarray(1))],
            ['weights', float32Tensor(new Float32Array(tokens_N.length).fill(weight))],
          ]),
        })),
      },
      { repeatable: false },
    );
    return output.outputs_D.map((outputs) => {
      const logprobs = outputs.get('logprobs');
      if (logprobs?.dtype !== 'float32') throw new WireError('a training result has no log-probs');
      return logprobs.data;
    });
  }
}
