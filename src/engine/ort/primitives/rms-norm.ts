/**
 * Root-mean-square normalisation over the last axis (Zhang & Sennrich 2019), with the fused kernel forward; the
 * kernel's second output, 1/rms, is what the backward pass needs.
 */
import type { Graph, Value } from '../graph.ts';

/** y = x / √(mean(x²) + epsilon) · gain. x [..., size], gain [size]. */
export function rmsNorm(
  g: Graph,
  x: Value,
  gain: Value,
  { size, epsilon }: { size: number; epsilon: number },
): Value {
  const attributes = { axis: -1, epsilon: { float: epsilon }, stash_type: 1 };
  const [y, inverse] = g.ops('SimplifiedLayerNormalization', [x, gain], 2, attributes) as [Value, Value];
  // With r = 1/rms and the row dot product c = Σ dy·gain·x: dx = r·dy·gain − x·c·r³/size and dgain = Σ_rows r·dy·x.
  g.record([y], [x, gain], ([dy]) => {
    if (dy === undefined) return [];
    const product = g.mul(dy, x);
    const dot = g.matmul(product, g.reshape(gain, [size, 1]));
    const cubed = g.mul(inverse, g.mul(inverse, inverse));
    const along = g.mul(g.mul(dot, cubed), g.scalar(1 / size));
    const dx = g.sub(g.mul(g.mul(dy, gain), inverse), g.mul(x, along));
    const rows = g.matmul(g.reshape(inverse, [1, -1]), g.reshape(product, [-1, size]));
    return [dx, g.reshape(rows, [size])];
  });
  return y;
}
