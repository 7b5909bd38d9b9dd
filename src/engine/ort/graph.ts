/**
 * A traced computation: calling its methods appends ONNX nodes. Differentiable primitives record themselves on a
 * tape, and `backward` walks the tape in reverse, appending the nodes of the gradient. One graph holds forward
 * and backward passes, and onnxruntime plans and runs both as one.
 */
import type { Attribute, DataType, Dimensions, Initialiser, OnnxGraph, OnnxNode, ValueInfo } from './onnx.ts';

/** A value in the graph, by the name of the node output that holds it. */
export type Value = string & { readonly __brand: 'GraphValue' };

/** Gradient rows of a table: `rows[i]` belongs to row `indices[i]` of it. Indices may repeat. */
export interface RowGradient {
  readonly rows: Value;
  readonly indices: Value;
}

/**
 * A gradient that a primitive gives to one of its inputs: a value; nothing; rows to be added at indices, which
 * the graph never adds itself (`RowGradient`); or a function that adds it to what has been gathered so far, for
 * operators that can accumulate by themselves (Gemm's third input).
 */
export type Gradient = Value | undefined | RowGradient | ((gathered: Value | undefined) => Value);

/** What `backward` gathered. The whole gradient of a value is its dense part plus its rows. */
export interface Gradients {
  readonly dense: ReadonlyMap<Value, Value>;
  /** In the order in which the forward pass was traced. */
  readonly rows: ReadonlyMap<Value, readonly RowGradient[]>;
}

interface TapeEntry {
  readonly kind: 'operation';
  readonly outputs: readonly Value[];
  readonly inputs: readonly Value[];
  readonly backward: (gradients: readonly (Value | undefined)[]) => readonly Gradient[];
}

/** A place in the forward pass; see `Graph.barrier`. */
interface Barrier {
  readonly kind: 'barrier';
  readonly value: Value;
}

type Tape = (TapeEntry | Checkpoint | Barrier)[];

/** Part of a computation that is traced again in the backward pass. */
interface Checkpoint {
  readonly kind: 'checkpoint';
  readonly output: Value;
  readonly input: Value;
  readonly compute: (input: Value) => Value;
}

const microsoft = 'com.microsoft';

export class Graph {
  readonly #nodes: OnnxNode[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #initialisers: Initialiser[] = [];
  #tape: Tape = [];
  readonly #constants = new Map<string, Value>();
  #count = 0;

  /** A named input, fed at every run. */
  input(name: string, type: DataType, dims: Dimensions): Value {
    this.#inputs.push({ name, type, dims });
    return name as Value;
  }

  /** Declares `value` an output under `name`. Its producer writes there directly when that is possible. */
  output(name: string, value: Value, type: DataType, dims: Dimensions): void {
    this.#outputs.push({ name, type, dims });
    this.#nodes.push({ op: 'Identity', inputs: [value], outputs: [name], attributes: {}, domain: '' });
  }

  /** A constant table, stored once in the model. */
  table(name: string, type: DataType, dims: readonly number[], data: Initialiser['data']): Value {
    this.#initialisers.push({ name, type, dims, data });
    return name as Value;
  }

