import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalHash, canonicalJson } from './canonical-json.ts';

/** The same value with the keys of every object in another order. */
function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversedKeys(item)]),
  );
}

test('canonical text reads back as the value and does not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = canonicalJson(value);
      assert.equal(canonicalJson(JSON.parse(text)), text);
      assert.equal(canonicalJson(reversedKeys(value)), text);
      assert.equal(JSON.stringify(JSON.parse(text)).length, JSON.stringify(value).length);
    }),
  );
});

test('keys are sorted by code unit and numbers written as ECMAScript writes them', () => {
  const value = { b: 1e21, a: [-0, 0.1, 1e-7], '\u20ac': 'x\u2028', A: null, '\ud83d\ude00': '\ud800' };
  assert.equal(canonicalJson(value), '{"A":null,"a":[0,0.1,1e-7],"b":1e+21,"€":"x\u2028","😀":"\\ud800"}');
  assert.equal(
    canonicalHash({ a: 1 }).toString('hex'),
    '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
  );
});

test('what JSON cannot hold throws and is named', () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const cases: readonly [unknown, RegExp][] = [
    [{ a: [1, Number.NaN] }, /^TypeError: \$\.a\[1\]: NaN/],
    [{ a: undefined }, /\$\.a: undefined/],
    [new Array(2), /\$\[0\]: undefined/],
    [Number.NEGATIVE_INFINITY, /\$: -Infinity/],
    [() => 1, /function/],
    [1n, /bigint/],
    [{ when: new Date(0) }, /\$\.when: a Date/],
    [new Uint8Array(2), /Uint8Array/],
    [cyclic, /cyclic/],
  ];
  for (const [value, message] of cases) assert.throws(() => canonicalJson(value), message);
});
