/**
 * Rotary position embedding (Su et al. 2021) in the half-split form of Llama and Qwen. A rotation's gradient is
 * the rotation back, so the backward pass is the same kernel with the sine negated.
 */
import type { Graph, Value } from '../graph.ts';

export interface RotaryTables {
  readonly cos: Value;
  readonly sin: Value;
  readonly negativeSin: Value;
}

/** Tables for positions 0 to positionCount − 1, [positionCount, headSize/2] each, computed in double precision. */
export function rotaryTables(
  g: Graph,
  { positionCount, headSize, theta }: { positionCount: number; headSize: number; theta: number },
): RotaryTables {
  const half = headSize / 2;
  const cosines = new Float32Array(positionCount * half);
  const sines = new Float32Array(positionCount * half);
  for (let position = 0; position < positionCount; position += 1) {
    for (let i = 0; i < half; i += 1) {
      const angle = position * theta ** (-i / half);
      cosines[position * half + i] = Math.cos(angle);
      sines[position * half + i] = Math.sin(angle);
    }
  }
  const cos = g.table('rotaryCos', 'float32', [positionCount, half], cosines);
  const sin = g.table('rotarySin', 'float32', [positionCount, half], sines);
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
