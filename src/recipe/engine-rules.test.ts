import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRecipe } from './load.ts';
import { RecipeError } from './recipe-error.ts';

const tinker = 'engine={ kind: tinker, url: "http://host:8000" }';

function faults(...sets: string[]): string[] {
  try {
    loadRecipe('lab-quick', sets);
  } catch (error) {
    assert.ok(error instanceof RecipeError, String(error));
    return error.faults.map(({ where, field, message }) => `${where} ${field}: ${message}`);
  }
  return [];
}

test('an engine without a kind is the embedded one, and a remote one has its defaults', () => {
  const { engine } = loadRecipe('lab-quick', ['engine.threads=2']).recipe;
  assert.deepEqual(engine, { kind: 'ort', threads: 2, provider: 'cpu' });
  assert.deepEqual(loadRecipe('lab-quick', [tinker]).recipe.engine, {
    ...{ kind: 'tinker', url: 'http://host:8000', profile: 'auto', segmentTokens: 4096 },
    apiKeyVariable: 'TINKER_API_KEY',
  });
});

test('what is wrong with an engine is said in the terms of its kind', () => {
  assert.match(
    faults('engine.threads=autom').join(),
    /engine\.threads: expected "auto" or a positive integer/,
  );
  assert.match(faults('engine={ kind: tinker, url: host }').join(), /engine\.url: expected an address/);
  assert.match(faults('engine={ kind: ray }').join(), /engine\.kind: expected one of ort, tinker, got "ray"/);
  const hint = 'engine={ threads: 1, url: "http://host" }';
  const error = (() => {
    try {
      return loadRecipe('lab-quick', [hint]);
    } catch (thrown) {
      return String(thrown);
    }
  })();
  assert.match(String(error), /engine\.url: there is no such field\n.*It belongs to kind: tinker/);
});

test('a secret in an address is refused, for the frozen recipe is copied with its run', () => {
  for (const url of ['http://me:secret@host', 'http://host/?key=secret', 'http://host/#secret'])
    assert.match(
      faults(`engine={ kind: tinker, url: "${url}" }`).join(),
      /engine\.url: must be the address alone/,
    );
  assert.match(
    faults('engine={ kind: tinker, url: "http://host", apiKeyVariable: "tml-1" }').join(),
    /engine\.apiKeyVariable: expected the name of an environment variable, not a key/,
  );
});

test('positions beyond those of the embedded engine are for remote ones', () => {
  assert.match(faults('model.maximumPositions=9000').join(), /must not exceed 8192 with the embedded engine/);
  assert.deepEqual(faults('model.maximumPositions=9000', tinker), []);
});

test('LoRA adapts a model that exists, and something of it', () => {
  assert.match(faults('lora={ rank: 8 }').join(), /lora: adapts a model that exists: take pretrain out/);
  const none = 'lora={ rank: 8, attention: false, feedForward: false, head: false }';
  assert.match(faults(none).join(), /lora: must adapt something/);
});
