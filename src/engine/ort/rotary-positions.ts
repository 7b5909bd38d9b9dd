/**
 * How far each pair of dimensions turns at each position: the one place where rotary frequencies are made, for
 * training and sampling alike, in double precision. Formulas as in transformers' `modeling_rope_utils.py`: RoPE (Su
 * et al. 2021), linear (Chen et al. 2023), dynamic NTK (Reddit, u/emozilla 2023), YaRN (Peng et al. 2023, sections
 * 3.2 to 3.4), Llama 3.1's.
 */
import type { ModelConfig, RotaryScaling } from '../engine.ts';

/** The fields of a configuration that decide about rotary positions. */
export type RotarySettings = Pick<ModelConfig, 'head_dim' | 'rope_theta' | 'rope_scaling'>;

/** A longer table would take more memory than a sequence of that length is worth here. */
const mostPositions = 2 ** 15;

/** How many positions the engine computes: those that the model is declared for, up to 32,768. */
export function positionCount(config: Pick<ModelConfig, 'max_position_embeddings'>): number {
  return Math.min(config.max_position_embeddings, mostPositions);
}

/**
 * cos and sin of position · frequency, times the attention factor, for positions 0 to count − 1,
 * [count, head_dim / 2] each.
 */
export function rotaryPositions(
  config: RotarySettings,
  count: number,
): { cosines: Float32Array; sines: Float32Array } {
  const frequencies = rotaryFrequencies(config);
  const factor = attentionFactor(config.rope_scaling);
  const half = frequencies.length;
  const cosines = new Float32Array(count * half);
  const sines = new Float32Array(count * half);
  for (let position = 0; position < count; position += 1) {
    for (let i = 0; i < half; i += 1) {
      const angle = position * (frequencies[i] as number);
      cosines[position * half + i] = Math.cos(angle) * factor;
      sines[position * half + i] = Math.sin(angle) * factor;
    }
  }
  return { cosines, sines };
}

/** Radians that the pair of dimensions i and i + head_dim/2 turns per position, [head_dim / 2]. */
export function rotaryFrequencies({ head_dim, rope_theta, rope_scaling }: RotarySettings): Float64Array {
  const half = head_dim / 2;
  const plain = Float64Array.from({ length: half }, (_, i) => rope_theta ** (-i / half));
  switch (rope_scaling?.rope_type) {
    case undefined:
    // Its base grows with the length of what is beyond max_position_embeddings, where the engine never is.
    case 'dynamic':
      return plain;
    case 'linear':
      return plain.map((frequency) => frequency / rope_scaling.factor);
    case 'llama3':
      return plain.map((frequency) => llama3Frequency(frequency, rope_scaling));
    case 'yarn':
      return yarnFrequencies(plain, rope_theta, rope_scaling);
  }
}

/** What cos and sin are multiplied by: more than 1 with YaRN, whose longer contexts want sharper attention. */
export function attentionFactor(scaling: RotaryScaling | undefined): number {
  if (scaling?.rope_type !== 'yarn') return 1;
  const { factor, attention_factor, mscale = 0, mscale_all_dim = 0 } = scaling;
  if (attention_factor !== undefined) return attention_factor;
  const scaleBy = (slope: number) => (factor <= 1 ? 1 : 0.1 * slope * Math.log(factor) + 1);
  return mscale !== 0 && mscale_all_dim !== 0 ? scaleBy(mscale) / scaleBy(mscale_all_dim) : scaleBy(1);
}

type ScalingOf<Kind extends RotaryScaling['rope_type']> = Extract<RotaryScaling, { rope_type: Kind }>;

/** Long waves are stretched by the factor, short ones stay, and those between are blended. */
function llama3Frequency(frequency: number, scaling: ScalingOf<'llama3'>): number {
  const { factor, low_freq_factor: low, high_freq_factor: high } = scaling;
  const turns = (scaling.original_max_position_embeddings * frequency) / (2 * Math.PI);
  if (turns > high) return frequency;
  if (turns < low) return frequency / factor;
  const share = (turns - low) / (high - low);
  return (1 - share) * (frequency / factor) + share * frequency;
}

/** Pairs that turn less than beta_slow times over the original length are stretched, those above beta_fast are not. */
function yarnFrequencies(plain: Float64Array, theta: number, scaling: ScalingOf<'yarn'>): Float64Array {
  const { factor, beta_fast = 32, beta_slow = 1, truncate = true } = scaling;
  const size = 2 * plain.length;
  /** The pair, as a fraction, that turns this often over the original length. */
  const pairTurning = (turns: number) =>
    (size * Math.log(scaling.original_max_position_embeddings / (turns * 2 * Math.PI))) /
    (2 * Math.log(theta));
  const first = Math.max(0, truncate ? Math.floor(pairTurning(beta_fast)) : pairTurning(beta_fast));
  const bound = truncate ? Math.ceil(pairTurning(beta_slow)) : pairTurning(beta_slow);
  const last = Math.min(size - 1, bound);
  const width = last === first ? 0.001 : last - first;
  return plain.map((frequency, i) => {
    const stretched = Math.min(1, Math.max(0, (i - first) / width));
    return (frequency / factor) * stretched + frequency * (1 - stretched);
  });
}
