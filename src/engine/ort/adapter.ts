/**
 * What a low-rank adapter (Hu et al. 2021) consists of: for every adapted matrix W [out, in] of a model an A
 * [rank, in] and a B [out, rank], one after another in one flat array, in the order of the model's parameters and under
 * the names that PEFT gives them. The model then computes with W + (alpha/rank)·B·A.
 */
import { Random } from '../../stats/random.ts';
import type { LoraOptions, ModelConfig } from '../engine.ts';
import { headName, type ParameterSet, type ParameterSpec, parameterSpecs, viewOf } from './parameters.ts';

/** Options with nothing left to default; see `resolveLora`. */
export type Lora = Required<LoraOptions>;

export interface AdaptedMatrix {
  /** Hugging Face name of W; `lm_head.weight` for the head, tied or not. */
  readonly weight: string;
  readonly dims: readonly [out: number, into: number];
  readonly a: ParameterSpec;
  readonly b: ParameterSpec;
}

/** An adapter of its own: what was asked for, and the numbers. */
export interface Adapter extends ParameterSet {
  readonly lora: Lora;
}

/** The factor of B·A. */
export function adapterScale({ alpha, rank }: Lora): number {
  return alpha / rank;
}

/**
 * The matrices that are adapted. Throws a RangeError where the rank is more than a matrix can have: the adapter would
 * be larger than what it adapts.
 */
export function adaptedMatrices(config: ModelConfig, lora: Lora): AdaptedMatrix[] {
  const { rank } = lora;
  let offset = 0;
  const spec = (name: string, dims: readonly [number, number], isLayerMatrix: boolean): ParameterSpec => {
    const length = dims[0] * dims[1];
    offset += length;
    return { name, dims, offset: offset - length, length, isLayerMatrix };
  };
  return adaptable(config, lora).map(({ weight, dims, isLayerMatrix }) => {
    const [out, into] = dims;
    if (rank > Math.min(out, into)) {
      throw new RangeError(
        `lora: rank is ${rank}, and ${weight} is ${out}×${into}: a rank is at most the shorter side of what it adapts`,
      );
    }
    const name = `base_model.model.${weight.replace(/\.weight$/, '')}`;
    const a = spec(`${name}.lora_A.weight`, [rank, into], isLayerMatrix);
    return { weight, dims, a, b: spec(`${name}.lora_B.weight`, [out, rank], isLayerMatrix) };
  });
}

/** The parameters of the adapter in the order of its flat array. */
export function adapterSpecs(config: ModelConfig, lora: Lora): ParameterSpec[] {
  return adaptedMatrices(config, lora).flatMap(({ a, b }) => [a, b]);
}

/**
 * A fresh adapter as PEFT makes it: A uniform in ±1/√in (Kaiming with a = √5), B zero, so that the model is what it
 * was.
 */
export function initialAdapter(config: ModelConfig, lora: Lora): Adapter {
  const specs = adapterSpecs(config, lora);
  const flat = new Float32Array(specs.reduce((sum, { length }) => sum + length, 0));
  const random = new Random('adapter', lora.seed);
  for (const { a, dims } of adaptedMatrices(config, lora)) {
    const view = viewOf(flat, a);
    const bound = 1 / Math.sqrt(dims[1]);
    for (let i = 0; i < view.length; i += 1) view[i] = bound * (2 * random.next() - 1);
  }
  return { lora, specs, flat };
}

/** The configuration of the model with the adapter merged into it: an adapted head is no longer the embedding. */
export function mergedConfig(config: ModelConfig, lora: Lora): ModelConfig {
  return lora.head ? { ...config, tie_word_embeddings: false } : config;
}

function adaptable(config: ModelConfig, lora: Lora) {
  const inLayers = parameterSpecs(config).filter(
    ({ isLayerMatrix, name }) =>
      isLayerMatrix && (name.includes('.self_attn.') ? lora.attention : lora.feedForward),
  );
  const matrices = inLayers.map(({ name, dims: [out = 0, into = 0] }) => ({
    ...{ weight: name, isLayerMatrix: true },
    dims: [out, into] as const,
  }));
  const head = {
    ...{ weight: headName, isLayerMatrix: false },
    dims: [config.vocab_size, config.hidden_size] as const,
  };
  return lora.head ? [...matrices, head] : matrices;
}
