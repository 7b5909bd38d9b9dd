import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { duplicateKey, show } from './json-file.ts';

test('a key that an object has twice is found, at any depth and however it is written', () => {
  const cases: [string, string | undefined][] = [
    ['{"a": 1, "b": {"a": 1}, "c": [{"a": 1}, {"a": 1}]}', undefined],
    ['{"a": "a", "b": ["a", "a"]}', undefined],
    ['{"a": 1, "\\u0061": 2}', 'a'],
    ['{"x": [{"a": 1 , "b" : {} ,\n "a": 2}]}', 'a'],
    ['{"\\"{": ":", "\\\\": "\\"", "\\"{": 0}', '"{'],
    ['{"__proto__": 1, "__proto__": 2}', '__proto__'],
    ['{"": 1, "": 2}', ''],
    ['"text"', undefined],
  ];
  for (const [text, expected] of cases) {
    JSON.parse(text);
    assert.equal(duplicateKey(text), expected, text);
  }
});

test('no key of a text that JSON.stringify wrote is taken for a duplicate, and a doubled member always is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), fc.boolean(), (value, key, spaced) => {
      const text = JSON.stringify(value, null, spaced ? 1 : 0);
      assert.equal(duplicateKey(text), undefined);
      const name = JSON.stringify(key);
      assert.equal(duplicateKey(`[{${name}: ${text}, "other\\n": ${text}, ${name}: 1}]`), key);
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('deep nesting and long texts are no trouble', () => {
  const depth = 2_000_000;
  assert.equal(duplicateKey('['.repeat(depth) + ']'.repeat(depth)), undefined);
  assert.equal(duplicateKey(`{"${'\\"'.repeat(depth)}": 1, "a": 2, "a": 3}`), 'a');
  assert.ok(show('x'.repeat(depth)).length < 200);
});
