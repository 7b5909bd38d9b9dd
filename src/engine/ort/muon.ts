/**
 * Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) with the update size and the weight decay of Liu
 * et al. 2025 ("Muon is Scalable for LLM Training", equation 4), as torch.optim.Muon(nesterov,
 * adjust_lr_fn='match_rms_adamw') computes it, in float32 instead of bfloat16. The momentum of each matrix is
 * replaced by a nearly orthogonal matrix, found by Newton–Schulz steps that run on onnxruntime, all matrices of
 * one shape at once.
 */
import './no-telemetry.ts';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { Graph, type Value } from './graph.ts';
import { serialiseOnnx } from './onnx.ts';
import { type ParameterSpec, viewOf } from './parameters.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { createSession } from './sessions.ts';

/** Coefficients of the quintic, chosen for a steep slope at 0: singular values end near 1, not at it. */
const newtonSchulz = { a: 3.4445, b: -4.775, c: 2.0315, steps: 5 } as const;
/** Smallest norm that is divided by, as in torch.optim.Muon. */
const smallestNorm = 1e-7;

export interface MuonStep {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Factor of the gradient, for clipping. */
  readonly gradientScale: number;
}

/** Arrays flat over the model's parameters. */
export interface MuonState {
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly momentum: Float32Array;
}

interface ShapeGroup {
  readonly rows: number;
  readonly columns: number;
  readonly specs: readonly ParameterSpec[];
}

/** Steps a model's layer matrices. Holds one small session per shape; release it. */
export class Muon {
  readonly #groups: readonly ShapeGroup[];
  readonly #sessions: readonly InferenceSession[];

  private constructor(groups: readonly ShapeGroup[], sessions: readonly InferenceSession[]) {
    this.#groups = groups;
    this.#sessions = sessions;
  }

  /** Prepares for the given matrices. */
  static async create(
    specs: readonly ParameterSpec[],
    threads: number,
    provider: ExecutionProvider = 'cpu',
  ): Promise<Muon> {
    const groups = Map.groupBy(specs, (spec) => spec.dims.join('×'));
    const shapes = [...groups.values()].map((members): ShapeGroup => {
      const [rows = 0, columns = 0] = members[0]?.dims ?? [];
      return { rows, columns, specs: members };
    });
    const sessions: InferenceSession[] = [];
    for (const { rows, columns } of shapes) {
      sessions.push(await createSession(buildNewtonSchulzGraph(rows, columns), threads, provider));
    }
    return new Muon(shapes, sessions);
  }

  /**
   * b ← μ·b + (1 − μ)·g;  u = (1 − μ)·g + μ·b;  θ ← θ·(1 − η·λ) − η·0.2·√max(rows, columns)·orthogonalise(u).
   * The factor gives the update the root mean square of an AdamW update, so that learning rates carry over.
   */
  async step(state: MuonState, step: MuonStep): Promise<void> {
    for (const [index, group] of this.#groups.entries()) {
      const size = group.rows * group.columns;
      const updates = new Float32Array(group.specs.length * size);
      for (const [k, spec] of group.specs.entries()) {
        nesterovUpdate(state, spec, step, updates.subarray(k * size, (k + 1) * size));
      }
      const orthogonal = await this.#orthogonalise(index, group, updates);
      const kept = 1 - step.learningRate * step.weightDecay;
      const rate = step.learningRate * 0.2 * Math.sqrt(Math.max(group.rows, group.columns));
      for (const [k, spec] of group.specs.entries()) {
        const direction = orthogonal.subarray(k * size, (k + 1) * size);
        descend(viewOf(state.parameters, spec), direction, kept, rate);
      }
    }
  }

  async release(): Promise<void> {
    for (const session of this.#sessions) await session.release();
  }

  async #orthogonalise(index: number, group: ShapeGroup, updates: Float32Array): Promise<Float32Array> {
    const session = this.#sessions[index];
    if (session === undefined) throw new Error(`no session for shape ${index}`);
    const dims = [group.specs.length, group.rows, group.columns];
    const results = await session.run({ x: new Tensor('float32', updates, dims) });
    return results.orthogonal?.data as Float32Array;
  }
}

/** θ ← θ·kept − rate·direction. A function of its own, which V8 compiles well: five times as fast as in a closure. */
function descend(parameters: Float32Array, direction: Float32Array, kept: number, rate: number): void {
  for (let i = 0; i < parameters.length; i += 1) {
    parameters[i] = (parameters[i] as number) * kept - rate * (direction[i] as number);
  }
}

/** Advances the momentum of one matrix; fills `update` with what follows, divided by its Frobenius norm. */
function nesterovUpdate(state: MuonState, spec: ParameterSpec, step: MuonStep, update: Float32Array): void {
  const { gradients, momentum } = state;
  const { momentum: mu, gradientScale } = step;
  let squares = 0;
  for (let i = 0; i < spec.length; i += 1) {
    const gradient = (gradients[spec.offset + i] as number) * gradientScale;
    const buffer = mu * (momentum[spec.offset + i] as number) + (1 - mu) * gradient;
    momentum[spec.offset + i] = buffer;
    const value = (1 - mu) * gradient + mu * buffer;
    update[i] = value;
    squares += value * value;
  }
  const scale = 1 / Math.max(Math.sqrt(squares), smallestNorm);
  for (let i = 0; i < spec.length; i += 1) update[i] = (update[i] as number) * scale;
}

/**
 * X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ, five times, for a stack x [K, rows, columns] of matrices of norm at
 * most 1. For tall matrices the same from the other side, A = Xᵀ·X, so that A is always the smaller square.
 */
export function buildNewtonSchulzGraph(rows: number, columns: number): Uint8Array {
  const { a, b, c, steps } = newtonSchulz;
  const isTall = rows > columns;
  const g = new Graph();
  let x: Value = g.input('x', 'float32', ['K', rows, columns]);
  for (let step = 0; step < steps; step += 1) {
    const square = g.matmul(x, x, isTall ? { transA: true } : { transB: true });
    const quartic = g.matmul(square, square, { scale: c });
    const polynomial = g.add(g.mul(square, g.scalar(b)), quartic);
    const product = isTall ? g.matmul(x, polynomial) : g.matmul(polynomial, x);
    x = g.add(g.mul(x, g.scalar(a)), product);
  }
  g.output('orthogonal', x, 'float32', ['K', rows, columns]);
  return serialiseOnnx(g.finish());
}
