import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exportGguf } from './export-gguf.ts';
import { GgufFile } from './gguf-file.ts';
import { type WritableValue, writeGguf } from './gguf-writer.ts';
import { importGguf } from './import-gguf.ts';
import { configurations, writeModel } from './model-fixture.ts';

const scratch = await mkdtemp(join(tmpdir(), 'qed-import-'));
after(() => rm(scratch, { recursive: true }));

type Change = Readonly<Record<string, WritableValue | undefined>>;

/** A good file of a configuration with some keys changed (undefined: left out) and some tensors changed. */
async function changed(
  name: string,
  keys: Change,
  tensors: { readonly drop?: string; readonly rename?: readonly [string, string] } = {},
): Promise<string> {
  const directory = join(scratch, name);
  const good = join(scratch, `${name}.gguf`);
  const path = join(scratch, 'changed.gguf');
  await writeModel(directory, configurations[name] ?? assert.fail(name));
  await exportGguf({ directory, path: good });
  const file = await GgufFile.open(good);
  // What was written is read as values that can be written, but for the floats.
  const metadata = new Map<string, WritableValue>();
  for (const [key, value] of file.metadata) {
    const isFloat = /epsilon|freq_base|scaling\.(factor|attn_factor)/.test(key);
    metadata.set(key, (isFloat ? { float32: value } : value) as WritableValue);
  }
  for (const [key, value] of Object.entries(keys)) {
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  }
  const streams = [...file.tensors]
    .filter(([tensor]) => tensor !== tensors.drop)
    .map(([tensor, { dims }]) => ({
      name: tensor === tensors.rename?.[0] ? tensors.rename[1] : tensor,
      dims,
      type: 'F32' as const,
      read: () => file.read(tensor),
    }));
  await writeGguf(path, metadata, streams);
  await file.close();
  return path;
}

async function refused(path: string, message: RegExp): Promise<void> {
  await assert.rejects(importGguf({ path, directory: join(scratch, 'never') }), (error: Error) => {
    assert.ok(error.message.startsWith(path), `the file is not named in: ${error.message}`);
    assert.match(error.message, message);
    return true;
  });
}

async function configOf(path: string): Promise<Record<string, unknown>> {
  const directory = join(scratch, 'imported');
  await importGguf({ path, directory });
  return JSON.parse(await readFile(join(directory, 'config.json'), 'utf8')) as Record<string, unknown>;
}

test('what the engine does not compute is refused by key', async () => {
  const llama = (keys: Change) => changed('llama', keys);
  await refused(
    await llama({ 'general.architecture': 'gemma3' }),
    /"general.architecture" is "gemma3", an architecture/,
  );
  await refused(await llama({ 'general.architecture': undefined }), /"general.architecture" is missing/);
  await refused(
    await llama({ 'llama.expert_count': 8 }),
    /"llama.expert_count" is 8, which the embedded engine/,
  );
  await refused(
    await llama({ 'llama.attention.sliding_window': 32 }),
    /"llama.attention.sliding_window" is 32/,
  );
  await refused(await llama({ 'llama.rope.dimension_count': 6 }), /"llama.rope.dimension_count" is 6/);
  await refused(await llama({ 'llama.attention.value_length': 6 }), /"llama.attention.value_length" is 6/);
  await refused(
    await llama({ 'llama.rope.scaling.type': 'longrope' }),
    /"llama.rope.scaling.type" is "longrope"/,
  );
  await refused(
    await llama({ 'llama.logit_scale': { float32: 2 } }),
    /"llama.logit_scale" is a setting that is not known/,
  );
  await refused(await llama({ 'llama.block_count': undefined }), /"llama.block_count" is missing/);
  await refused(
    await llama({ 'llama.feed_forward_length': undefined }),
    /"llama.feed_forward_length" is missing/,
  );
  await refused(
    await llama({ 'llama.block_count': 'two' }),
    /"llama.block_count" is "two", no finite number/,
  );
  await refused(
    await llama({ 'llama.block_count': { float32: 1.5 } }),
    /"llama.block_count" is 1.5, no size/,
  );
  const perLayer = Int32Array.of(80, 72);
  await refused(await llama({ 'llama.feed_forward_length': perLayer }), /is different from layer to layer/);
  await refused(
    await llama({ 'llama.embedding_length': 4_000_000 }),
    /tensor token_embd.weight is 400×48, the metadata asks/,
  );
});

test('a tokenizer that is missing, unknown or too large is refused by key', async () => {
  const qwen = (keys: Change) => changed('qwen3', keys);
  await refused(
    await qwen({ 'tokenizer.ggml.model': undefined }),
    /"tokenizer.ggml.model" is missing: .* without a tokenizer/,
  );
  await refused(await qwen({ 'tokenizer.ggml.model': 'bert' }), /tokenizer\.ggml\.model/);
  await refused(await qwen({ 'tokenizer.ggml.pre': 'unheard-of' }), /tokenizer\.ggml\.pre is "unheard-of"/);
  const path = await changed('qwen3', {});
  const file = await GgufFile.open(path);
  const tokens = [...(file.metadata.get('tokenizer.ggml.tokens') as string[]), '<|one too many|>'];
  const types = Int32Array.of(...(file.metadata.get('tokenizer.ggml.token_type') as Int32Array), 1);
  await file.close();
  const large = await qwen({ 'tokenizer.ggml.tokens': tokens, 'tokenizer.ggml.token_type': types });
  await refused(large, /tokenizer\.ggml\.tokens has ids up to 400, tensor token_embd.weight 400 rows/);
});

