import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  checkModelSize(tinyConfig, 16 * countParameters(tinyConfig));
  assert.throws(() => checkModelSize(tinyConfig, 16 * countParameters(tinyConfig) - 1), RangeError);
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
