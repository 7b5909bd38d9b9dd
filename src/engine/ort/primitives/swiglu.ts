/**
 * The gated unit silu(gate)·up (Shazeer 2020). silu runs as one fused kernel (QuickGelu with α = 1), and the
 * sigmoid is computed again in the backward pass rather than kept.
 */
import type { Graph, Value } from '../graph.ts';

/** gate and up of one shape → silu(gate)·up. */
export function swiglu(g: Graph, gate: Value, up: Value): Value {
  const silu = g.microsoft('QuickGelu', [gate], { alpha: { float: 1 } });
  const y = g.mul(silu, up);
  // silu' = σ + silu·(1 − σ), so dgate = up·(dup + σ·(dy − dup)) with dup = dy·silu.
  g.record([y], [gate, up], ([dy]) => {
    if (dy === undefined) return [];
    const dup = g.mul(dy, silu);
    const sigmoid = g.op('Sigmoid', [gate]);
    const dgate = g.mul(up, g.add(dup, g.mul(sigmoid, g.sub(dy, dup))));
    return [dgate, dup];
  });
  return y;
}