  /** A scalar constant. */
  scalar(value: number): Value {
    return this.#constant(`f${Object.is(value, -0) ? '-0' : value}`, 'float32', [], () =>
      Float32Array.of(value),
    );
  }

  /** A vector of 64-bit integers: shapes, axes, indices. */
  integers(values: readonly number[]): Value {
    return this.#constant(`i${values}`, 'int64', [values.length], () =>
      BigInt64Array.from(values.map((value) => BigInt(value))),
    );
  }

  /** Appends a node with one output. */
  op(
    op: string,
    inputs: readonly (Value | '')[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Value {
    return this.ops(op, inputs, 1, attributes, domain)[0] as Value;
  }

  /** Appends a node with several outputs. */
  ops(
    op: string,
    inputs: readonly (Value | '')[],
    outputCount: number,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Value[] {
    const outputs = Array.from({ length: outputCount }, () => this.#fresh());
    this.#nodes.push({ op, inputs, outputs, attributes, domain });
    return outputs;
  }

  add(a: Value, b: Value): Value {
    return this.op('Add', [a, b]);
  }
  sub(a: Value, b: Value): Value {
    return this.op('Sub', [a, b]);
  }
  mul(a: Value, b: Value): Value {
    return this.op('Mul', [a, b]);
  }
  negate(a: Value): Value {
    return this.op('Neg', [a]);
  }
  reshape(x: Value, dims: readonly number[]): Value {
    return this.op('Reshape', [x, this.integers(dims)]);
  }
  transpose(x: Value, permutation: readonly number[]): Value {
    return this.op('Transpose', [x], { perm: permutation });
  }
  /** Sum over axes, which stay as axes of length 1 when `keep`. */
  sum(x: Value, axes: readonly number[], keep = false): Value {
    return this.op('ReduceSum', [x, this.integers(axes)], { keepdims: keep ? 1 : 0 });
  }
  /** scale · op(a) · op(b), batched over the leading axes. */
  matmul(a: Value, b: Value, options: { transA?: boolean; transB?: boolean; scale?: number } = {}): Value {
    const { transA = false, transB = false, scale = 1 } = options;
    if (!transA && !transB && scale === 1) return this.op('MatMul', [a, b]);
    const attributes = { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha: { float: scale } };
    return this.op('FusedMatMul', [a, b], attributes, microsoft);
  }
  /** scale · op(a) · op(b) + plus for matrices. */
  gemm(
    a: Value,
    b: Value,
    options: { transA?: boolean; transB?: boolean; scale?: number; plus?: Value | undefined } = {},
  ): Value {
    const { transA = false, transB = false, scale = 1, plus } = options;
    const attributes = { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha: { float: scale } };
    return this.op('Gemm', plus === undefined ? [a, b] : [a, b, plus], attributes);
  }
  /** An operator of the com.microsoft domain. */
  microsoft(
    op: string,
    inputs: readonly (Value | '')[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    return this.op(op, inputs, attributes, microsoft);
  }

  /** Records how gradients of `outputs` become gradients of `inputs`. */
  record(outputs: readonly Value[], inputs: readonly Value[], backward: TapeEntry['backward']): void {
    this.#tape.push({ kind: 'operation', outputs, inputs, backward });
  }

  /**
   * compute(input), of which the backward pass keeps the input only: it computes the rest again when it gets there
   * (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"). What `compute` reads besides its input, for
   * example parameters, gets its gradient as usual. It is called twice and must trace the same both times.
   */
  checkpoint(input: Value, compute: (input: Value) => Value): Value {
    const { result: output } = this.#onOwnTape(() => compute(input));
    this.#tape.push({ kind: 'checkpoint', output, input, compute });
    return output;
  }

  /**
   * Marks a place in the forward pass that only `x` passes. In the backward pass the gradient of x is then to be had
   * only once the gradients of all inputs that were used after this place are. onnxruntime runs nodes in an order of
   * its own; left to itself it follows the gradient of x to the very beginning and computes the gradients of the
   * weights last, and what they need is kept until then.
   */
  barrier(x: Value): void {
    this.#tape.push({ kind: 'barrier', value: x });
  }

  /**
   * Appends the backward pass from the seeds; returns the gradient of every value that has one. Values that are
   * `frozen` have none, and nothing is computed for them.
   */
  backward(seeds: ReadonlyMap<Value, Value>, frozen: ReadonlySet<Value> = new Set()): Gradients {
    const inputs = new Set(this.#inputs.map(({ name }) => name));
    const gathered = new Gathered(this, seeds, { inputs, frozen });
    this.#walkBack(this.#tape, gathered);
    return gathered;
  }

  #walkBack(tape: Readonly<Tape>, gathered: Gathered): void {
    const { dense } = gathered;
    for (const entry of tape.toReversed()) {
      if (entry.kind === 'operation') {
        const given = entry.outputs.map((output) => dense.get(output));
        if (given.every((gradient) => gradient === undefined)) continue;
        entry.backward(given).forEach((gradient, index) => {
          gathered.give(entry.inputs[index] as Value, gradient);
        });
      } else if (entry.kind === 'barrier') gathered.holdBack(entry.value);
      else {
        const given = dense.get(entry.output);
        if (given === undefined) continue;
        const input = computedAfter(this, entry.input, [given]);
        const { result, tape: inner } = this.#onOwnTape(() => entry.compute(input));
        dense.set(result, given);
        this.#walkBack(inner, gathered);
        gathered.holdBack(input);
        gathered.give(entry.input, dense.get(input));
      }
    }
  }

  /** Traces with a tape of its own. */
  #onOwnTape<T>(trace: () => T): { result: T; tape: Readonly<Tape> } {
    const outer = this.#tape;
    const tape: Tape = [];
    this.#tape = tape;
    try {
      return { result: trace(), tape };
    } finally {
      this.#tape = outer;
    }
  }

  /**
   * The finished graph: nodes and constants that no output needs are left out, and outputs that only rename a
   * value are merged into its producer.
   */
  finish(): OnnxGraph {
    const nodes = this.#mergeOutputs(this.#neededNodes());
    const read = new Set(nodes.flatMap((node) => node.inputs));
    return {
      nodes,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initialisers: this.#initialisers.filter((initialiser) => read.has(initialiser.name)),
    };
  }

  #neededNodes(): OnnxNode[] {
    const needed = new Set(this.#outputs.map((output) => output.name));
    const nodes: OnnxNode[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((output) => needed.has(output))) continue;
      for (const input of node.inputs) needed.add(input);
      nodes.push(node);
    }
    return nodes.reverse();
  }

  #mergeOutputs(nodes: readonly OnnxNode[]): OnnxNode[] {
    const outputNames = new Set(this.#outputs.map((output) => output.name));
    const renames = (node: OnnxNode) => node.op === 'Identity' && outputNames.has(node.outputs[0] ?? '');
    const produced = new Set(nodes.flatMap((node) => (renames(node) ? [] : node.outputs)));
    const renamed = new Map<string, string>();
    const kept = nodes.filter((node) => {
      const [source = ''] = node.inputs;
      const [target = ''] = node.outputs;
      if (!renames(node) || !produced.has(source) || renamed.has(source)) return true;
      renamed.set(source, target);
      return false;
    });
    const rename = (name: string) => renamed.get(name) ?? name;
    return kept.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    }));
  }

  #fresh(): Value {
    this.#count += 1;
    return `t${this.#count}` as Value;
  }

  #constant(key: string, type: DataType, dims: readonly number[], data: () => Initialiser['data']): Value {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `c${this.#constants.size}` as Value;
    this.#initialisers.push({ name, type, dims, data: data() });
    this.#constants.set(key, name);
    return name;
  }
}

