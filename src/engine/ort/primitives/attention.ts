/**
 * Grouped-query attention with an additive bias. The query heads of a group are laid one after another along the
 * sequence, [B, KV, G·S, size], a plain reshape: keys and values are never repeated, and their gradients are
 * summed over the group inside the matrix product.
 */
import type { Graph, Value } from '../graph.ts';

export interface AttentionShape {
  readonly rowLength: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly size: number;
}

/**
 * softmax(q·kᵀ/√size + bias)·v. q [B, heads, S, size]; k, v [B, keyValueHeads, S, size]; bias [B, 1, S, S], which
 * gets no gradient → [B, heads, S, size].
 */
export function attention(
  g: Graph,
  { q, k, v, bias }: { q: Value; k: Value; v: Value; bias: Value },
  { rowLength, heads, keyValueHeads, size }: AttentionShape,
): Value {
  const scale = 1 / Math.sqrt(size);
  const groupedRows = (heads / keyValueHeads) * rowLength;
  const grouped = (x: Value, last: number) => g.reshape(x, [-1, keyValueHeads, groupedRows, last]);
  const perHead = (x: Value, last: number) => g.reshape(x, [-1, heads, rowLength, last]);

  const query = grouped(q, size);
  const scores = perHead(g.matmul(query, k, { transB: true, scale }), rowLength);
  const probabilities = grouped(g.op('Softmax', [g.add(scores, bias)], { axis: -1 }), rowLength);
  const mixed = g.matmul(probabilities, v);
  const out = perHead(mixed, size);

  // Through the softmax: dscores = P·(dP − rowsum(dP·P)), and rowsum(dP·P) = rowsum(dO·O), a smaller product.
  g.record([out], [q, k, v], ([dout]) => {
    if (dout === undefined) return [];
    const dmixed = grouped(dout, size);
    const dprobabilities = g.matmul(dmixed, v, { transB: true });
    const mean = g.sum(g.mul(dmixed, mixed), [-1], true);
    const dscores = g.mul(probabilities, g.sub(dprobabilities, mean));
    return [
      perHead(g.matmul(dscores, k, { scale }), size),
      g.matmul(dscores, query, { transA: true, scale }),
      g.matmul(probabilities, dmixed, { transA: true }),
    ];
  });
  return out;
}
