/**
 * What this machine's processor can do: onnxruntime's own matrix products in float32 and nothing else. All
 * products go into one graph whose only output is a scalar, so that no result is copied out and the cost of a call
 * is shared by all of them; inputs of one shape are one array.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Graph, type Value } from '../../src/engine/ort/graph.ts';
import { serialiseOnnx } from '../../src/engine/ort/onnx.ts';
import type { MatrixProduct } from './matrix-products.ts';
import type { Work } from './quiet.ts';

export interface Ceiling {
  /** Computes every product once, as often as it counts. */
  readonly run: Work;
  release(): Promise<void>;
}

/** Prepares the products for `threads` threads, with onnxruntime's own settings: threads that wait, spin until the run ends. */
export async function createCeiling(products: readonly MatrixProduct[], threads: number): Promise<Ceiling> {
  const g = new Graph();
  const shapes = new Map<string, readonly number[]>();
  const operand = (dims: readonly number[]): Value => {
    const name = `x${dims.join('x')}`;
    if (!shapes.has(name)) g.input(name, 'float32', dims);
    shapes.set(name, dims);
    return name as Value;
  };
  const picked = products.flatMap((product) => {
    const { batch, rows, columns, inner, transA, transB, count } = product;
    const stack = batch === 1 ? [] : [batch];
    const a = operand([...stack, ...(transA ? [inner, rows] : [rows, inner])]);
    const b = operand([...stack, ...(transB ? [columns, inner] : [inner, columns])]);
    return Array.from({ length: count }, () => {
      const y = batch === 1 ? g.gemm(a, b, { transA, transB }) : g.matmul(a, b, { transA, transB });
      return firstElement(g, y, stack.length + 2);
    });
  });
  g.output('sum', g.sum(g.op('Concat', picked, { axis: 0 }), [0]), 'float32', []);
  const session = await InferenceSession.create(serialiseOnnx(g.finish()), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Equal products must not be merged into one.
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
    extra: { session: { force_spinning_stop: '1' } },
  });
  const feeds: Record<string, Tensor> = {};
  for (const [name, dims] of shapes) {
    const length = dims.reduce((product, dim) => product * dim, 1);
    const data = Float32Array.from({ length }, (_, i) => Math.sin(i));
    feeds[name] = new Tensor('float32', data, dims);
  }
  return {
    run: async () => {
      await session.run(feeds);
      return undefined;
    },
    release: () => session.release(),
  };
}

/** A square product of this size, four times. */
export function squareProducts(size: number): MatrixProduct[] {
  return [{ batch: 1, rows: size, columns: size, inner: size, transA: false, transB: false, count: 4 }];
}

function firstElement(g: Graph, y: Value, rank: number): Value {
  const each = (value: number) => g.integers(Array.from({ length: rank }, () => value));
  return g.reshape(g.op('Slice', [y, each(0), each(1)]), [1]);
}
