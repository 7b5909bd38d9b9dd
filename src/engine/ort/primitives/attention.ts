/**
 * Grouped-query attention over packed rows. The query heads of a group are laid one after another along the
 * sequence, [B, KV, G·L, size], a plain reshape: keys and values are never repeated, and their gradients are
 * summed over the group inside the matrix product. Queries are worked off in blocks of L positions, each against
 * the keys up to its end only: what no query may see is never computed. In long rows the probabilities are computed
 * again in the backward pass instead of being kept, so memory grows with S, not with S².
 */
import { computedAfter, type Graph, type Value } from '../graph.ts';

export interface AttentionShape {
  /** S. */
  readonly rowLength: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly size: number;
}

/** Queries from … to − 1 see keys 0 … to − 1 at most. */
export interface AttentionBlock {
  readonly from: number;
  readonly to: number;
}

/** A quarter of a row, within bounds: smaller products are slower than what they save. */
const shortestBlock = 64;
const longestBlock = 512;
/** Probabilities of longer rows are not kept. */
export const longestKeptRow = 1024;

/** The blocks of a row of S positions. */
export function attentionBlocks(rowLength: number): AttentionBlock[] {
  const length = Math.min(longestBlock, Math.max(shortestBlock, Math.ceil(rowLength / 4)));
  return Array.from({ length: Math.ceil(rowLength / length) }, (_, i) => ({
    from: i * length,
    to: Math.min(rowLength, (i + 1) * length),
  }));
}

export interface AttentionInputs {
  /** [B, heads, S, size]. */
  readonly q: Value;
  /** [B, keyValueHeads, S, size]. */
  readonly k: Value;
  readonly v: Value;
  /** For each block [B, 1, to − from, to]; no gradient. */
  readonly biases: readonly Value[];
}

/** What the forward pass of a block leaves for its backward pass. */
interface BlockForward {
  /** [B, KV, G·L, size]. */
  readonly query: Value;
  readonly probabilities: Value;
  readonly mixed: Value;
}

/** softmax(q·kᵀ/√size + bias)·v → [B, heads, S, size]. `keepProbabilities` is for tests. */
export function attention(
  g: Graph,
  { q, k, v, biases }: AttentionInputs,
  shape: AttentionShape,
  { keepProbabilities = shape.rowLength <= longestKeptRow }: { readonly keepProbabilities?: boolean } = {},
): Value {
  const { heads, keyValueHeads, size } = shape;
  const blocks = attentionBlocks(shape.rowLength);
  const scale = 1 / Math.sqrt(size);
  const lengths = blocks.map(({ from, to }) => to - from);
  const groupedRows = (length: number) => (heads / keyValueHeads) * length;
  /** [B, heads, L, …] to [B, KV, G·L, …] and back. */
  const grouped = (x: Value, length: number, last: number) =>
    g.reshape(x, [-1, keyValueHeads, groupedRows(length), last]);
  const perHead = (x: Value, length: number, last: number) => g.reshape(x, [-1, heads, length, last]);
  const upTo = (x: Value, to: number) => (to === shape.rowLength ? x : slice(g, x, to));

  const probabilitiesOf = (query: Value, keys: Value, index: number, { from, to }: AttentionBlock) => {
    const scores = perHead(g.matmul(query, keys, { transB: true, scale }), to - from, to);
    const softmax = g.op('Softmax', [g.add(scores, biases[index] as Value)], { axis: -1 });
    return grouped(softmax, to - from, to);
  };

  const keysOf = blocks.map(({ to }) => upTo(k, to));
  const valuesOf = blocks.map(({ to }) => upTo(v, to));
  const forwards = split(g, q, lengths).map((part, index): BlockForward => {
    const block = blocks[index] as AttentionBlock;
    const query = grouped(part, block.to - block.from, size);
    const probabilities = probabilitiesOf(query, keysOf[index] as Value, index, block);
    return { query, probabilities, mixed: g.matmul(probabilities, valuesOf[index] as Value) };
  });
  const out = join(
    g,
    forwards.map(({ mixed }, index) => perHead(mixed, lengths[index] ?? 0, size)),
  );

  // Through the softmax: dscores = P·(dP − rowsum(dP·P)), and rowsum(dP·P) = rowsum(dO·O), a smaller product.
  g.record([out], [q, k, v], ([dout]) => {
    if (dout === undefined) return [];
    const dqueries: Value[] = [];
    let dk: Value | undefined;
    let dv: Value | undefined;
    split(g, dout, lengths).forEach((given, index) => {
      // One block after another: else the probabilities of all of them would be there at once.
      const before = keepProbabilities
        ? []
        : [dk, dv, dqueries.at(-1)].filter((value) => value !== undefined);
      const part = before.length > 0 ? computedAfter(g, given, before) : given;
      const block = blocks[index] as AttentionBlock;
      const { query, mixed, ...forward } = forwards[index] as BlockForward;
      const keys = keysOf[index] as Value;
      const length = block.to - block.from;
      const dmixed = grouped(part, length, size);
      const probabilities = keepProbabilities
        ? forward.probabilities
        : probabilitiesOf(computedAfter(g, query, [dmixed]), keys, index, block);
      const dprobabilities = g.matmul(dmixed, valuesOf[index] as Value, { transB: true });
      const mean = g.sum(g.mul(dmixed, mixed), [-1], true);
      const dscores = g.mul(probabilities, g.sub(dprobabilities, mean));
      dqueries.push(perHead(g.matmul(dscores, keys, { scale }), length, size));
      dk = addLonger(g, dk, length, g.matmul(dscores, query, { transA: true, scale }));
      dv = addLonger(g, dv, length, g.matmul(probabilities, dmixed, { transA: true }));
    });
    return [join(g, dqueries), dk, dv];
  });
  return out;
}

/** The sum of gradients of the first keys, [B, KV, n − by, size], and of more of them, [B, KV, n, size]. */
function addLonger(g: Graph, shorter: Value | undefined, by: number, longer: Value): Value {
  if (shorter === undefined) return longer;
  return g.add(g.op('Pad', [shorter, g.integers([0, 0, 0, 0, 0, 0, by, 0])], { mode: 'constant' }), longer);
}

/** Positions 0 … to − 1. */
function slice(g: Graph, x: Value, to: number): Value {
  return g.op('Slice', [x, g.integers([0]), g.integers([to]), g.integers([2])]);
}

function split(g: Graph, x: Value, lengths: readonly number[]): Value[] {
  return lengths.length === 1 ? [x] : g.ops('Split', [x, g.integers(lengths)], lengths.length, { axis: 2 });
}

function join(g: Graph, parts: readonly Value[]): Value {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : g.op('Concat', parts, { axis: 2 });
}
