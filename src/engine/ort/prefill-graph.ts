/**
 * Runs a prompt once and gives the keys and values that decoding it further needs. One prompt a run, at its own
 * length without padding, so the result is a function of prompt and weights alone (BATCH-INVARIANT). Weights are
 * constants as in the decode graph, so that it does not depend on the number of threads either.
 */
import type { ModelConfig } from '../engine.ts';
import { maskedScore } from './decode-graph.ts';
import { Graph } from './graph.ts';
import { InferenceLayers } from './inference-layers.ts';
import type { OnnxGraph } from './onnx.ts';
import { embeddingName, layerWeight } from './parameters.ts';

/**
 * Inputs: `tokens` int64 [S], `positions` int64 [1, S]. Outputs: `keys.<layer>` (rotated)
 * and `values.<layer>`, [KV, S, head_dim]. The last layer stops there: nothing after it reaches the caches.
 */
export function prefillGraph(config: ModelConfig, flat: Float32Array): OnnxGraph {
  const { num_key_value_heads: groups, head_dim: width, num_attention_heads: heads } = config;
  const graph = new Graph();
  const layers = new InferenceLayers(graph, config, flat);
  const tokens = graph.input('tokens', 'int64', ['S']);
  const positions = graph.input('positions', 'int64', [1, 'S']);
  const isVisible = graph.op('LessOrEqual', [positions, graph.reshape(positions, [-1, 1])]);
  const bias = graph.op('Where', [isVisible, graph.scalar(0), graph.scalar(maskedScore)]);

  let hidden = graph.op('Gather', [layers.weight(embeddingName), tokens], { axis: 0 });
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const isLast = layer === config.num_hidden_layers - 1;
    const normed = layers.norm(hidden, layers.weight(layerWeight(layer, 'input_layernorm')));
    const headsFirst = (x: ReturnType<Graph['reshape']>, count: number) =>
      graph.reshape(graph.transpose(x, [1, 0, 2]), [1, count, -1, width]);
    const key = layers.rotate(headsFirst(layers.key(normed, layer), groups), positions);
    const value = headsFirst(layers.value(normed, layer), groups);
    graph.output(`keys.${layer}`, graph.reshape(key, [groups, -1, width]), 'float32', [groups, 'S', width]);
    graph.output(`values.${layer}`, graph.reshape(value, [groups, -1, width]), 'float32', [
      groups,
      'S',
      width,
    ]);
    if (isLast) break;
    // [KV, heads / KV, S, head_dim] against keys [KV, 1, S, head_dim]: the group axis broadcasts.
    const query = graph.reshape(layers.rotate(headsFirst(layers.query(normed, layer), heads), positions), [
      groups,
      heads / groups,
      -1,
      width,
    ]);
    const sharedKey = graph.reshape(key, [groups, 1, -1, width]);
    const sharedValue = graph.reshape(value, [groups, 1, -1, width]);
    const scores = graph.matmul(query, sharedKey, { transB: true, scale: 1 / Math.sqrt(width) });
    const attention = graph.op('Softmax', [graph.add(scores, bias)], { axis: -1 });
    const attended = graph.reshape(graph.matmul(attention, sharedValue), [heads, -1, width]);
    const rows = graph.reshape(graph.transpose(attended, [1, 0, 2]), [-1, heads * width]);
    hidden = layers.attentionOutput(rows, hidden, layer);
    hidden = layers.feedForward(hidden, layer);
  }
  return graph.finish();
}
