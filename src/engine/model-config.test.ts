import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { ModelConfig } from './engine.ts';
import { modelConfigJson, parseModelConfig, readModelConfig } from './model-config.ts';

const directory = await mkdtemp(join(tmpdir(), 'qed-config-'));
after(() => rm(directory, { recursive: true }));

const sizes = {
  vocab_size: 11,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
};
const config: ModelConfig = {
  model_type: 'qwen3',
  ...sizes,
  num_key_value_heads: 1,
  head_dim: 4,
  rms_norm_eps: 1e-6,
  max_position_embeddings: 64,
  tie_word_embeddings: true,
  rope_theta: 10000,
  eos_token_id: 3,
};
const llama: ModelConfig = { ...config, model_type: 'llama' };
const parse = (json: unknown) => parseModelConfig(json, 'dir/config.json');

function refuse(json: unknown, message: RegExp): void {
  assert.throws(
    () => parse(json),
    (error: Error) => {
      assert.match(error.message, message);
      return error.message.startsWith('dir/config.json: ');
    },
  );
}

test('the config.json of a Qwen3 model is written as it always was, to the byte', () => {
  assert.equal(
    JSON.stringify(modelConfigJson(config, 'c')),
    '{"architectures":["Qwen3ForCausalLM"],"model_type":"qwen3","vocab_size":11,"hidden_size":8,' +
      '"intermediate_size":12,"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,"head_dim":4,' +
      '"rms_norm_eps":0.000001,"max_position_embeddings":64,"tie_word_embeddings":true,"rope_theta":10000,' +
      '"eos_token_id":3,"rope_parameters":{"rope_type":"default","rope_theta":10000},"hidden_act":"silu",' +
      '"attention_bias":false,"use_sliding_window":false,"torch_dtype":"float32"}',
  );
});

test('every family comes back as it was written, under the name that transformers has for it', () => {
  const yarn = {
    rope_type: 'yarn',
    factor: 4,
    original_max_position_embeddings: 16,
    beta_fast: 8,
    truncate: false,
  } as const;
  const llama3 = {
    rope_type: 'llama3',
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 32,
  } as const;
  const cases: [ModelConfig, string][] = [
    [{ ...config, attention_bias: true, rope_scaling: yarn }, 'Qwen3ForCausalLM'],
    [
      { ...config, model_type: 'qwen2', rope_scaling: { rope_type: 'dynamic', factor: 2 } },
      'Qwen2ForCausalLM',
    ],
    [{ ...llama, attention_bias: true, mlp_bias: true, eos_token_id: [3, 7] }, 'LlamaForCausalLM'],
    [{ ...llama, rope_scaling: llama3 }, 'LlamaForCausalLM'],
    [{ ...llama, rope_scaling: { rope_type: 'linear', factor: 2.5 } }, 'LlamaForCausalLM'],
  ];
  for (const [written, name] of cases) {
    const json = JSON.parse(JSON.stringify(modelConfigJson(written, 'c')));
    assert.deepEqual(json.architectures, [name]);
    // Both for transformers 5 and for those that read the top level.
    assert.deepEqual(json.rope_parameters, {
      rope_type: 'default',
      ...written.rope_scaling,
      rope_theta: 10000,
    });
    assert.equal(json.rope_theta, 10000);
    assert.deepEqual(parse(json), written);
  }
});

test('what a file leaves out is what transformers fills in', () => {
  const bare = { model_type: 'llama', ...sizes, rms_norm_eps: 1e-5, max_position_embeddings: 64 };
  const filled = {
    num_key_value_heads: 2,
    head_dim: 4,
    tie_word_embeddings: false,
    rope_theta: 10000,
  };
  assert.deepEqual(parse(bare), { ...bare, ...filled });
  const qwen2 = { ...bare, model_type: 'qwen2', rope_theta: 500, num_key_value_heads: null, head_dim: null };
  assert.deepEqual(parse(qwen2), { ...bare, ...filled, model_type: 'qwen2', rope_theta: 500 });
  refuse({ ...bare, model_type: 'qwen2' }, /rope_theta: missing/);
  refuse({ ...bare, hidden_size: 9 }, /head_dim: /);
  refuse({ ...config, head_dim: undefined }, /head_dim: /);
  // Qwen2 has its biases whatever it says.
  assert.deepEqual(parse({ ...config, model_type: 'qwen2', attention_bias: true }), {
    ...config,
    model_type: 'qwen2',
  });
});

test('rotary settings are found at the top level and where transformers 5 puts them', () => {
  const { rope_theta: _, ...rest } = llama;
  const linear = { rope_type: 'linear', factor: 2 };
  const expected = { ...llama, rope_theta: 500, rope_scaling: linear };
  assert.deepEqual(parse({ ...rest, rope_parameters: { ...linear, rope_theta: 500 } }), expected);
  assert.deepEqual(
    parse({ ...rest, rope_theta: 500, rope_scaling: { type: 'linear', factor: 2 } }),
    expected,
  );
  const both = { rope_theta: 500, rope_scaling: linear, rope_parameters: { ...linear, rope_theta: 500 } };
  assert.deepEqual(parse({ ...rest, ...both }), expected);
  refuse(
    { ...rest, ...both, rope_scaling: { ...linear, factor: 3 } },
    /rope_scaling and rope_parameters contradict/,
  );
  refuse({ ...rest, ...both, rope_theta: 501 }, /rope_theta: 501 and 500 at different places contradict/);

  // The original length and YaRN's factor follow from the length where they are left out.
  const yarn = { rope_type: 'yarn', factor: null, attention_factor: null };
  const whole = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 16 };
  const { rope_scaling } = parse({ ...rest, original_max_position_embeddings: 16, rope_scaling: yarn });
  assert.deepEqual(rope_scaling, whole);
  const llama3 = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
  assert.deepEqual(parse({ ...rest, rope_scaling: llama3 }).rope_scaling, {
    ...llama3,
    original_max_position_embeddings: 64,
  });
});

