import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from '../journal/canonical-json.ts';
import { problemSchema, statementOnly } from './problem.ts';

test('fields that are not given are not there, so what is hashed of older problems stays what it was', () => {
  const problem = problemSchema.parse({ id: 'a', statement: 'Prove it.' });
  assert.equal(
    canonicalJson(problem),
    '{"id":"a","solutions":[],"source":"","statement":"Prove it.","tags":{}}',
  );
});

test('a solver sees the statement only', () => {
  const hidden = 'HIDDEN';
  const problem = problemSchema.parse({
    id: 'a',
    statement: 'Prove it.',
    answer: hidden,
    guidelines: hidden,
    solutions: [hidden],
    source: hidden,
    tags: { contest: hidden },
    scheme: { checkpoints: [{ id: '1', points: 7, description: hidden }], notes: hidden },
  });
  const seen = statementOnly(problem);
  assert.deepEqual([seen.id, seen.statement], ['a', 'Prove it.']);
  assert.doesNotMatch(JSON.stringify(seen), /HIDDEN/);
});
