/**
 * The product of a matrix that is never formed (Hu et al. 2021): x·(scale·B·A)ᵀ as two narrow products, added to what
 * the frozen matrix gives.
 */
import type { Graph, Value } from '../graph.ts';
import { linear } from './linear.ts';

export interface LowRank {
  /** [rank, in]. */
  readonly a: Value;
  /** [out, rank]. */
  readonly b: Value;
  readonly scale: number;
}

/** y + scale·(x·Aᵀ)·Bᵀ for x [T, in] and y [T, out]. */
export function addLowRank(g: Graph, y: Value, x: Value, { a, b, scale }: LowRank): Value {
  return linear(g, linear(g, x, a, { scale }), b, { residual: y });
}
