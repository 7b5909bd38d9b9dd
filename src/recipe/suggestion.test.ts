import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, nearest } from './suggestion.ts';

test('the distance counts insertions, deletions, substitutions and swaps', () => {
  assert.equal(editDistance('steps', 'steps'), 0);
  assert.equal(editDistance('step', 'steps'), 1);
  assert.equal(editDistance('setps', 'steps'), 1);
  assert.equal(editDistance('kitten', 'sitting'), 3);
  assert.equal(editDistance('', 'abc'), 3);
});

test('a slip finds its name, whatever the case; something else finds nothing', () => {
  const names = ['steps', 'groupSize', 'problemsPerStep'];
  assert.equal(nearest('groupsize', names), 'groupSize');
  assert.equal(nearest('problemPerSteps', names), 'problemsPerStep');
  assert.equal(nearest('wonderful', names), undefined);
  assert.equal(nearest('x', names), undefined);
  assert.equal(nearest('lr', ['rl']), 'rl');
});
