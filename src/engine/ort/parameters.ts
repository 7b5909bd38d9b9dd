/**
 * Where every weight lives. All parameters of a model are one flat Float32Array; a tensor is a view into it, so
 * feeding onnxruntime, stepping an optimiser and taking a snapshot copy nothing or everything at once. Names and
 * shapes are those of transformers (`[out, in]` matrices), in a fixed order. Which of them a model has is all that
 * tells the decoders of the three families apart.
 */
import { Random } from '../../stats/random.ts';
import type { ModelConfig } from '../engine.ts';

export interface ParameterSpec {
  /** Hugging Face name, for example `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string;
  readonly dims: readonly number[];
  /** First element in the flat array. */
  readonly offset: number;
  readonly length: number;
  /** A matrix inside a layer: what Muon is for (Jordan 2024); embedding, head and vectors are AdamW's. */
  readonly isLayerMatrix: boolean;
}

/** Parameters and their numbers. */
export interface ParameterSet {
  readonly specs: readonly ParameterSpec[];
  readonly flat: Float32Array;
}

export const embeddingName = 'model.embed_tokens.weight';
export const finalNormName = 'model.norm.weight';
export const headName = 'lm_head.weight';

/** Name of the weight that turns hidden states into logits: the embedding when tied. */
export function outputWeightName(config: ModelConfig): string {
  return config.tie_word_embeddings ? embeddingName : headName;
}

/** Name of a weight of layer `layer`, for example `layerWeight(0, 'self_attn.q_proj')`. */
export function layerWeight(layer: number, name: string): string {
  return `model.layers.${layer}.${name}.weight`;
}

/** Name of the bias beside a weight of layer `layer`. */
export function layerBias(layer: number, name: string): string {
  return `model.layers.${layer}.${name}.bias`;
}

/** What a layer has beyond the matrices and the two norms that every decoder has. */
export interface LayerExtras {
  /** RMSNorm of each head's queries and keys before they are rotated. */
  readonly queryKeyNorm: boolean;
  readonly queryKeyValueBias: boolean;
  readonly attentionOutputBias: boolean;
  readonly feedForwardBias: boolean;
}

/** The differences between the families, as transformers' modeling_qwen3, modeling_qwen2 and modeling_llama have them. */
export function layerExtras({ model_type, attention_bias, mlp_bias }: ModelConfig): LayerExtras {
  const isQwen2 = model_type === 'qwen2';
  return {
    queryKeyNorm: model_type === 'qwen3',
    queryKeyValueBias: isQwen2 || attention_bias === true,
    attentionOutputBias: !isQwen2 && attention_bias === true,
    feedForwardBias: model_type === 'llama' && mlp_bias === true,
  };
}

/** All parameters of a model in the order of the flat array. */
export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const { hidden_size: d, intermediate_size: f, head_dim: hd } = config;
  const q = config.num_attention_heads * hd;
  const kv = config.num_key_value_heads * hd;
  const extras = layerExtras(config);
  const shapes: [name: string, dims: number[]][] = [[embeddingName, [config.vocab_size, d]]];
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const vector = (name: string, length: number) => shapes.push([layerWeight(layer, name), [length]]);
    const linear = (name: string, out: number, into: number, hasBias: boolean) => {
      shapes.push([layerWeight(layer, name), [out, into]]);
      if (hasBias) shapes.push([layerBias(layer, name), [out]]);
    };
    vector('input_layernorm', d);
    linear('self_attn.q_proj', q, d, extras.queryKeyValueBias);
    linear('self_attn.k_proj', kv, d, extras.queryKeyValueBias);
    linear('self_attn.v_proj', kv, d, extras.queryKeyValueBias);
    if (extras.queryKeyNorm) {
      vector('self_attn.q_norm', hd);
      vector('self_attn.k_norm', hd);
    }
    linear('self_attn.o_proj', d, q, extras.attentionOutputBias);
    vector('post_attention_layernorm', d);
    linear('mlp.gate_proj', f, d, extras.feedForwardBias);
    linear('mlp.up_proj', f, d, extras.feedForwardBias);
    linear('mlp.down_proj', d, f, extras.feedForwardBias);
  }
  shapes.push([finalNormName, [d]]);
  if (!config.tie_word_embeddings) shapes.push([headName, [config.vocab_size, d]]);
  let offset = 0;
  return shapes.map(([name, dims]) => {
    const length = dims.reduce((product, dim) => product * dim, 1);
    const isLayerMatrix = dims.length === 2 && name.startsWith('model.layers.');
    const spec = { name, dims, offset, length, isLayerMatrix };
    offset += length;
    return spec;
  });
}

export function parameterCount(config: ModelConfig): number {
  return parameterSpecs(config).reduce((sum, spec) => sum + spec.length, 0);
}

/** The view of one parameter in a flat array. */
export function viewOf(flat: Float32Array, spec: ParameterSpec): Float32Array {
  return flat.subarray(spec.offset, spec.offset + spec.length);
}

/**
 * Random weights as transformers makes them: N(0, 0.02²) for matrices (those that write into the residual stream
 * divided by √(2·layers), GPT-2, section 2.3), ones for norms, zeros for biases. `tensors` replace what they name.
 */
export function initialParameters(
  config: ModelConfig,
  seed: number,
  tensors: ReadonlyMap<string, Float32Array> = new Map(),
): Float32Array {
  const specs = parameterSpecs(config);
  const flat = new Float32Array(parameterCount(config));
  const random = new Random('weights', seed);
  for (const spec of specs) {
    const view = viewOf(flat, spec);
    const given = tensors.get(spec.name);
    if (given !== undefined) {
      if (given.length !== spec.length) {
        throw new Error(
          `initial tensor ${spec.name}: ${given.length} values, expected ${spec.dims.join('×')}`,
        );
      }
      view.set(given);
    } else if (spec.name.endsWith('.bias')) view.fill(0);
    else if (spec.dims.length === 1) view.fill(1);
    else {
      const isResidualWriter = spec.name.includes('o_proj') || spec.name.includes('down_proj');
      const deviation = 0.02 / (isResidualWriter ? Math.sqrt(2 * config.num_hidden_layers) : 1);
      for (let i = 0; i < view.length; i += 1) view[i] = deviation * random.normal();
    }
  }
  for (const name of tensors.keys()) {
    if (!specs.some((spec) => spec.name === name))
      throw new Error(`initial tensor ${name}: the model has no such weight`);
  }
  return flat;
}
