import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveLora } from '../lora-options.ts';
import { initialAdapter } from './adapter.ts';
import { createOrtEngine } from './engine.ts';
import { checkModelSize, countParameters } from './model-size.ts';
import { parameterCount } from './parameters.ts';
import { tinyConfig } from './trainer-fixture.ts';

test('parameters are counted without listing them', () => {
  for (const layers of [0, 1, 7]) {
    for (const tie_word_embeddings of [true, false]) {
      const config = { ...tinyConfig, num_hidden_layers: layers, tie_word_embeddings };
      assert.equal(countParameters(config), parameterCount(config));
    }
  }
});

test('a model that does not fit is refused before it is made, with its sizes', async () => {
  const whole = 16 * countParameters(tinyConfig);
  checkModelSize(tinyConfig, undefined, whole);
  assert.throws(() => checkModelSize(tinyConfig, undefined, whole - 1), RangeError);
  const lora = resolveLora({ rank: 2, seed: 1 });
  const adapted = 4 * countParameters(tinyConfig) + 16 * initialAdapter(tinyConfig, lora).flat.length;
  assert.ok(adapted < whole);
  checkModelSize(tinyConfig, lora, adapted);
  assert.throws(() => checkModelSize(tinyConfig, lora, adapted - 1), /frozen weights, and an adapter/);
  const engine = createOrtEngine({ threads: 1 });
  const absurd = [{ hidden_size: 1e9 }, { num_hidden_layers: 1e9 }, { vocab_size: 1e12 }];
  for (const sizes of absurd) {
    await assert.rejects(
      engine.createModel({ config: { ...tinyConfig, ...sizes }, seed: 1 }),
      /the model has .* parameters, .* this machine has/,
    );
  }
  await engine.close();
});
