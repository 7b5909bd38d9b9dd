/**
 * The decoder of Qwen3, Qwen2 and Llama (as transformers' `modeling_*.py` of these) traced over packed rows. Rows
 * hold several sequences, and a prompt shared by several of them once: who sees whom is decided by segments, and
 * a token never sees a later one, a padding token, or a sequence that is not its own.
 */
import type { ModelConfig } from '../engine.ts';
import type { Graph, Value } from './graph.ts';
import { embeddingName, layerBias, layerExtras, layerWeight } from './parameters.ts';
import { adaptedLinear, type LowRank } from './primitives/adapted-linear.ts';
import { attention, attentionBlocks } from './primitives/attention.ts';
import { joinHeads, splitHeads, swapHeads } from './primitives/heads.ts';
import { linear } from './primitives/linear.ts';
import { rmsNorm } from './primitives/rms-norm.ts';
import { rotary, rotaryTables } from './primitives/rotary.ts';
import { embed } from './primitives/rows.ts';
import { swiglu } from './primitives/swiglu.ts';

export interface DecoderInputs {
  /** int64 [T]. */
  readonly ids: Value;
  /** int64 [B, S]. */
  readonly positions: Value;
  /** int32 [B, S], see `attentionBias`. */
  readonly segments: Value;
  readonly prefixes: Value;
  /** A parameter's value by its Hugging Face name. */
  parameter(name: string): Value;
  /** What is added to a matrix, by the Hugging Face name of that; absent: nothing to any. */
  adapter?(name: string): LowRank | undefined;
}

export interface DecoderShape {
  /** S. */
  readonly rowLength: number;
  /** Rows of the rotary table. */
  readonly positionCount: number;
  /** Keep only the input of every layer for the backward pass, and compute the layer again there. Default false. */
  readonly recomputeLayers?: boolean;
}

/** Hidden states after the last layer, before the final norm, [T, hidden_size]. */
export function traceDecoder(
  g: Graph,
  config: ModelConfig,
  { ids, positions, segments, prefixes, parameter, adapter = () => undefined }: DecoderInputs,
  { rowLength, positionCount, recomputeLayers = false }: DecoderShape,
): Value {
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim: size } = config;
  const epsilon = config.rms_norm_eps;
  const extras = layerExtras(config);
  const tables = rotaryTables(g, config, positionCount);
  const biases = attentionBiases(g, segments, prefixes, rowLength);

  const traceLayer = (x: Value, layer: number): Value => {
    const weight = (name: string) => parameter(layerWeight(layer, name));
    const norm = (value: Value, name: string, length: number) =>
      rmsNorm(g, value, weight(name), { size: length, epsilon });

    const project = (value: Value, name: string, hasBias: boolean, residual?: Value) => {
      const bias = hasBias ? parameter(layerBias(layer, name)) : undefined;
      const lowRank = adapter(layerWeight(layer, name));
      if (lowRank === undefined) return linear(g, value, weight(name), { residual, bias });
      return adaptedLinear(g, value, weight(name), lowRank, { residual, bias });
    };

    const normed = norm(x, 'input_layernorm', config.hidden_size);
    const headsOf = (name: string, count: number) =>
      splitHeads(g, project(normed, name, extras.queryKeyValueBias), { rowLength, heads: count, size });
    const turned = (value: Value, normName: string) => {
      const scaled = extras.queryKeyNorm ? norm(value, normName, size) : value;
      return rotary(g, swapHeads(g, scaled), positions, tables);
    };
    const q = turned(headsOf('self_attn.q_proj', heads), 'self_attn.q_norm');
    const k = turned(headsOf('self_attn.k_proj', keyValueHeads), 'self_attn.k_norm');
    const v = swapHeads(g, headsOf('self_attn.v_proj', keyValueHeads));
    const mixed = attention(g, { q, k, v, biases }, { rowLength, heads, keyValueHeads, size });
    const joined = joinHeads(g, swapHeads(g, mixed), { rowLength, heads, size });
    const attended = project(joined, 'self_attn.o_proj', extras.attentionOutputBias, x);

    const hidden = norm(attended, 'post_attention_layernorm', config.hidden_size);
    const gate = project(hidden, 'mlp.gate_proj', extras.feedForwardBias);
    const up = project(hidden, 'mlp.up_proj', extras.feedForwardBias);
    return project(swiglu(g, gate, up), 'mlp.down_proj', extras.feedForwardBias, attended);
  };

  let x = embed(g, parameter(embeddingName), ids);
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    x = recomputeLayers ? g.checkpoint(x, (input) => traceLayer(input, layer)) : traceLayer(x, layer);
    g.barrier(x);
  }
  return x;
}

/**
 * For every block of queries [B, 1, L, to]: 0 where position i sees position j, −10⁹ elsewhere. It does when j ≤ i and
 * segment j is i's own segment or i's prefix. Every position sees itself, so no row of the softmax is empty.
 */
export function attentionBiases(g: Graph, segments: Value, prefixes: Value, rowLength: number): Value[] {
  const steps = g.table(
    'steps',
    'int32',
    [rowLength],
    Int32Array.from({ length: rowLength }, (_, i) => i),
  );
  const unsqueeze = (value: Value, axis: number) => g.op('Unsqueeze', [value, g.integers([axis])]);
  return attentionBlocks(rowLength).map(({ from, to }) => {
    const range = (value: Value, axis: number, start: number) =>
      g.op('Slice', [value, g.integers([start]), g.integers([to]), g.integers([axis])]);
    const causal = g.op('GreaterOrEqual', [
      unsqueeze(range(steps, 0, from), 1),
      unsqueeze(range(steps, 0, 0), 0),
    ]);
    const keys = unsqueeze(range(segments, 1, 0), 1);
    const own = g.op('Equal', [unsqueeze(range(segments, 1, from), 2), keys]);
    const prefix = g.op('Equal', [unsqueeze(range(prefixes, 1, from), 2), keys]);
    const seen = g.op('And', [g.op('Or', [own, prefix]), causal]);
    return unsqueeze(g.op('Where', [seen, g.scalar(0), g.scalar(-1e9)]), 1);
  });
}
