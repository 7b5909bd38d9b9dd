/** The mean of a value over the trained tokens of each sequence, given to every one of them. */
import type { Graph, Value } from '../graph.ts';

/** N trained tokens of D sequences. */
export interface SequenceInputs {
  /** int64 [N]: the sequence of each token, from 0 to D − 1. */
  readonly sequence: Value;
  /** int64 [D]: 0, 1, …, D − 1. */
  readonly numbers: Value;
  /** [N]: 1 / trained tokens of the token's sequence. */
  readonly share: Value;
}

/**
 * y_n = Σ_m share_m·x_m over the tokens m of the sequence of n. Sums are products with a matrix of zeros and ones,
 * because adding at repeated indices inside the graph races between threads.
 */
export function sequenceMean(g: Graph, x: Value, { sequence, numbers, share }: SequenceInputs): Value {
  const equal = g.op('Equal', [g.reshape(sequence, [-1, 1]), g.reshape(numbers, [1, -1])]);
  const membership = g.op('Cast', [equal], { to: 1 });
  /** Σ over the sequence of each token, [N]. */
  const sums = (values: Value): Value => {
    const perSequence = g.matmul(g.reshape(values, [1, -1]), membership);
    return g.op('Gather', [g.reshape(perSequence, [-1]), sequence], { axis: 0 });
  };
  const y = sums(g.mul(x, share));
  g.record([y], [x], ([dy]) => [dy && g.mul(sums(dy), share)]);
  return y;
}
