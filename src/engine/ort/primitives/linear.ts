/**
 * y = x·Wᵀ (+ bias) (+ residual), with weights in the layout of Hugging Face ([out, in]); nothing is ever
 * transposed in memory. What is added, and gradients from several users of x or W, go into Gemm's third input.
 */
import type { Graph, Value } from '../graph.ts';

/** x [T, in], weight [out, in], residual [T, out], bias [out] → [T, out]. */
export function linear(
  g: Graph,
  x: Value,
  weight: Value,
  { residual, bias }: { residual?: Value | undefined; bias?: Value | undefined } = {},
): Value {
  const product = g.gemm(x, weight, { transB: true, plus: residual ?? bias });
  const y = residual === undefined || bias === undefined ? product : g.add(product, bias);
  const added = [residual, bias].filter((value) => value !== undefined);
  g.record([y], [x, weight, ...added], ([dy]) => {
    if (dy === undefined) return [];
    const dx = (gathered?: Value) => g.gemm(dy, weight, { plus: gathered });
    const dweight = (gathered?: Value) => g.gemm(dy, x, { transA: true, plus: gathered });
    return [dx, dweight, ...added.map((value) => (value === residual ? dy : g.sum(dy, [0])))];
  });
  return y;
}
