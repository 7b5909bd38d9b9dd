/** What an objective may read. Each is asked for only by those that need it. N is the number of trained tokens. */
import type { Value } from '../graph.ts';
import type { SequenceInputs } from '../primitives/sequence-mean.ts';

export interface LossInputs {
  /** new_t, [N]. */
  readonly logprobs: Value;
  /** H_t, [N], or undefined where the entropy coefficient is 0. */
  readonly entropies: Value | undefined;
  /** w_t, [N]. */
  weights(): Value;
  /** old_t, [N]. */
  oldLogprobs(): Value;
  /** A_t, [N]. */
  advantages(): Value;
  /** ref_t, [N]. */
  referenceLogprobs(): Value;
  /** Which tokens are of one sequence. */
  sequences(): SequenceInputs;
  /** 1 − ε_low, 1 + ε_high, c_H and c_KL, scalars. */
  ratioLow(): Value;
  ratioHigh(): Value;
  entropyCoefficient(): Value;
  klCoefficient(): Value;
}
