/**
 * The weights on their way from the trainer to its samplers. An update is in use within a deadline or the run ends; what the samplers
 * return is held to the version in use (fresh-sampler.ts); and SAME-LOGPROB is checked after each update, before the next
 * step trains (canary.ts). So no fault of an update becomes training on the wrong probabilities, and none becomes a wait
 * without end.
 */
import type { PolicyVersion, Sample, Sampler, TrainableModel } from '../../engine/engine.ts';
import { type CanarySettings, checkCanary, sampleCanary } from './canary.ts';
import { freshSampler } from './fresh-sampler.ts';
import { type Deadline, withinDeadline } from './within-deadline.ts';

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

type Outcome = { readonly samples: readonly Sample[] } | { readonly error: unknown };

export class WeightSync {
  /** The live sampler, held to the weights in use. */
  readonly sampler: Sampler;
  readonly #model: SyncedModel;
  readonly #deadline: Deadline;
  readonly #canary: CanarySettings;
  readonly #closing = new AbortController();
  #version = Number.NEGATIVE_INFINITY as PolicyVersion;
  /** Of the version in use, until it has been checked. */
  #sent: Promise<Outcome> | undefined;

  constructor(model: SyncedModel, live: Sampler, deadline: Deadline, canary: CanarySettings) {
    this.#model = model;
    this.#deadline = deadline;
    this.#canary = canary;
    this.sampler = freshSampler(live, () => this.#version);
  }

  /** Gives the present weights to the sampler; resolves when they are in use. Throws a WeightUpdateError. */
  async publish(): Promise<PolicyVersion> {
    let version: PolicyVersion;
    try {
      version = await withinDeadline(this.#deadline, 'the update', this.#model.publishWeights());
    } catch (error) {
      throw new WeightUpdateError(error instanceof Error ? error.message : String(error), { cause: error });
    }
    if (version < this.#version)
      throw new WeightUpdateError(`it answers with version ${version} after version ${this.#version}`);
    this.#version = version;
    this.#sent = this.#canary.most === undefined ? undefined : this.#send();
    return version;
  }

  /**
   * Waits for the canary of the version in use and compares it; the model's weights have to be those still. The largest
   * difference of a log-prob; undefined where there is nothing new to compare.
   */
  async check(): Promise<number | undefined> {
    const sent = this.#sent;
    if (sent === undefined) return undefined;
    this.#sent = undefined;
    const outcome = await withinDeadline(
      this.#deadline,
      'the sample that compares sampler and trainer',
      sent,
    );
    if ('error' in outcome) throw outcome.error;
    return await checkCanary(this.#model, outcome.samples, this.#version, this.#canary);
  }

  /** Closes the sampler; one that does not end is left behind when its time is up. */
  async close(): Promise<void> {
    this.#closing.abort();
    await withinDeadline(this.#deadline, 'closing the sampler', this.sampler.close());
  }

  /** Settled with what came of it: nobody may be listening when it fails. */
  #send(): Promise<Outcome> {
    return sampleCanary(this.sampler, this.#canary, this.#closing.signal).then(
      (samples) => ({ samples }),
      (error: unknown) => ({ error }),
    );
  }
}
