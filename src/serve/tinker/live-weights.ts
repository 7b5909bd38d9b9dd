/**
 * The weights of one model that samplers follow while it trains: every publication reaches requests that run and those to
 * come. Nothing is made before it is asked for; log-probs of prompts need a sampler of their own.
 */
import type { Sampler, SamplerOptions, TrainableModel } from '../../engine/engine.ts';

export class LiveWeights {
  readonly #model: TrainableModel;
  readonly #tokenizer: SamplerOptions['tokenizer'];
  readonly #samplers = new Map<boolean, Promise<Sampler>>();
  #isClosed = false;

  constructor(model: TrainableModel, tokenizer: SamplerOptions['tokenizer']) {
    this.#model = model;
    this.#tokenizer = tokenizer;
  }

  /** The present weights are in use when it resolves. */
  async publish(): Promise<void> {
    if (this.#samplers.size === 0) await this.#sampler(false);
    else await this.#model.publishWeights();
  }

  async use<T>(promptLogprobs: boolean, work: (sampler: Sampler) => Promise<T>): Promise<T> {
    return await work(await this.#sampler(promptLogprobs));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const samplers = [...this.#samplers.values()];
    this.#samplers.clear();
    await Promise.all(samplers.map((sampler) => sampler.then((one) => one.close()).catch(() => undefined)));
  }

  #sampler(promptLogprobs: boolean): Promise<Sampler> {
    const known = this.#samplers.get(promptLogprobs) ?? this.#samplers.get(true);
    if (known !== undefined) return known;
    if (this.#isClosed) throw new Error('the weights of this model are not sampled any more');
    const options = {
      promptLogprobs,
      ...(this.#tokenizer === undefined ? {} : { tokenizer: this.#tokenizer }),
    };
    const sampler = this.#model.liveSampler(options);
    this.#samplers.set(promptLogprobs, sampler);
    // The next request tries again.
    sampler.catch(() => this.#samplers.delete(promptLogprobs));
    return sampler;
  }
}
