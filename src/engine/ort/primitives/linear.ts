/**
 * y = x·Wᵀ (+ residual), with weights in the layout of Hugging Face ([out, in]); nothing is ever transposed in
 * memory. The residual, and gradients from several users of x or W, are added by Gemm's third input.
 */
import type { Graph, Value } from '../graph.ts';

/** x [T, in], weight [out, in], residual [T, out] → [T, out]. */
export function linear(g: Graph, x: Value, weight: Value, residual?: Value): Value {
  const y = g.gemm(x, weight, { transB: true, plus: residual });
  const inputs = residual === undefined ? [x, weight] : [x, weight, residual];
  g.record([y], inputs, ([dy]) => {
    if (dy === undefined) return [];
    const dx = (gathered?: Value) => g.gemm(dy, weight, { plus: gathered });
    const dweight = (gathered?: Value) => g.gemm(dy, x, { transA: true, plus: gathered });
    return residual === undefined ? [dx, dweight] : [dx, dweight, dy];
  });
  return y;
}
