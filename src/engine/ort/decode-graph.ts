/**
 * One decoding step as a graph: the next token of every row, given its past in the key-value cache. Caches only go
 * in and the new keys and values come out as one small tensor, because onnxruntime-node copies every output.
 * BATCH-INVARIANT: weights are constants, so MLAS packs them and a row's products do not depend on the number of
 * rows; as inputs they would (split over threads, the blocks of the inner sum change with the row count).
 */
import type { ModelConfig } from '../engine.ts';
import { Graph } from './graph.ts';
import { InferenceLayers } from './inference-layers.ts';
import type { OnnxGraph } from './onnx.ts';
import { embeddingName, finalNormName, layerWeight, outputWeightName } from './parameters.ts';

/** Added to the score of a cache slot that holds nothing, so that its probability is exactly 0. */
export const maskedScore = -1e9;

/**
 * Inputs, with B rows, L cache slots, KV key-value heads:
 *   `tokens` int64 [B], `positions` int64 [B, 1], `inverseTemperature` float32 [B, 1],
 *   `bias` float32 [B, 1, 1, L]: 0 for slots in use, `maskedScore` for the others,
 *   `keys.<layer>`, `values.<layer>` float32 [B, KV, L, head_dim], finite everywhere.
 * Outputs: `logits` [B, vocabulary], `probabilities` [B, vocabulary] = softmax(logits · inverseTemperature) and
 * `cacheRows` [B, layers · 2 · KV, 1, head_dim]: for each layer the new keys, then the new values. What is not asked
 * for of them is not copied.
 */
export function decodeGraph(config: ModelConfig, flat: Float32Array): OnnxGraph {
  const { num_key_value_heads: groups, head_dim: width, num_attention_heads: heads } = config;
  const graph = new Graph();
  const layers = new InferenceLayers(graph, config, flat);
  const tokens = graph.input('tokens', 'int64', ['B']);
  const positions = graph.input('positions', 'int64', ['B', 1]);
  const inverseTemperature = graph.input('inverseTemperature', 'float32', ['B', 1]);
  const bias = graph.input('bias', 'float32', ['B', 1, 1, 'L']);
  const embedding = layers.weight(embeddingName);
  const scale = 1 / Math.sqrt(width);
  const cacheRows = [];

  let hidden = graph.op('Gather', [embedding, tokens], { axis: 0 });
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const pastKeys = graph.input(`keys.${layer}`, 'float32', ['B', groups, 'L', width]);
    const pastValues = graph.input(`values.${layer}`, 'float32', ['B', groups, 'L', width]);
    const normed = layers.norm(hidden, layers.weight(layerWeight(layer, 'input_layernorm')));
    // Heads that share a key-value head lie beside each other, so grouping them is a plain reshape.
    const query = graph.reshape(
      layers.rotate(graph.reshape(layers.query(normed, layer), [-1, heads, 1, width]), positions),
      [-1, groups, heads / groups, width],
    );
    const key = layers.rotate(graph.reshape(layers.key(normed, layer), [-1, groups, 1, width]), positions);
    const value = graph.reshape(layers.value(normed, layer), [-1, groups, 1, width]);
    cacheRows.push(key, value);

    const ownScore = graph.matmul(query, key, { transB: true, scale });
    const pastScores = graph.add(graph.matmul(query, pastKeys, { transB: true, scale }), bias);
    const scores = graph.op('Concat', [ownScore, pastScores], { axis: 3 });
    const attention = graph.op('Softmax', [scores], { axis: -1 });
    const lastAxis = graph.integers([3]);
    const one = graph.integers([1]);
    const own = graph.op('Slice', [attention, graph.integers([0]), one, lastAxis]);
    const past = graph.op('Slice', [attention, one, graph.integers([2 ** 31]), lastAxis]);
    const attended = graph.add(graph.matmul(past, pastValues), graph.mul(own, value));
    hidden = layers.attentionOutput(graph.reshape(attended, [-1, heads * width]), hidden, layer);
    hidden = layers.feedForward(hidden, layer);
  }
  const head = config.tie_word_embeddings ? embedding : layers.weight(outputWeightName(config));
  const final = layers.norm(hidden, layers.weight(finalNormName));
  const logits = graph.gemm(final, head, { transB: true });
  const probabilities = graph.op('Softmax', [graph.mul(logits, inverseTemperature)], { axis: -1 });
  graph.output('logits', logits, 'float32', ['B', config.vocab_size]);
  graph.output('probabilities', probabilities, 'float32', ['B', config.vocab_size]);
  const rowCount = config.num_hidden_layers * 2 * groups;
  graph.output('cacheRows', graph.op('Concat', cacheRows, { axis: 1 }), 'float32', ['B', rowCount, 1, width]);
  return graph.finish();
}