test('tensors that are missing, strange or of other shapes are refused by name', async () => {
  const qwen = (tensors: Parameters<typeof changed>[2]) => changed('qwen2', {}, tensors);
  await refused(await qwen({ drop: 'token_embd.weight' }), /tensor token_embd.weight is missing/);
  await refused(await qwen({ drop: 'blk.1.attn_q.bias' }), /tensor blk.1.attn_q.bias is missing/);
  const strange = ['blk.0.ffn_up.weight', 'blk.0.ffn_up_exps.weight'] as const;
  await refused(await qwen({ rename: strange }), /tensor blk.0.ffn_up_exps.weight belongs to no model/);
  await refused(
    await changed('llama, biases', {}, { drop: 'blk.1.ffn_up.bias' }),
    /blk.1.ffn_up.bias is missing/,
  );
  await refused(
    await changed('qwen2', { 'qwen2.attention.head_count_kv': 4 }),
    /attn_k.weight is 24×48, the metadata asks for 48×48/,
  );
});

test('factors that are not Llama 3.1’s, or beside another scaling, are refused', async () => {
  const rename = ['output_norm.weight', 'rope_freqs.weight'] as const;
  await refused(
    await changed('llama', {}, { rename }),
    /tensor rope_freqs.weight: its factors are not those of Llama 3.1/,
  );
  const twice = { 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': { float32: 4 } };
  await refused(
    await changed('llama 3.1', twice),
    /"llama.rope.scaling.factor" is 4 beside tensor rope_freqs.weight/,
  );
});

test('what is absent is what llama.cpp takes; what is said another way is understood', async () => {
  const sparse = await changed('llama', {
    ...{ 'llama.attention.head_count_kv': undefined, 'llama.attention.key_length': undefined },
    ...{ 'llama.attention.value_length': undefined, 'llama.rope.dimension_count': undefined },
    ...{ 'llama.rope.freq_base': undefined, 'llama.vocab_size': undefined },
    ...{ 'llama.rope.scale_linear': { float32: 2 }, 'llama.expert_count': 0 },
    ...{ 'llama.feed_forward_length': Int32Array.of(80, 80), 'llama.attention.sliding_window': 256 },
  });
  const config = await configOf(sparse);
  assert.deepEqual(
    [config.num_key_value_heads, config.head_dim, config.rope_theta, config.rms_norm_eps],
    [4, 12, 10_000, 1e-5],
  );
  assert.deepEqual(config.rope_scaling, { rope_type: 'linear', factor: 2 });
});

test('YaRN’s settings, several end tokens and recommended sampling are taken over', async () => {
  const path = await changed('qwen2, YaRN', {
    ...{
      'qwen2.rope.scaling.attn_factor': { float32: 0.5 },
      'qwen2.rope.scaling.yarn_beta_fast': { float32: 16 },
    },
    ...{
      'tokenizer.ggml.eot_token_id': 5,
      'general.sampling.temp': { float32: 0.6 },
      'general.sampling.top_k': 20,
    },
  });
  const config = await configOf(path);
  const { attention_factor: factor, ...scaling } = config.rope_scaling as Record<string, unknown>;
  assert.deepEqual(scaling, {
    rope_type: 'yarn',
    factor: 4,
    original_max_position_embeddings: 64,
    beta_fast: 16,
  });
  assert.ok(Math.abs(Number(factor) - 0.5 * (0.1 * Math.log(4) + 1)) < 1e-12);
  assert.equal((config.eos_token_id as number[])[1], 5);
  const generation = JSON.parse(
    await readFile(join(scratch, 'imported', 'generation_config.json'), 'utf8'),
  ) as Record<string, unknown>;
  assert.deepEqual([generation.temperature, generation.top_k, generation.do_sample], [0.6, 20, true]);
});

test('a model that llama.cpp computes otherwise is not exported', async () => {
  const directory = join(scratch, 'not exported');
  const path = join(scratch, 'not-exported.gguf');
  const base = configurations.qwen3 ?? assert.fail();
  const llama3 = configurations['llama 3.1']?.rope_scaling ?? assert.fail();
  await writeModel(directory, { ...base, attention_bias: true });
  await assert.rejects(
    exportGguf({ directory, path }),
    /config\.json: attention_bias is true, but llama\.cpp/,
  );
  await writeModel(directory, { ...base, rope_scaling: llama3 });
  await assert.rejects(exportGguf({ directory, path }), /config\.json: rope_scaling of llama3 is none/);
  const yarn = {
    rope_type: 'yarn',
    factor: 2,
    original_max_position_embeddings: 64,
    truncate: false,
  } as const;
  await writeModel(directory, { ...base, rope_scaling: yarn });
  await assert.rejects(exportGguf({ directory, path }), /config\.json: rope_scaling\.truncate is false/);
  await writeModel(directory, base);
  const tokenizer = join(directory, 'tokenizer.json');
  await writeFile(tokenizer, (await readFile(tokenizer, 'utf8')).replace('p{N}| ?', 'p{N}{2}| ?'));
  await assert.rejects(exportGguf({ directory, path }), /tokenizer\.json: pre_tokenizer/);
});