test('a configuration that the engine cannot compute is refused by file and field', () => {
  const change = (fields: object, message: RegExp) => refuse({ ...config, ...fields }, message);
  refuse([], /not a JSON object/);
  change({ model_type: 'mamba' }, /model_type "mamba" .* does not have; it has qwen3, qwen2, llama/);
  change({ model_type: 'toString' }, /model_type "toString"/);
  change({ model_type: undefined }, /model_type: /);
  change({ hidden_size: undefined }, /hidden_size: /);
  change({ head_dim: 5 }, /head_dim: /);
  change({ num_attention_heads: 3, num_key_value_heads: 2 }, /num_key_value_heads: must divide/);
  change({ hidden_act: 'gelu' }, /hidden_act is "gelu"/);
  change({ attention_bias: 'yes' }, /attention_bias: /);
  change({ mlp_bias: true }, /mlp_bias is true/);
  change({ use_sliding_window: true }, /use_sliding_window is true/);
  change({ layer_types: ['full_attention', 'sliding_attention'] }, /layer_types is .*sliding/);
  change({ partial_rotary_factor: 0.5 }, /partial_rotary_factor is 0\.5/);
  change({ pretraining_tp: 2 }, /pretraining_tp is 2/);
  change({ quantization_config: { quant_method: 'gptq' } }, /quantization_config is .*gptq/);
  change({ rope_interleaved: true }, /rope_interleaved is true/);
  change({ attention_dropout: 0.1 }, /attention_dropout is 0\.1/);
  refuse({ ...llama, sliding_window: 4096 }, /sliding_window is 4096/);

  change({ rope_scaling: 'linear' }, /rope_scaling is "linear", not an object/);
  change({ rope_scaling: { rope_type: 'yarn', factor: 'four' } }, /rope_scaling\.factor: /);
  change({ rope_scaling: { rope_type: 'linear' } }, /rope_scaling\.factor: /);
  change({ rope_scaling: { rope_type: 'linear', factor: 2, slope: 3 } }, /rope_scaling: .*slope/);
  change({ rope_scaling: { type: 'longrope', short_factor: [1] } }, /rope_scaling\.rope_type is "longrope"/);
  change(
    { rope_parameters: { rope_type: 'default', rope_theta: 1e4, partial_rotary_factor: 0.5 } },
    /rope_parameters\.partial_rotary_factor is 0\.5/,
  );
  change({ rope_parameters: { rope_theta: 1e4, mrope_section: [1, 1] } }, /rope_parameters\.mrope_section/);
  change({ rope_theta: '10000' }, /rope_theta: "10000" is no positive number/);
  const yarn = { rope_type: 'yarn', factor: 1e9, mscale: 1e308, mscale_all_dim: 1 };
  change({ rope_scaling: yarn }, /rope_theta 10000 with rope_scaling .* not finite/);
});

test('sizes that no machine has are refused before anything is made of them', () => {
  refuse({ ...config, vocab_size: 1e12 }, /vocab_size: /);
  refuse({ ...config, num_hidden_layers: 1e9 }, /num_hidden_layers: /);
  refuse({ ...config, vocab_size: 2 ** 53 }, /vocab_size: /);
  refuse({ ...config, vocab_size: 2 ** 24, hidden_size: 2 ** 24 }, /make \d{15} parameters/);
  refuse(
    { ...config, num_attention_heads: 2 ** 24, head_dim: 2 ** 16 },
    /parameters; the engine holds at most/,
  );
});

test('a file that is no JSON, or no configuration, ends in an error that names it', async () => {
  const path = join(directory, 'config.json');
  const rejects = async (text: string | Uint8Array, message: RegExp) => {
    await writeFile(path, text);
    await assert.rejects(readModelConfig(directory), (error: Error) => {
      assert.ok(error.message.startsWith(`${path}: `), error.message);
      assert.match(error.message, message);
      return true;
    });
  };
  await rejects('{"model_type": ', /not JSON/);
  await rejects(Uint8Array.of(0x22, 0xff, 0x22), /not JSON/);
  await rejects(' '.repeat((1 << 24) + 1), /bytes of JSON; at most/);
  await rejects('['.repeat(100_000), /not JSON/);
  const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  await rejects(`{"model_type": "llama", "rope_scaling": ${nested}}`, /./);
  await rejects(`{"model_type": ${nested}}`, /model_type \[+… is an architecture/);
});

test('whatever the fields hold, the answer is a configuration or an error that names the file', () => {
  const fields = Object.keys({ ...llama, rope_scaling: 0, rope_parameters: 0, hidden_act: 0, mlp_bias: 0 });
  fc.assert(
    fc.property(fc.constantFrom(...fields, '__proto__', 'constructor'), fc.jsonValue(), (field, value) => {
      const json = JSON.parse(`{${JSON.stringify(field)}: ${JSON.stringify(value)}}`);
      try {
        const read = parse(Object.assign(Object.create(null), llama, json));
        assert.deepEqual(parse(JSON.parse(JSON.stringify(modelConfigJson(read, 'c')))), read);
      } catch (error) {
        assert.ok(error instanceof Error && error.message.startsWith('dir/config.json: '), `${error}`);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
