/**
 * The matrix products of a training step, as the training graph executes them: for every linear map forward, dX
 * and dW; for attention two products forward and four backward; for the head one forward and two backward. So each
 * costs three times its forward pass. Nothing else is counted as floating-point work.
 */
import type { ModelConfig } from '../../src/engine/engine.ts';

/** y = op(a)·op(b), for each of `batch` pairs of matrices; y is [rows, columns] and sums over `inner`. */
export interface MatrixProduct {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly transA: boolean;
  readonly transB: boolean;
  /** How often a step computes it. */
  readonly count: number;
}

/** Positions that a step runs, and how they lie. */
export interface StepShape {
  /** Rows of `rowLength` positions. */
  readonly rows: number;
  readonly rowLength: number;
  /** Positions that reach the head. */
  readonly predicted: number;
}

export function trainingProducts(config: ModelConfig, shape: StepShape): MatrixProduct[] {
  const { hidden_size: d, intermediate_size: f, head_dim: hd, num_hidden_layers: layers } = config;
  const q = config.num_attention_heads * hd;
  const kv = config.num_key_value_heads * hd;
  const T = shape.rows * shape.rowLength;
  return [
    ...linearProducts(T, d, q, layers),
    ...linearProducts(T, d, kv, 2 * layers),
    ...linearProducts(T, q, d, layers),
    ...linearProducts(T, d, f, 2 * layers),
    ...linearProducts(T, f, d, layers),
    ...attentionProducts(config, shape),
    ...linearProducts(shape.predicted, d, config.vocab_size, 1),
  ];
}

/** Floating-point operations, two for each multiplication and its addition. */
export function productFlops(products: readonly MatrixProduct[]): number {
  return products.reduce((sum, p) => sum + 2 * p.count * p.batch * p.rows * p.columns * p.inner, 0);
}

function linearProducts(T: number, input: number, output: number, count: number): MatrixProduct[] {
  const plain = { batch: 1, transA: false, transB: false, count };
  return [
    { ...plain, rows: T, columns: output, inner: input, transB: true },
    { ...plain, rows: T, columns: input, inner: output },
    { ...plain, rows: output, columns: input, inner: T, transA: true },
  ];
}

/** The heads that share a key are one matrix of rows (primitives/attention.ts). */
function attentionProducts(config: ModelConfig, { rows: B, rowLength: S }: StepShape): MatrixProduct[] {
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim: hd } = config;
  const grouped = (heads / keyValueHeads) * S;
  const plain = { batch: B * keyValueHeads, transA: false, transB: false, count: config.num_hidden_layers };
  const twice = { ...plain, count: 2 * plain.count };
  return [
    // Scores, and the gradient of the probabilities.
    { ...twice, rows: grouped, columns: S, inner: hd, transB: true },
    // Mixed values, and the gradient of the queries.
    { ...twice, rows: grouped, columns: hd, inner: S },
    // Gradients of keys and values.
    { ...twice, rows: S, columns: hd, inner: grouped, transA: true },
  ];
}
