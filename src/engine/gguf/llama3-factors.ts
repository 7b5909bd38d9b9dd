/**
 * Llama 3.1's rotary scaling between its two forms: four numbers in `config.json`, and in GGUF one factor for each
 * pair of dimensions by which its frequency is divided (`rope_freqs.weight`). The formula is the one of
 * rotary-positions.ts; from the factors the numbers are recovered, and believed only if they give the factors back.
 */
import type { ModelConfig, RotaryScaling } from '../engine.ts';
import { rotaryFrequencies } from '../ort/rotary-positions.ts';

type Llama3Scaling = Extract<RotaryScaling, { rope_type: 'llama3' }>;
type Rotary = Pick<ModelConfig, 'head_dim' | 'rope_theta'>;

/** Relative; the factors are float32, and converters have made them in float32. */
const tolerance = 1e-4;
/** Llama 3.1 to 3.3, all sizes. */
const published = {
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
} as const;

/** The factors of a configuration, [head_dim / 2]. */
export function llama3Factors(rotary: Rotary, scaling: Llama3Scaling): Float32Array<ArrayBuffer> {
  const { head_dim, rope_theta } = rotary;
  const plain = rotaryFrequencies({ head_dim, rope_theta });
  const scaled = rotaryFrequencies({ head_dim, rope_theta, rope_scaling: scaling });
  return Float32Array.from(plain, (frequency, i) => frequency / (scaled[i] ?? 1));
}

/**
 * The scaling whose factors these are: undefined where they scale nothing, an Error where it is not Llama 3.1's. Only
 * the ratios of its three lengths show in the factors; they are given in the published form where that fits, else with
 * a low_freq_factor of 1.
 */
export function llama3Scaling(rotary: Rotary, factors: Float32Array): Llama3Scaling | undefined {
  if (factors.every((factor) => factor === 1)) return undefined;
  const factor = factors.at(-1) ?? 1;
  const candidates: Llama3Scaling[] = [{ rope_type: 'llama3', factor, ...published }];
  const solved = solve(rotary, factors, factor);
  if (solved !== undefined) candidates.push(solved);
  for (const candidate of candidates) {
    const back = llama3Factors(rotary, candidate);
    if (back.every((value, i) => Math.abs(value / (factors[i] ?? 0) - 1) < tolerance)) return candidate;
  }
  throw new Error('its factors are not those of Llama 3.1’s rotary scaling, the only one that is known');
}

/**
 * Between the bounds a pair that turns t times over the original length keeps the share (t − low) / (high − low) of
 * its frequency: linear in the frequency. Two such pairs give the line, and with low = 1 all three numbers.
 */
function solve(rotary: Rotary, factors: Float32Array, factor: number): Llama3Scaling | undefined {
  const plain = rotaryFrequencies({ head_dim: rotary.head_dim, rope_theta: rotary.rope_theta });
  const points = Array.from(factors, (value, i) => ({
    frequency: plain[i] ?? 0,
    share: (1 / value - 1 / factor) / (1 - 1 / factor),
  })).filter(({ share }) => share > tolerance && share < 1 - tolerance);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first === last) return undefined;
  const slope = (first.share - last.share) / (first.frequency - last.frequency);
  const offset = slope * first.frequency - first.share;
  const high = 1 + 1 / offset;
  const original = Math.round(slope * (high - 1) * 2 * Math.PI);
  if (!(high > 1 && original > 0 && Number.isFinite(original))) return undefined;
  return {
    rope_type: 'llama3',
    factor,
    low_freq_factor: 1,
    high_freq_factor: Number(high.toPrecision(5)),
    original_max_position_embeddings: original,
  };
}
