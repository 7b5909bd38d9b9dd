/**
 * Runs a chunk of a prompt: the keys and values that decoding it further, and its later chunks, need. One prompt a run,
 * without padding, in chunks whose bounds follow from its length: the result is a function of prompt and weights
 * alone (BATCH-INVARIANT). Weights are constants as in the decode graph, so that it does not depend on the number of
 * threads either. SAME-LOGPROB: prompt log-probs, where the graph has them, are those of a whole forward pass.
 */
import type { ModelConfig } from '../engine.ts';
import { maskedScore } from './decode-graph.ts';
import { Graph } from './graph.ts';
import { InferenceLayers } from './inference-layers.ts';
import type { OnnxGraph } from './onnx.ts';
import { embeddingName, finalNormName, layerWeight, outputWeightName } from './parameters.ts';

/**
 * Inputs, for C tokens after P earlier ones of the same prompt: `tokens` int64 [C], `positions` int64 [1, C] from P,
 * `columns` int64 [1, P + C] from 0, `pastLength` int64 [1] = P, and `past.keys.<layer>`, `past.values.<layer>`
 * [KV, room, head_dim], whose first P slots hold the earlier tokens; with `logprobs` also `targets` int64 [C, 1], the
 * token that follows each. Outputs: `keys.<layer>` (rotated) and `values.<layer>`, [KV, C, head_dim], and
 * with `logprobs` also `logprobs` [C], ln p of the targets at temperature 1. Without, the last layer stops at its keys
 * and values: nothing after them reaches the caches.
 */
export function prefillGraph(
  config: ModelConfig,
  flat: Float32Array,
  options: { readonly logprobs: boolean },
): OnnxGraph {
  const { num_key_value_heads: groups, head_dim: width, num_attention_heads: heads } = config;
  const graph = new Graph();
  const layers = new InferenceLayers(graph, config, flat);
  const tokens = graph.input('tokens', 'int64', ['C']);
  const positions = graph.input('positions', 'int64', [1, 'C']);
  const columns = graph.input('columns', 'int64', [1, 'P+C']);
  const pastLength = graph.input('pastLength', 'int64', [1]);
  const isVisible = graph.op('LessOrEqual', [columns, graph.reshape(positions, [-1, 1])]);
  const bias = graph.op('Where', [isVisible, graph.scalar(0), graph.scalar(maskedScore)]);
  const embedding = layers.weight(embeddingName);

  let hidden = graph.op('Gather', [embedding, tokens], { axis: 0 });
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const isLast = layer === config.num_hidden_layers - 1;
    const normed = layers.norm(hidden, layers.weight(layerWeight(layer, 'input_layernorm')));
    const headsFirst = (x: ReturnType<Graph['reshape']>, count: number) =>
      graph.reshape(graph.transpose(x, [1, 0, 2]), [1, count, -1, width]);
    /** Gives the chunk's part out, [KV, C, head_dim], and returns the past with it, [KV, 1, P + C, head_dim]. */
    const withPast = (name: string, own: ReturnType<Graph['reshape']>) => {
      const flatOwn = graph.reshape(own, [groups, -1, width]);
      graph.output(`${name}.${layer}`, flatOwn, 'float32', [groups, 'C', width]);
      const room = graph.input(`past.${name}.${layer}`, 'float32', [groups, 'room', width]);
      const zero = graph.integers([0]);
      const past = graph.op('Slice', [room, zero, pastLength, graph.integers([1])]);
      return graph.reshape(graph.op('Concat', [past, flatOwn], { axis: 1 }), [groups, 1, -1, width]);
    };
    const sharedKey = withPast(
      'keys',
      layers.rotate(headsFirst(layers.key(normed, layer), groups), positions),
    );
    const sharedValue = withPast('values', headsFirst(layers.value(normed, layer), groups));
    if (isLast && !options.logprobs) break;
    // [KV, heads / KV, C, head_dim] against keys [KV, 1, P + C, head_dim]: the group axis broadcasts.
    const query = graph.reshape(layers.rotate(headsFirst(layers.query(normed, layer), heads), positions), [
      groups,
      heads / groups,
      -1,
      width,
    ]);
    const scores = graph.matmul(query, sharedKey, { transB: true, scale: 1 / Math.sqrt(width) });
    const attention = graph.op('Softmax', [graph.add(scores, bias)], { axis: -1 });
    const attended = graph.reshape(graph.matmul(attention, sharedValue), [heads, -1, width]);
    const rows = graph.reshape(graph.transpose(attended, [1, 0, 2]), [-1, heads * width]);
    hidden = layers.attentionOutput(rows, hidden, layer);
    hidden = layers.feedForward(hidden, layer);
  }
  if (options.logprobs) {
    const targets = graph.input('targets', 'int64', ['C', 1]);
    const head = config.tie_word_embeddings ? embedding : layers.weight(outputWeightName(config));
    const final = layers.norm(hidden, layers.weight(finalNormName));
    const logits = graph.gemm(final, head, { transB: true });
    const chosen = graph.op('GatherElements', [logits, targets], { axis: 1 });
    const total = graph.op('ReduceLogSumExp', [logits, graph.integers([1])], { keepdims: 1 });
    graph.output('logprobs', graph.reshape(graph.sub(chosen, total), [-1]), 'float32', ['C']);
  }
  return graph.finish();
}
