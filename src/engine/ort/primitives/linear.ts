/**
 * y = scale·x·Wᵀ (+ bias) (+ residual), with weights in the layout of Hugging Face ([out, in]); nothing is ever
 * transposed in memory. What is added, and gradients from several users of x or W, go into Gemm's third input.
 */
import type { Graph, Value } from '../graph.ts';

/** x [T, in], weight [out, in], residual [T, out], bias [out] → [T, out]. */
export function linear(
  g: Graph,
  x: Value,
  weight: Value,
  {
    residual,
    bias,
    scale = 1,
  }: { residual?: Value | undefined; bias?: Value | undefined; scale?: number } = {},
): Value {
  const product = g.gemm(x, weight, { transB: true, scale, plus: residual ?? bias });
  const y = residual === undefined || bias === undefined ? product : g.add(product, bias);
  const added = [residual, bias].filter((value) => value !== undefined);
  g.record([y], [x, weight, ...added], ([dy]) => {
    if (dy === undefined) return [];
    const dx = (gathered?: Value) => g.gemm(dy, weight, { scale, plus: gathered });
    const dweight = (gathered?: Value) => g.gemm(dy, x, { transA: true, scale, plus: gathered });
    return [dx, dweight, ...added.map((value) => (value === residual ? dy : g.sum(dy, [0])))];
  });
  return y;
}
