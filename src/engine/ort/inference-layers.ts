/**
 * The parts of a Qwen3 decoder layer that cached decoding and prefilling share: RMSNorm, rotary positions,
 * projections, SwiGLU. Inference only, so nothing is recorded on the tape. Formulas: Qwen3 in transformers;
 * RMSNorm (Zhang & Sennrich 2019), RoPE (Su et al. 2021, half-split form), SwiGLU (Shazeer 2020).
 */
import type { ModelConfig } from '../engine.ts';
import type { Graph, Value } from './graph.ts';
import { layerWeight, type ParameterSpec, parameterSpecs, viewOf } from './parameters.ts';

export class InferenceLayers {
  readonly #graph: Graph;
  readonly #config: ModelConfig;
  readonly #specs: ReadonlyMap<string, ParameterSpec>;
  readonly #flat: Float32Array;
  readonly #cosines: Value;
  readonly #sines: Value;

  /** The weights become constants of the graph, which onnxruntime packs once. */
  constructor(graph: Graph, config: ModelConfig, flat: Float32Array) {
    this.#graph = graph;
    this.#config = config;
    this.#specs = new Map(parameterSpecs(config).map((spec) => [spec.name, spec]));
    this.#flat = flat;
    const { cosines, sines } = rotaryTables(config);
    const dims = [config.max_position_embeddings, config.head_dim / 2];
    this.#cosines = graph.table('rotary.cosines', 'float32', dims, cosines);
    this.#sines = graph.table('rotary.sines', 'float32', dims, sines);
  }

  /** A weight by its Hugging Face name. Ask once for each name. */
  weight(name: string): Value {
    const spec = this.#specs.get(name);
    if (spec === undefined) throw new Error(`the model has no weight ${name}`);
    return this.#graph.table(name, 'float32', spec.dims, viewOf(this.#flat, spec));
  }

  /** x / √(mean(x²) + ε) · weight over the last axis. */
  norm(x: Value, weight: Value): Value {
    const attributes = { axis: -1, epsilon: { float: this.#config.rms_norm_eps }, stash_type: 1 };
    return this.#graph.op('SimplifiedLayerNormalization', [x, weight], attributes);
  }

  /** Rotates [rows, heads, positions, head_dim] by `positions` [rows, positions]. */
  rotate(x: Value, positions: Value): Value {
    return this.#graph.microsoft('RotaryEmbedding', [x, positions, this.#cosines, this.#sines], {
      interleaved: 0,
    });
  }

  /** Normalised hidden states [N, hidden] → queries [N, heads, head_dim], normalised, not yet rotated. */
  query(hidden: Value, layer: number): Value {
    const projected = this.#project(hidden, layer, 'self_attn.q_proj', this.#config.num_attention_heads);
    return this.norm(projected, this.weight(layerWeight(layer, 'self_attn.q_norm')));
  }

  /** Keys [N, KV, head_dim], normalised, not yet rotated. */
  key(hidden: Value, layer: number): Value {
    const projected = this.#project(hidden, layer, 'self_attn.k_proj', this.#config.num_key_value_heads);
    return this.norm(projected, this.weight(layerWeight(layer, 'self_attn.k_norm')));
  }

  /** Values [N, KV, head_dim]. */
  value(hidden: Value, layer: number): Value {
    return this.#project(hidden, layer, 'self_attn.v_proj', this.#config.num_key_value_heads);
  }

  /** residual + attended [N, heads·head_dim] · o_projᵀ. */
  attentionOutput(attended: Value, residual: Value, layer: number): Value {
    const weight = this.weight(layerWeight(layer, 'self_attn.o_proj'));
    return this.#graph.add(residual, this.#graph.gemm(attended, weight, { transB: true }));
  }

  /** residual + down(silu(gate(h)) · up(h)) with h the normalised residual. */
  feedForward(residual: Value, layer: number): Value {
    const graph = this.#graph;
    const weight = (name: string) => this.weight(layerWeight(layer, name));
    const hidden = this.norm(residual, weight('post_attention_layernorm'));
    const gate = graph.gemm(hidden, weight('mlp.gate_proj'), { transB: true });
    const up = graph.gemm(hidden, weight('mlp.up_proj'), { transB: true });
    // QuickGelu with alpha 1 is x·sigmoid(x): SiLU in one kernel.
    const activated = graph.mul(graph.microsoft('QuickGelu', [gate], { alpha: { float: 1 } }), up);
    return graph.add(residual, graph.gemm(activated, weight('mlp.down_proj'), { transB: true }));
  }

  #project(hidden: Value, layer: number, name: string, heads: number): Value {
    const weight = this.weight(layerWeight(layer, name));
    const projected = this.#graph.gemm(hidden, weight, { transB: true });
    return this.#graph.reshape(projected, [-1, heads, this.#config.head_dim]);
  }
}

/** cos and sin of position · θ^(−2i/head_dim), [max_position_embeddings, head_dim / 2]. */
function rotaryTables(config: ModelConfig): { cosines: Float32Array; sines: Float32Array } {
  const half = config.head_dim / 2;
  const cosines = new Float32Array(config.max_position_embeddings * half);
  const sines = new Float32Array(cosines.length);
  for (let position = 0; position < config.max_position_embeddings; position += 1) {
    for (let i = 0; i < half; i += 1) {
      const angle = position * config.rope_theta ** (-i / half);
      cosines[position * half + i] = Math.cos(angle);
      sines[position * half + i] = Math.sin(angle);
    }
  }
  return { cosines, sines };
}
