/**
 * y = x·(W + scale·B·A)ᵀ, of which W is frozen (Hu et al. 2021). The sum is formed where it is used and formed again in
 * the backward pass: for as many rows of x as a micro-batch has that takes less than two narrow products beside every
 * wide one, and nothing is kept. The gradients of A and B are narrow products; that of the sum is never formed.
 */
import { computedAfter, type Graph, type Value } from '../graph.ts';

export interface LowRank {
  /** [rank, in]. */
  readonly a: Value;
  /** [out, rank]. */
  readonly b: Value;
  readonly scale: number;
}

/** W + scale·B·A, but only once `after` is there: else the runtime would form all sums at first, and keep them. */
export function adaptedWeight(g: Graph, weight: Value, { a, b, scale }: LowRank, after: Value): Value {
  return g.gemm(computedAfter(g, b, [after]), a, { scale, plus: weight });
}

/** x [T, in], weight [out, in], residual [T, out], bias [out], which is as frozen as the weight → [T, out]. */
export function adaptedLinear(
  g: Graph,
  x: Value,
  weight: Value,
  adapter: LowRank,
  { residual, bias }: { residual?: Value | undefined; bias?: Value | undefined } = {},
): Value {
  const { a, b, scale } = adapter;
  const product = g.gemm(x, adaptedWeight(g, weight, adapter, x), { transB: true, plus: residual ?? bias });
  const y = residual === undefined || bias === undefined ? product : g.add(product, bias);
  g.record([y], [x, a, b, ...(residual === undefined ? [] : [residual])], ([dy]) => {
    if (dy === undefined) return [];
    const again = adaptedWeight(g, weight, adapter, dy);
    const outer = g.gemm(dy, b, { scale });
    const inner = g.gemm(x, a, { transB: true, scale });
    return [
      (gathered) => g.gemm(dy, again, { plus: gathered }),
      (gathered) => g.gemm(outer, x, { transA: true, plus: gathered }),
      (gathered) => g.gemm(dy, inner, { transA: true, plus: gathered }),
      dy,
    ];
  });
  return y;
}
