/**
 * The parts of a decoder layer that cached decoding and prefilling share: RMSNorm, rotary positions, projections,
 * SwiGLU. Inference only, so nothing is recorded on the tape. Formulas: Qwen3, Qwen2 and Llama in transformers;
 * RMSNorm (Zhang & Sennrich 2019), RoPE (Su et al. 2021, half-split form), SwiGLU (Shazeer 2020).
 */
import type { ModelConfig } from '../engine.ts';
import type { Graph, Value } from './graph.ts';
import {
  type LayerExtras,
  layerBias,
  layerExtras,
  layerWeight,
  type ParameterSpec,
  parameterSpecs,
  viewOf,
} from './parameters.ts';
import { positionCount, rotaryPositions } from './rotary-positions.ts';

export class InferenceLayers {
  readonly #graph: Graph;
  readonly #config: ModelConfig;
  readonly #extras: LayerExtras;
  readonly #specs: ReadonlyMap<string, ParameterSpec>;
  readonly #flat: Float32Array;
  readonly #cosines: Value;
  readonly #sines: Value;

  /** The weights become constants of the graph, which onnxruntime packs once. */
  constructor(graph: Graph, config: ModelConfig, flat: Float32Array) {
    this.#graph = graph;
    this.#config = config;
    this.#extras = layerExtras(config);
    this.#specs = new Map(parameterSpecs(config).map((spec) => [spec.name, spec]));
    this.#flat = flat;
    const count = positionCount(config);
    const { cosines, sines } = rotaryPositions(config, count);
    const dims = [count, config.head_dim / 2];
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

  /** Normalised hidden states [N, hidden] → queries [N, heads, head_dim], normalised if the family does, not yet rotated. */
  query(hidden: Value, layer: number): Value {
    const heads = this.#config.num_attention_heads;
    return this.#headNorm(this.#project(hidden, layer, 'self_attn.q_proj', heads), layer, 'self_attn.q_norm');
  }

  /** Keys [N, KV, head_dim], normalised if the family does, not yet rotated. */
  key(hidden: Value, layer: number): Value {
    const heads = this.#config.num_key_value_heads;
    return this.#headNorm(this.#project(hidden, layer, 'self_attn.k_proj', heads), layer, 'self_attn.k_norm');
  }

  /** Values [N, KV, head_dim]. */
  value(hidden: Value, layer: number): Value {
    return this.#project(hidden, layer, 'self_attn.v_proj', this.#config.num_key_value_heads);
  }

  /** residual + attended [N, heads·head_dim] · o_projᵀ (+ bias). */
  attentionOutput(attended: Value, residual: Value, layer: number): Value {
    const { attentionOutputBias } = this.#extras;
    return this.#graph.add(residual, this.#linear(attended, layer, 'self_attn.o_proj', attentionOutputBias));
  }

  /** residual + down(silu(gate(h)) · up(h)) with h the normalised residual. */
  feedForward(residual: Value, layer: number): Value {
    const graph = this.#graph;
    const { feedForwardBias } = this.#extras;
    const hidden = this.norm(residual, this.weight(layerWeight(layer, 'post_attention_layernorm')));
    const gate = this.#linear(hidden, layer, 'mlp.gate_proj', feedForwardBias);
    const up = this.#linear(hidden, layer, 'mlp.up_proj', feedForwardBias);
    // QuickGelu with alpha 1 is x·sigmoid(x): SiLU in one kernel.
    const activated = graph.mul(graph.microsoft('QuickGelu', [gate], { alpha: { float: 1 } }), up);
    return graph.add(residual, this.#linear(activated, layer, 'mlp.down_proj', feedForwardBias));
  }

  #project(hidden: Value, layer: number, name: string, heads: number): Value {
    const projected = this.#linear(hidden, layer, name, this.#extras.queryKeyValueBias);
    return this.#graph.reshape(projected, [-1, heads, this.#config.head_dim]);
  }

  #headNorm(x: Value, layer: number, name: string): Value {
    return this.#extras.queryKeyNorm ? this.norm(x, this.weight(layerWeight(layer, name))) : x;
  }

  /** x [N, in] · weightᵀ (+ bias). */
  #linear(x: Value, layer: number, name: string, hasBias: boolean): Value {
    const weight = this.weight(layerWeight(layer, name));
    const plus = hasBias ? this.weight(layerBias(layer, name)) : undefined;
    return this.#graph.gemm(x, weight, { transB: true, plus });
  }
}
