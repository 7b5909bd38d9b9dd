/**
 * AdamW (Loshchilov & Hutter 2019, algorithm 2, as torch.optim.AdamW computes it) and the global gradient norm,
 * over flat arrays. Weight decay is decoupled and scaled by the learning rate, and falls on matrices (embedding
 * and head included) but not on norm vectors. Plain loops: faster than onnxruntime for this, and the same bits
 * every time.
 */
import type { ParameterSpec } from './parameters.ts';

export interface AdamWStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Steps taken with these moments, this one included: 1 for the first. */
  readonly count: number;
  /** Factor of the gradient, for clipping. */
  readonly gradientScale: number;
}

/** Arrays of one length, all of them flat over the model's parameters. */
export interface AdamWState {
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** Running mean of the gradient, m. */
  readonly first: Float32Array;
  /** Running mean of its square, v. */
  readonly second: Float32Array;
}

/**
 * θ ← θ·(1 − η·λ) − η·m̂ / (√v̂ + ε) for the given parameters, in place, where m̂ and v̂ are the moments corrected
 * for their start at zero.
 */
export function stepAdamW(state: AdamWState, specs: readonly ParameterSpec[], step: AdamWStep): void {
  for (const spec of specs) stepParameter(state, spec, step);
}

function stepParameter(state: AdamWState, spec: ParameterSpec, step: AdamWStep): void {
  const { parameters, gradients, first, second } = state;
  const { beta1, beta2, epsilon, learningRate, gradientScale, count } = step;
  const kept = spec.dims.length > 1 ? 1 - learningRate * step.weightDecay : 1;
  const rate = learningRate / (1 - beta1 ** count);
  const correction = 1 / Math.sqrt(1 - beta2 ** count);
  const end = spec.offset + spec.length;
  for (let i = spec.offset; i < end; i += 1) {
    const gradient = (gradients[i] as number) * gradientScale;
    const m = beta1 * (first[i] as number) + (1 - beta1) * gradient;
    const v = beta2 * (second[i] as number) + (1 - beta2) * gradient * gradient;
    first[i] = m;
    second[i] = v;
    parameters[i] = (parameters[i] as number) * kept - (rate * m) / (Math.sqrt(v) * correction + epsilon);
  }
}

/** √Σ g², summed in double precision. */
export function gradientNorm(gradients: Float32Array): number {
  // Four running sums: the additions of one do not wait for each other.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = gradients.length - (gradients.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += (gradients[i] as number) ** 2;
    b += (gradients[i + 1] as number) ** 2;
    c += (gradients[i + 2] as number) ** 2;
    d += (gradients[i + 3] as number) ** 2;
  }
  for (let i = whole; i < gradients.length; i += 1) a += (gradients[i] as number) ** 2;
  return Math.sqrt(a + b + c + d);
}

/** Factor that brings a gradient of norm `norm` to at most `clipNorm` (Pascanu et al. 2013, algorithm 1). */
export function clipScale(norm: number, clipNorm: number): number {
  return norm > clipNorm ? clipNorm / norm : 1;
}
