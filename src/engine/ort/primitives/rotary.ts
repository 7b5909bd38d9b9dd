/**
 * Rotary position embedding (Su et al. 2021) in the half-split form of Llama and Qwen. A rotation's gradient is
 * the rotation back (times the attention factor of scaled positions, which is in both tables), so the backward
 * pass is the same kernel with the sine negated.
 */
import type { Graph, Value } from '../graph.ts';
import { type RotarySettings, rotaryPositions } from '../rotary-positions.ts';

export interface RotaryTables {
  readonly cos: Value;
  readonly sin: Value;
  readonly negativeSin: Value;
}

/** The tables of `rotaryPositions` as constants of the graph, [positionCount, headSize/2] each. */
export function rotaryTables(g: Graph, config: RotarySettings, positionCount: number): RotaryTables {
  const dims = [positionCount, config.head_dim / 2];
  const { cosines, sines } = rotaryPositions(config, positionCount);
  const cos = g.table('rotaryCos', 'float32', dims, cosines);
  const sin = g.table('rotarySin', 'float32', dims, sines);
  return { cos, sin, negativeSin: g.negate(sin) };
}

/** x [B, heads, S, headSize], positions int64 [B, S] → the same shape as x. */
export function rotary(g: Graph, x: Value, positions: Value, tables: RotaryTables): Value {
  const rotate = (value: Value, sin: Value) =>
    g.microsoft('RotaryEmbedding', [value, positions, tables.cos, sin], { interleaved: 0 });
  const y = rotate(x, tables.sin);
  g.record([y], [x], ([dy]) => [dy && rotate(dy, tables.negativeSin)]);
  return y;
}
