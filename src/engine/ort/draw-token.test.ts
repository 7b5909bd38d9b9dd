import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawToken, likeliestToken } from './draw-token.ts';

const row = Float32Array.of(9, 0.25, 0, 0.5, 0.25, 0, 9);

test('a uniform number picks the token whose interval holds it', () => {
  const picks = [0, 0.2499, 0.25, 0.7499, 0.75, 0.9999].map((uniform) => drawToken(row, 1, 5, uniform));
  assert.deepEqual(picks, [0, 0, 2, 2, 3, 3]);
});

test('a number that rounding leaves beyond the last interval picks the last possible token', () => {
  assert.equal(drawToken(Float32Array.of(0.5, 0.4999, 0), 0, 3, 0.99999), 1);
});

test('a token of probability 0 is never drawn', () => {
  const weights = fc.array(fc.constantFrom(...[0, 0, 1e-30, 0.5, 1]), { minLength: 1, maxLength: 20 });
  const uniforms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(weights, uniforms, (given, uniform) => {
      const total = given.reduce((sum, weight) => sum + weight, 0);
      fc.pre(total > 0);
      const probabilities = Float32Array.from(given, (weight) => weight / total);
      assert.ok((probabilities[drawToken(probabilities, 0, given.length, uniform)] ?? 0) > 0);
    }),
  );
});

test('the likeliest token is the first of the highest', () => {
  assert.equal(likeliestToken(row, 1, 5), 2);
  assert.equal(likeliestToken(Float32Array.of(0.2, 0.4, 0.4), 0, 3), 1);
});

test('a row without a probability is an error', () => {
  const lost = new Float32Array(4).fill(Number.NaN);
  assert.throws(() => drawToken(lost, 0, 4, 0.5), /not finite/);
  assert.throws(() => likeliestToken(lost, 0, 4), /not finite/);
});
