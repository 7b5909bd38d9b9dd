import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frozenDifferences, frozenName } from './frozen-recipe.ts';
import { loadRecipe } from './load.ts';

test('a recipe does not differ from its own frozen text, and a changed field is named with both values', () => {
  const { recipe, text } = loadRecipe('lab');
  assert.deepEqual(frozenDifferences(text, recipe), []);
  const changed = loadRecipe('lab', [
    'rl.steps=7',
    'model.hiddenSize=160',
    'pretrain=null',
    'sft.steps=3',
  ]).recipe;
  const differences = frozenDifferences(text, changed);
  const of = (field: string) => differences.find((difference) => difference.field === field);
  assert.deepEqual(of('rl.steps'), { field: 'rl.steps', frozen: String(recipe.rl?.steps), now: '7' });
  assert.equal(of('model.hiddenSize')?.now, '160');
  assert.equal(of('pretrain.order')?.now, 'absent');
  assert.equal(of('sft.steps')?.frozen, 'absent');
});

test('a field that was frozen before it existed counts as its default', () => {
  const { recipe, text } = loadRecipe('lab');
  const older = text.replace(/^retention: .*\n/m, '');
  assert.notEqual(older, text);
  assert.deepEqual(frozenDifferences(older, recipe), []);
});

test('a server may have moved between two sittings, and nothing else of an engine may change', () => {
  const at = (url: string, more = '') => [`engine={ kind: tinker, url: "${url}"${more} }`, 'pretrain=null'];
  const { text } = loadRecipe('lab', at('http://one:8000'));
  const { recipe } = loadRecipe('lab', at('https://two/tinker', ', apiKeyVariable: OTHER_KEY'));
  assert.deepEqual(frozenDifferences(text, recipe), []);
  const { recipe: longer } = loadRecipe('lab', at('http://one:8000', ', segmentTokens: 64'));
  assert.deepEqual(frozenDifferences(text, longer), [
    { field: 'engine.segmentTokens', frozen: '4096', now: '64' },
  ]);
});

test('a text that is no recipe differs in everything and has no name', () => {
  const { recipe, text } = loadRecipe('lab');
  assert.equal(frozenName(text), 'lab');
  for (const torn of ['', '[', 'name: [']) {
    assert.equal(frozenName(torn), undefined);
    assert.ok(frozenDifferences(torn, recipe).some(({ field }) => field === 'name'));
  }
});
