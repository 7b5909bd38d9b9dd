import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedRecipe, withoutAddresses, withoutPlacesInText } from './shared-recipe.ts';

test('what names places of one’s own network is taken out, public services and steps stay', () => {
  for (const [text, shown] of [
    ['openai:http://10.1.2.3:8000/v1#judge,price=0', 'openai:private-address#judge,price=0'],
    ['gpt-oss-20b@10.0.0.5:8001/v1(style=opc)', 'gpt-oss-20b@private-address(style=opc)'],
    ['m@gpu-7:8000/v1', 'm@private-address'],
    ['openai:https://openrouter.ai/api/v1#x', 'openai:https://openrouter.ai/api/v1#x'],
    ['x@api.openai.com/v1', 'x@api.openai.com/v1'],
    ['run:lab/rl@100', 'run:lab/rl@100'],
    ['qwen3-4b-thinking-reward@128', 'qwen3-4b-thinking-reward@128'],
    ['/opt/site/models/base', 'base'],
  ] as const)
    assert.equal(withoutAddresses(text), shown);
});

test('a recipe and the settings in a card keep the last name of a path', () => {
  const recipe = {
    model: { from: '../models/base' },
    data: [{ path: '/opt/site/rows.jsonl' }],
    rl: { steps: 3 },
  };
  assert.equal(sharedRecipe(recipe), 'model:\n  from: base\ndata:\n  - path: rows.jsonl\nrl:\n  steps: 3');
  const settings = '"model": "m@10.0.0.5:8000/v1",\n"tokenizer": "/opt/site/models/base", "pattern": "a/b"';
  assert.equal(
    withoutPlacesInText(settings),
    '"model": "m@private-address",\n"tokenizer": "base", "pattern": "a/b"',
  );
});
