/**
 * Samplers of weights on disk, loaded when somebody samples and at most so many at a time: a program that takes a snapshot
 * a step must not fill the memory with them. One that is idle makes room, the longest idle first. Log-probs of prompts
 * need a sampler made for them, which costs more, so that one is made when they are asked for.
 */
import type { Engine, Sampler, SamplerOptions } from '../../engine/engine.ts';

export interface Weights {
  /** In the Hugging Face layout; it is not changed as long as it is used. */
  readonly directory: string;
  readonly tokenizer: SamplerOptions['tokenizer'];
}

interface Loaded {
  readonly sampler: Promise<Sampler>;
  readonly directory: string;
  readonly promptLogprobs: boolean;
  users: number;
  isDropped: boolean;
}

export class SamplerPool {
  readonly #engine: Engine;
  readonly #most: number;
  /** The longest unused first. */
  readonly #loaded: Loaded[] = [];
  readonly #closing = new Set<Promise<void>>();
  #freed = Promise.withResolvers<void>();

  constructor(engine: Engine, most: number) {
    this.#engine = engine;
    this.#most = most;
  }

  get size(): number {
    return this.#loaded.length;
  }

  /** Lends a sampler to `work`. A sampler that broke is not lent again. */
  async use<T>(
    weights: Weights,
    promptLogprobs: boolean,
    signal: AbortSignal,
    work: (sampler: Sampler) => Promise<T>,
  ): Promise<T> {
    const loaded = await this.#take(weights, promptLogprobs, signal);
    try {
      return await work(await loaded.sampler);
    } catch (error) {
      if (isBroken(error)) this.#drop(loaded);
      throw error;
    } finally {
      loaded.users -= 1;
      if (loaded.users === 0) {
        if (loaded.isDropped) this.#close(loaded);
        this.#freed.resolve();
        this.#freed = Promise.withResolvers();
      }
    }
  }

  /** Nobody will ask for the weights of this directory again. Who samples from them ends first. */
  async drop(directory: string): Promise<void> {
    for (const loaded of this.#loaded.filter((one) => one.directory === directory)) this.#drop(loaded);
    await Promise.all(this.#closing);
  }

  async close(): Promise<void> {
    for (const loaded of [...this.#loaded]) {
      this.#drop(loaded);
      if (loaded.users > 0) this.#close(loaded);
    }
    await Promise.all(this.#closing);
  }

  async #take(weights: Weights, promptLogprobs: boolean, signal: AbortSignal): Promise<Loaded> {
    for (;;) {
      signal.throwIfAborted();
      const place = this.#loaded.findIndex(
        (one) => one.directory === weights.directory && (one.promptLogprobs || !promptLogprobs),
      );
      const [known] = place < 0 ? [] : this.#loaded.splice(place, 1);
      if (known !== undefined) return this.#lend(known);
      const idle = this.#loaded.find(({ users }) => users === 0);
      if (this.#loaded.length < this.#most) {
        const { directory, tokenizer } = weights;
        const options = { promptLogprobs, ...(tokenizer === undefined ? {} : { tokenizer }) };
        const sampler = this.#engine.loadSampler(directory, options);
        const loaded: Loaded = { sampler, directory, promptLogprobs, users: 0, isDropped: false };
        sampler.catch(() => this.#drop(loaded));
        return this.#lend(loaded);
      }
      if (idle !== undefined) this.#drop(idle);
      else await this.#freed.promise;
    }
  }

  #lend(loaded: Loaded): Loaded {
    loaded.users += 1;
    this.#loaded.push(loaded);
    return loaded;
  }

  #drop(loaded: Loaded): void {
    const place = this.#loaded.indexOf(loaded);
    if (place < 0) return;
    this.#loaded.splice(place, 1);
    loaded.isDropped = true;
    if (loaded.users === 0) this.#close(loaded);
  }

  #close({ sampler }: Loaded): void {
    // One that did not load, or broke, has nothing to close.
    const closed = sampler.then((one) => one.close()).catch(() => undefined);
    this.#closing.add(closed);
    void closed.then(() => this.#closing.delete(closed));
  }
}

/** A request that was refused or given up leaves its sampler as it was. */
function isBroken(error: unknown): boolean {
  return !(error instanceof RangeError || (error instanceof Error && error.name === 'AbortError'));
}
