/**
 * What the parameters of a decoder are called in GGUF (gguf-py, tensor_mapping.py), and which of them lie there in
 * another order of rows. Parameters are those of `parameterSpecs`, so importing and exporting agree with the engine
 * on what a model has.
 */
import type { ModelConfig } from '../engine.ts';
import {
  embeddingName,
  finalNormName,
  headName,
  type ParameterSpec,
  parameterSpecs,
} from '../ort/parameters.ts';

export interface NamedParameter extends ParameterSpec {
  readonly ggufName: string;
  /** Set where rows lie as for rotary-rows.ts: the number of heads. */
  readonly rotaryHeads: number | undefined;
}

const outside: ReadonlyMap<string, string> = new Map([
  [embeddingName, 'token_embd.weight'],
  [finalNormName, 'output_norm.weight'],
  [headName, 'output.weight'],
]);

const inLayer: ReadonlyMap<string, string> = new Map([
  ['input_layernorm', 'attn_norm'],
  ['self_attn.q_proj', 'attn_q'],
  ['self_attn.k_proj', 'attn_k'],
  ['self_attn.v_proj', 'attn_v'],
  ['self_attn.o_proj', 'attn_output'],
  ['self_attn.q_norm', 'attn_q_norm'],
  ['self_attn.k_norm', 'attn_k_norm'],
  ['post_attention_layernorm', 'ffn_norm'],
  ['mlp.gate_proj', 'ffn_gate'],
  ['mlp.up_proj', 'ffn_up'],
  ['mlp.down_proj', 'ffn_down'],
]);

/** Frequencies of scaled rotary positions; not a parameter, but a tensor of the file. */
export const rotaryFactorsName = 'rope_freqs.weight';
export const embeddingGgufName = 'token_embd.weight';
export const headGgufName = 'output.weight';

/** The parameters of a model with their names in GGUF, in the order of the flat array. */
export function namedParameters(config: ModelConfig): NamedParameter[] {
  return parameterSpecs(config).map((spec) => ({
    ...spec,
    ggufName: ggufNameOf(spec.name),
    rotaryHeads: rotaryHeads(config, spec.name),
  }));
}

function ggufNameOf(name: string): string {
  const known = outside.get(name);
  if (known !== undefined) return known;
  const [, layer = '', part = '', kind = ''] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  const ggufPart = inLayer.get(part);
  if (ggufPart === undefined) throw new Error(`parameter ${name} has no name in GGUF`);
  return `blk.${layer}.${ggufPart}.${kind}`;
}

/** Only files of the llama architecture have another order; the others turn halves as transformers does. */
function rotaryHeads(config: ModelConfig, name: string): number | undefined {
  if (config.model_type !== 'llama') return undefined;
  if (/\.q_proj\.(weight|bias)$/.test(name)) return config.num_attention_heads;
  if (/\.k_proj\.(weight|bias)$/.test(name)) return config.num_key_value_heads;
  return undefined;
}
