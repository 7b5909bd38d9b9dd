import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ModelConfig, PolicyVersion } from './engine.ts';
import { readModelDirectory, writeModelDirectory } from './model-directory.ts';
import { initialParameters, parameterSpecs, viewOf } from './ort/parameters.ts';
import { writeSafetensors } from './safetensors.ts';

const directory = await mkdtemp(join(tmpdir(), 'qed-model-'));
after(() => rm(directory, { recursive: true }));

const config: ModelConfig = {
  model_type: 'qwen3',
  vocab_size: 11,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  head_dim: 4,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  max_position_embeddings: 64,
  tie_word_embeddings: true,
  eos_token_id: 3,
};
const version = 12 as PolicyVersion;

function tensorsOf(of: ModelConfig, flat: Float32Array) {
  return parameterSpecs(of).map((spec) => ({ name: spec.name, dims: spec.dims, data: viewOf(flat, spec) }));
}

test('a model comes back as it was written, tied and untied', async () => {
  for (const tied of [true, false]) {
    const written = { ...config, tie_word_embeddings: tied };
    const flat = initialParameters(written, 1);
    await writeModelDirectory(directory, written, flat, version);
    const read = await readModelDirectory(directory);
    assert.deepEqual(read, { config: written, flat, version });
  }
});

test('models that transformers wrote are read', async () => {
  const golden = join(import.meta.dirname, '../../golden');
  const names = (await readdir(golden)).filter((name) => /^(qwen[23]|llama)-/.test(name));
  assert.equal(names.length, 9);
  for (const name of names) {
    const model = await readModelDirectory(join(golden, name));
    assert.equal(model.config.model_type, name.slice(0, name.indexOf('-')));
    assert.ok(model.flat.every(Number.isFinite) && model.flat.some((value) => value !== 0));
    assert.equal(model.version, 0);
    // Written in the engine's own form it is the same model, and written again the same bytes.
    await writeModelDirectory(directory, model.config, model.flat, model.version);
    const once = await readFile(join(directory, 'config.json'), 'utf8');
    const again = await readModelDirectory(directory);
    assert.deepEqual(again, model);
    await writeModelDirectory(directory, again.config, again.flat, again.version);
    assert.equal(await readFile(join(directory, 'config.json'), 'utf8'), once);
  }
});

test('weights that do not fit the configuration are refused by tensor', async () => {
  const flat = initialParameters(config, 1);
  await writeModelDirectory(directory, config, flat, version);
  const path = join(directory, 'model.safetensors');
  const tensors = tensorsOf(config, flat);

  await writeSafetensors(path, [...tensors.slice(1), { name: 'stray', dims: [1], data: Float32Array.of(1) }]);
  await assert.rejects(readModelDirectory(directory), /missing model\.embed_tokens\.weight; unknown stray/);

  const transposed = tensors.map((t) => (t.dims.length === 2 ? { ...t, dims: [...t.dims].reverse() } : t));
  await writeSafetensors(path, transposed);
  await assert.rejects(
    readModelDirectory(directory),
    /embed_tokens\.weight is 8×11, config\.json asks for 11×8/,
  );

  await writeSafetensors(path, tensors, { qed_policy_version: '-1' });
  await assert.rejects(readModelDirectory(directory), /qed_policy_version is "-1"/);

  await rm(path);
  await assert.rejects(readModelDirectory(directory), /model\.safetensors: not there/);
  await writeFile(join(directory, 'config.json'), '{"model_type": ');
  await assert.rejects(readModelDirectory(directory), /config\.json: not JSON/);
});

test('a tied model that repeats its head is read; a file of other software has version 0', async () => {
  const flat = initialParameters(config, 1);
  await writeModelDirectory(directory, config, flat, version);
  const [embedding, ...rest] = tensorsOf(config, flat);
  assert.ok(embedding !== undefined);
  const head = { ...embedding, name: 'lm_head.weight' };
  await writeSafetensors(join(directory, 'model.safetensors'), [embedding, ...rest, head], { format: 'pt' });
  assert.deepEqual(await readModelDirectory(directory), { config, flat, version: 0 });
});

test('a tied model whose head differs is refused; tables of rotary frequencies are passed over', async () => {
  const flat = initialParameters(config, 1);
  await writeModelDirectory(directory, config, flat, version);
  const tensors = tensorsOf(config, flat);
  const path = join(directory, 'model.safetensors');
  const table = {
    name: 'model.layers.0.self_attn.rotary_emb.inv_freq',
    dims: [2],
    data: Float32Array.of(1, 0.01),
  };
  await writeSafetensors(path, [...tensors, table]);
  assert.deepEqual((await readModelDirectory(directory)).flat, flat);
  const [embedding] = tensors;
  assert.ok(embedding !== undefined);
  const head = { ...embedding, name: 'lm_head.weight', data: embedding.data.map((value) => -value) };
  await writeSafetensors(path, [...tensors, head]);
  await assert.rejects(
    readModelDirectory(directory),
    /model\.safetensors: tensor lm_head\.weight differs from model\.embed_tokens\.weight/,
  );
});

test('a configuration of more parameters than the file has takes no memory for them', async () => {
  await writeModelDirectory(directory, config, initialParameters(config, 1), version);
  const path = join(directory, 'config.json');
  const json = JSON.parse(await readFile(path, 'utf8'));
  const before = process.memoryUsage().arrayBuffers;
  // 4 GB of embedding.
  await writeFile(path, JSON.stringify({ ...json, vocab_size: 2 ** 24, hidden_size: 64 }));
  await assert.rejects(
    readModelDirectory(directory),
    /tensor model\.embed_tokens\.weight is 11×8, config\.json asks for 16777216×64/,
  );
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 24);
});