/** What a backward pass has gathered so far. */
class Gathered implements Gradients {
  readonly dense: Map<Value, Value>;
  readonly rows = new Map<Value, RowGradient[]>();
  readonly #graph: Graph;
  readonly #inputs: ReadonlySet<string>;
  readonly #frozen: ReadonlySet<Value>;
  /** Inputs of the graph that were given gradients since the last `holdBack`. */
  readonly #fresh = new Set<Value>();

  constructor(
    graph: Graph,
    seeds: ReadonlyMap<Value, Value>,
    { inputs, frozen }: { readonly inputs: ReadonlySet<string>; readonly frozen: ReadonlySet<Value> },
  ) {
    this.#graph = graph;
    this.dense = new Map(seeds);
    this.#inputs = inputs;
    this.#frozen = frozen;
  }

  give(to: Value, gradient: Gradient): void {
    if (gradient === undefined || this.#frozen.has(to)) return;
    const gathered = this.dense.get(to);
    if (typeof gradient === 'object') {
      this.rows.set(to, [gradient, ...(this.rows.get(to) ?? [])]);
      return;
    }
    if (this.#inputs.has(to)) this.#fresh.add(to);
    if (typeof gradient === 'function') this.dense.set(to, gradient(gathered));
    else this.dense.set(to, gathered === undefined ? gradient : this.#graph.add(gathered, gradient));
  }

  /** Lets the gradient of a value wait for those of the inputs that are fresh. */
  holdBack(value: Value): void {
    const gradient = this.dense.get(value);
    const before = [...this.#fresh].flatMap((input) => this.dense.get(input) ?? []);
    this.#fresh.clear();
    if (gradient === undefined || before.length === 0) return;
    this.dense.set(value, computedAfter(this.#graph, gradient, before));
  }
}

/**
 * x, unchanged, but only to be had once all of `before` are: to set the order in which onnxruntime computes, and for
 * what is computed a second time in the backward pass, where it would otherwise see that both times are the same and
 * keep the result of the first. Adds 0 · one element of each, whose value it cannot know.
 */
export function computedAfter(g: Graph, x: Value, before: readonly Value[]): Value {
  const elements = before.map((value) =>
    g.op('Slice', [g.reshape(value, [-1]), g.integers([0]), g.integers([1])]),
  );
  const [only] = elements;
  const element =
    elements.length === 1 && only !== undefined ? only : g.sum(g.op('Concat', elements, { axis: 0 }), [0]);
  return g.add(x, g.mul(element, g.scalar(0)));
}
