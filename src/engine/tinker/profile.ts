/**
 * What kinds of server are like, as data: one file a kind in `profiles/`. It is what the client believes before the self-test
 * has measured, and what it goes by where nothing can be measured. docs/tinker.md has the table and the sources.
 */
import type { Loss, SettledBy } from '../engine.ts';

export type ProfileKind = 'qed' | 'hosted' | 'tuft' | 'skyrl' | 'skyrl-jax';

export interface ServerProfile {
  readonly kind: ProfileKind;
  /** Rank 0: all parameters train. */
  readonly fullParameter: boolean;
  readonly loraRanks?: { readonly least: number; readonly most?: number };
  /** Adapts the parts of a model that `LoraOptions` name, and not always all of them. */
  readonly adaptsAsAsked: boolean;
  /** Losses that the server computes as `Loss` (engine.ts) has them, but for what `reduction` says. */
  readonly losses: readonly Loss['kind'][];
  /** `mean`: over the tokens of a datum, then over the data until the next step. */
  readonly reduction: 'sum' | 'mean';
  /** Cross-entropy takes weights below 0: with a sum, any loss of log-probs can be had by it. */
  readonly signedWeights: boolean;
  /** Betas, epsilon and weight decay of AdamW. */
  readonly adamFields: SettledBy;
  readonly clipNorm: SettledBy;
  readonly entropyBonus: SettledBy;
  readonly trainerTemperature: SettledBy;
  /** Sampled log-probs are those of the distribution at the request's temperature. */
  readonly logprobsAfterTemperature: boolean;
  /**
   * What a sampling session samples from: weights of its own; the weights that were published last, whatever it was made
   * for; or the trainer's own place, so that sampling from an older session takes updates back.
   */
  readonly samplerWeights: 'own' | 'newest' | 'shared-slot';
  /** How new weights reach who samples: by the server, while a request runs, or with the next segment. */
  readonly live: 'inflight' | 'segments';
  /** How a model goes on from saved weights: in one request by the session, or into a model that is made first. */
  readonly resume: 'session' | 'model';
  /** `load_weights` can leave the optimiser's state out. */
  readonly loadsWithoutOptimiser: boolean;
  /** Sampling from saved weights needs the model that saved them to be there. */
  readonly samplersNeedModel: boolean;
  /** A request with a number that was used is recognised, and its ticket given again. */
  readonly recognisesRepeats: boolean;
  /** Knows `sessions/{id}/finish`. */
  readonly finishesSessions: boolean;
  /** The likeliest other tokens of sampled ones are had. */
  readonly topSampled: boolean;
}
