import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ModelConfig, PolicyVersion } from './engine.ts';
import { parseModelConfig, readModelDirectory, writeModelDirectory } from './model-directory.ts';
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

test('a model that transformers wrote is read', async () => {
  for (const name of ['qwen3-tiny', 'qwen3-tiny-untied']) {
    const written = join(import.meta.dirname, '../../golden', name);
    const model = await readModelDirectory(written);
    assert.equal(model.config.tie_word_embeddings, name === 'qwen3-tiny');
    assert.ok(model.flat.every(Number.isFinite) && model.flat.some((value) => value !== 0));
    assert.equal(model.version, 0);
  }
});

test('config.json says to transformers what the engine computes', async () => {
  await writeModelDirectory(directory, config, initialParameters(config, 1), version);
  const json = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'));
  assert.deepEqual(json.architectures, ['Qwen3ForCausalLM']);
  assert.equal(json.rope_theta, 10000);
  assert.equal(json.rope_parameters.rope_theta, 10000);
  assert.deepEqual(parseModelConfig(json, 'config.json'), config);
});

test('rope_theta is found where transformers 5 puts it; a list of end tokens gives its first', () => {
  const { rope_theta, ...rest } = config;
  const json = { ...rest, rope_parameters: { rope_type: 'default', rope_theta: 500 }, eos_token_id: [7, 8] };
  assert.deepEqual(parseModelConfig(json, 'c'), { ...config, rope_theta: 500, eos_token_id: 7 });
  assert.throws(
    () => parseModelConfig(rest, 'dir/config.json'),
    /^Error: dir\/config\.json: rope_theta: missing/,
  );
});

test('a configuration that the engine cannot compute is refused by file and field', () => {
  const refuse = (change: object, message: RegExp) =>
    assert.throws(
      () => parseModelConfig({ ...config, ...change }, 'dir/config.json'),
      (error: Error) => {
        assert.match(error.message, message);
        return error.message.startsWith('dir/config.json: ');
      },
    );
  refuse({ model_type: 'mamba' }, /model_type "mamba" .* does not have/);
  refuse({ hidden_size: undefined }, /hidden_size: /);
  refuse({ head_dim: 5 }, /head_dim: /);
  refuse({ num_attention_heads: 3, num_key_value_heads: 2 }, /num_key_value_heads: must divide/);
  refuse({ hidden_act: 'gelu' }, /hidden_act is "gelu"/);
  refuse({ attention_bias: true }, /attention_bias is true/);
  refuse({ use_sliding_window: true }, /use_sliding_window is true/);
  refuse({ rope_scaling: { rope_type: 'yarn', factor: 4 } }, /rope_scaling is .*yarn/);
  refuse({ rope_parameters: { rope_type: 'yarn', rope_theta: 1e4 } }, /rope_parameters is .*yarn/);
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
