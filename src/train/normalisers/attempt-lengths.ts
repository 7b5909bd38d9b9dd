/** What a normaliser may read of a step. */

export interface AttemptLengths {
  /** Tells the groups of a step apart. */
  readonly group: number;
  readonly promptTokens: number;
  /** Sampled tokens: those that are trained. */
  readonly tokens: number;
}

export interface StepLengths {
  /** The attempts that are trained, in the order of the weights. */
  readonly trained: readonly AttemptLengths[];
  /** All attempts of the step, those of skipped and dropped groups and ungraded ones included. */
  readonly attempts: number;
}

/** One factor per trained attempt, the same for all its tokens. */
export type Normaliser = (step: StepLengths) => number[];
