import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { loadRecipe } from './load.ts';
import { RecipeError } from './recipe-error.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-existing-'));
after(() => rmSync(scratch, { recursive: true }));

const config = {
  model_type: 'llama',
  vocab_size: 320,
  hidden_size: 48,
  intermediate_size: 96,
  num_hidden_layers: 3,
  num_attention_heads: 6,
  num_key_value_heads: 2,
  head_dim: 8,
  rms_norm_eps: 1e-5,
  rope_theta: 100_000,
  max_position_embeddings: 16_384,
  tie_word_embeddings: false,
};
mkdirSync(path.join(scratch, 'model'));
writeFileSync(path.join(scratch, 'model', 'config.json'), JSON.stringify(config));

const recipe = (model: string, maximumTokens = 1024) => `name: real
model: ${model}
tokenizer: { kind: model }
data: { kind: harp, path: harp.zip }
sft:
  maximumTokens: ${maximumTokens}
  optimiser: { kind: adamw, learningRate: 1.0e-5 }
`;

function load(yaml: string, sets: readonly string[] = []) {
  const file = path.join(scratch, 'recipe.yaml');
  writeFileSync(file, yaml);
  return loadRecipe(file, sets);
}

function messagesOf(yaml: string, sets: readonly string[] = []): string[] {
  try {
    load(yaml, sets);
  } catch (error) {
    assert.ok(error instanceof RecipeError, String(error));
    return error.faults.map(({ where, field, message }) => `${path.basename(where)} ${field}: ${message}`);
  }
  return [];
}

test('a recipe that begins from a model has the sizes of its config.json', () => {
  const { recipe: resolved, text } = load(recipe('{ from: model }'));
  assert.deepEqual(resolved.model, {
    from: 'model',
    initialise: 'random',
    hiddenSize: 48,
    layers: 3,
    heads: 6,
    keyValueHeads: 2,
    headSize: 8,
    feedForwardSize: 96,
    ropeTheta: 100_000,
    maximumPositions: 8192,
    tiedHead: false,
  });
  assert.match(text, /hiddenSize: 48/);
});

test('sizes that are given must agree; fewer positions may be asked for', () => {
  assert.deepEqual(messagesOf(recipe('{ from: model, layers: 3, maximumPositions: 2048 }')), []);
  const [fault, ...others] = messagesOf(recipe('{ from: model, hiddenSize: 64 }'));
  assert.match(fault ?? '', /^recipe\.yaml:2:\d+ model\.hiddenSize: is 48 in .*config\.json/);
  assert.deepEqual(others, []);
  assert.match(
    messagesOf(recipe('{ from: model }'), ['model.maximumPositions=8193']).join('\n'),
    /maximumPositions: (is at most 8192|expected)/,
  );
});

test('a directory without a model is one fault, which says how to get one there', () => {
  const faults = messagesOf(recipe('{ from: nowhere }', 4096));
  assert.equal(faults.length, 1, faults.join('\n'));
  assert.match(faults[0] ?? '', /model\.from: there is no model in .*nowhere.*qed import FILE\.gguf --to/);
  assert.match(faults[0] ?? '', /qed import hub:OWNER\/NAME --to .*nowhere"/);
});

test('beside a server that has the weights, the command takes the other files of the model that the recipe names', () => {
  const engine = (baseModel: string) =>
    `${recipe('{ from: nowhere }')}engine: { kind: tinker, url: "http://127.0.0.1:1", baseModel: ${baseModel} }\n`;
  const [fault, ...others] = messagesOf(engine('Qwen/Qwen3-4B-Thinking-2507'));
  assert.match(
    fault ?? '',
    /model\.from: there is no model in .*"qed import hub:Qwen\/Qwen3-4B-Thinking-2507 --to .*nowhere --without-weights"/,
  );
  assert.doesNotMatch(fault ?? '', /gguf/);
  assert.deepEqual(others, []);
  // A name that the server made up says nothing about the hub.
  assert.match(messagesOf(engine('policy')).join(), /qed import hub:OWNER\/NAME --to .* --without-weights/);
});

test('an architecture that the engine does not have is refused before anything runs', () => {
  mkdirSync(path.join(scratch, 'strange'), { recursive: true });
  writeFileSync(path.join(scratch, 'strange', 'config.json'), JSON.stringify({ model_type: 'mamba' }));
  assert.match(messagesOf(recipe('{ from: strange }')).join('\n'), /model\.from: .*model_type "mamba"/);
  writeFileSync(path.join(scratch, 'strange', 'config.json'), '{');
  assert.match(messagesOf(recipe('{ from: strange }')).join('\n'), /config\.json is not JSON/);
});

test('the model’s tokenizer needs a model, and a model that exists has one', () => {
  const without = recipe('{ layers: 2 }', 128);
  assert.match(messagesOf(without).join('\n'), /tokenizer\.kind: `model` needs model\.from/);
  const bpe = messagesOf(recipe('{ from: model }'), ['tokenizer={ kind: bpe, vocabularySize: 300 }']);
  assert.match(bpe.join('\n'), /tokenizer\.kind: a model that exists has its tokenizer: use kind `model`/);
});
