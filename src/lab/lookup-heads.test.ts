import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelConfig } from '../engine/engine.ts';
import { layerWeight } from '../engine/ort/parameters.ts';
import { Random } from '../stats/random.ts';
import { labTokenizer, labTokenParts } from './lab-tokenizer.ts';
import { lookupHeadTensors } from './lookup-heads.ts';

const parts = labTokenParts();
const config: ModelConfig = {
  model_type: 'qwen3',
  vocab_size: parts.length,
  hidden_size: 128,
  intermediate_size: 384,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 32,
  rms_norm_eps: 1e-6,
  rope_theta: 10_000,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
};
const tensors = lookupHeadTensors(config, 3, parts);
const get = (name: string): Float32Array => tensors.get(name) ?? assert.fail(`no tensor ${name}`);

/** Attention of one query head of layer 0 from the last position, straight from the formulas. */
function attention(head: number, ids: readonly number[]): number[] {
  const project = (weight: Float32Array, first: number, id: number, gain: Float32Array, position: number) => {
    const x = normalised(get('model.embed_tokens.weight').subarray(id * 128, (id + 1) * 128));
    const rows = Array.from({ length: 32 }, (_, i) =>
      x.reduce((sum, value, j) => sum + value * (weight[(first + i) * 128 + j] ?? 0), 0),
    );
    return rotated(
      normalised(rows).map((value, i) => value * (gain[i] ?? 0)),
      position,
    );
  };
  const last = ids.length - 1;
  const q = project(
    get(layerWeight(0, 'self_attn.q_proj')),
    head * 32,
    ids[last] ?? 0,
    get(layerWeight(0, 'self_attn.q_norm')),
    last,
  );
  const scores = ids.map((id, position) => {
    const k = project(
      get(layerWeight(0, 'self_attn.k_proj')),
      0,
      id,
      get(layerWeight(0, 'self_attn.k_norm')),
      position,
    );
    return Math.exp(q.reduce((sum, value, i) => sum + value * (k[i] ?? 0), 0) / Math.sqrt(32));
  });
  const total = scores.reduce((sum, score) => sum + score, 0);
  return scores.map((score) => score / total);
}

function normalised(x: ArrayLike<number>): number[] {
  const values = Array.from(x);
  const rms = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length + 1e-6);
  return values.map((value) => value / rms);
}

function rotated(x: readonly number[], position: number): number[] {
  const half = x.length / 2;
  return x.map((value, i) => {
    const angle = position * 10_000 ** ((-2 * (i % half)) / x.length);
    const other = i < half ? -(x[i + half] ?? 0) : (x[i - half] ?? 0);
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}

test('before any training two heads of layer 0 look one and two tokens back', () => {
  const random = new Random('tokens');
  for (let trial = 0; trial < 5; trial += 1) {
    const ids = Array.from({ length: 40 }, () => 256 + random.below(parts.length - 256));
    const one = attention(0, ids);
    const two = attention(1, ids);
    assert.ok((one[38] ?? 0) > 0.8, `one back: ${one[38]}`);
    assert.ok((two[37] ?? 0) > 0.8, `two back: ${two[37]}`);
  }
});

test('tokens of one letter are alike, those of two letters are not', () => {
  const { json } = labTokenizer();
  const added = (JSON.parse(json) as { added_tokens: { id: number; content: string }[] }).added_tokens;
  const vector = (text: string) => {
    const id = added.find(({ content }) => content === text)?.id ?? assert.fail(`no token ${text}`);
    return Array.from(get('model.embed_tokens.weight').subarray(id * 128 + 1, (id + 1) * 128));
  };
  const cosine = (a: number[], b: number[]) => {
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  };
  assert.ok(cosine(vector(' C gives'), vector(' C.')) > 0.3);
  assert.ok(Math.abs(cosine(vector(' C gives'), vector(' D.'))) < 0.3);
});

test('the same seed gives the same start, another seed another, and a model that is too small is refused', () => {
  assert.deepEqual(lookupHeadTensors(config, 3, parts), tensors);
  const other = lookupHeadTensors(config, 4, parts).get('model.embed_tokens.weight');
  assert.notDeepEqual(other, tensors.get('model.embed_tokens.weight'));
  assert.throws(() => lookupHeadTensors({ ...config, hidden_size: 64 }, 3, parts), /hiddenSize ≥ 128/);
});
