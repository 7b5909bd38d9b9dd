/**
 * The weights on their way from the trainer to its samplers. An update is in use within a deadline or the run ends; what the samplers
 * return is held to the version in use (fresh-sampler.ts); and SAME-LOGPROB is checked after each update, before anything
 * that was sampled since is handed over and before the next step trains (canary.ts). So no fault of an update becomes training on the wrong probabilities, and none becomes a wait
 * without end.
 */
import type { PolicyVersion, Sampler, TrainableModel } from '../../engine/engine.ts';
import { type CanarySettings, checkCanary, sampleCanary } from './canary.ts';
import { freshSampler } from './fresh-sampler.ts';
import { type Deadline, DeadlineError, withinDeadline } from './within-deadline.ts';

/** The samplers have not taken new weights. */
export class WeightUpdateError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(
      `the sampler did not take the new weights: ${reason}. The same command goes on from the last checkpoint`,
      options,
    );
    this.name = 'WeightUpdateError';
  }
}

export type SyncedModel = Pick<TrainableModel, 'publishWeights' | 'forward'>;

export class WeightSync {
  /**
   * The live sampler, held to the weights in use. What it returns while an update is under way is handed over when that
   * has been confirmed, so that nothing of one that went wrong is ever on record.
   */
  readonly sampler: Sampler;
  readonly #model: SyncedModel;
  readonly #live: Sampler;
  readonly #deadline: Deadline;
  readonly #canary: CanarySettings;
  readonly #closing = new AbortController();
  #version = Number.NEGATIVE_INFINITY as PolicyVersion;
  /** Of the newest update: the largest difference of a log-prob. */
  #confirmed: Promise<number | undefined> = Promise.resolve(undefined);

  constructor(model: SyncedModel, live: Sampler, deadline: Deadline, canary: CanarySettings) {
    this.#model = model;
    this.#deadline = deadline;
    this.#canary = canary;
    this.#live = freshSampler(live, () => this.#version);
    this.sampler = {
      ...this.#live,
      sample: async (request) => {
        const samples = await this.#live.sample(request);
        await this.#confirmed;
        return samples;
      },
    };
  }

  /** Gives the present weights to the sampler; resolves when it says that they are in use. Throws a WeightUpdateError. */
  async publish(): Promise<PolicyVersion> {
    const published = this.#publish();
    this.#confirmed = published.then((version) => this.#confirm(version));
    // Who waits for it is told; nobody has to.
    this.#confirmed.catch(() => undefined);
    return await published;
  }

  /**
   * Resolves when the newest update is confirmed: before that the model must not train. The largest difference of a
   * log-prob; undefined where none is sought. Throws a SamplerMismatchError or a StaleSamplerError.
   */
  async confirmed(): Promise<number | undefined> {
    return await this.#confirmed;
  }

  /** Closes the sampler; one that does not end is left behind when its time is up. */
  async close(): Promise<void> {
    this.#closing.abort();
    try {
      await withinDeadline(this.#deadline, 'closing the sampler', this.#live.close());
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
    }
  }

  async #publish(): Promise<PolicyVersion> {
    let version: PolicyVersion;
    try {
      version = await withinDeadline(this.#deadline, 'the update', this.#model.publishWeights());
    } catch (error) {
      throw new WeightUpdateError(error instanceof Error ? error.message : String(error), { cause: error });
    }
    if (version < this.#version)
      throw new WeightUpdateError(`it answers with version ${version} after version ${this.#version}`);
    this.#version = version;
    return version;
  }

  async #confirm(version: PolicyVersion): Promise<number | undefined> {
    if (this.#canary.most === undefined) return undefined;
    const compared = async (): Promise<number> => {
      const samples = await sampleCanary(this.#live, this.#canary, this.#closing.signal);
      return await checkCanary(this.#model, samples, version, this.#canary);
    };
    return await withinDeadline(this.#deadline, 'the comparison of sampler and trainer', compared());
  }
}
