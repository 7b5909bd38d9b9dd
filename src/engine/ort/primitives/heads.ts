/**
 * Moves between token rows [T, heads·size] and heads [B, heads, S, size]. T = B·S with B symbolic.
 */
import type { Graph, Value } from '../graph.ts';

export interface HeadShape {
  readonly rowLength: number;
  readonly heads: number;
  readonly size: number;
}

/** [T, heads·size] → [B, S, heads, size], without moving data. */
export function splitHeads(g: Graph, x: Value, { rowLength, heads, size }: HeadShape): Value {
  const y = g.reshape(x, [-1, rowLength, heads, size]);
  g.record([y], [x], ([dy]) => [dy && g.reshape(dy, [-1, heads * size])]);
  return y;
}

/** [B, S, heads, size] → [B, heads, S, size], and back: it is its own inverse. */
export function swapHeads(g: Graph, x: Value): Value {
  const permutation = [0, 2, 1, 3];
  const y = g.transpose(x, permutation);
  g.record([y], [x], ([dy]) => [dy && g.transpose(dy, permutation)]);
  return y;
}

/** [B, S, heads, size] → [T, heads·size], without moving data. */
export function joinHeads(g: Graph, x: Value, { rowLength, heads, size }: HeadShape): Value {
  const y = g.reshape(x, [-1, heads * size]);
  g.record([y], [x], ([dy]) => [dy && g.reshape(dy, [-1, rowLength, heads, size])]);
  return y;
}
