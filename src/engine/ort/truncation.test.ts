import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../stats/random.ts';
import { type Truncation, Truncator } from './truncation.ts';

/** The definition, by sorting: heaviest first, of equal ones the lower id. */
function keptBySorting(weights: Float32Array, { topK, topP, minP = 0 }: Truncation): number[] {
  const order = Array.from(weights.keys()).sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  const left = order.slice(0, topK ?? order.length);
  if (topP !== undefined) {
    const wanted = topP * left.reduce((sum, token) => sum + (weights[token] ?? 0), 0);
    let mass = 0;
    const enough = left.findIndex((token) => {
      mass += weights[token] ?? 0;
      return mass >= wanted;
    });
    left.splice(enough + 1);
  }
  const least = minP * (weights[left[0] ?? 0] ?? 0);
  return left.filter((token) => (weights[token] ?? 0) >= least).sort((a, b) => a - b);
}

function kept(weights: Float32Array, truncation: Truncation): number[] {
  const truncator = new Truncator(weights.length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return [...truncator.kept.subarray(0, truncator.keep(weights, total, truncation))];
}

/** Multiples of 2⁻¹⁰ up to 1, so that every sum is exact in any order; many are equal, some 0. */
const exactRows = fc
  .array(fc.integer({ min: 0, max: 1024 }), { minLength: 1, maxLength: 200 })
  .map((given) => {
    given.push(1024);
    return Float32Array.from(given, (value) => value / 1024);
  });
const shares = fc.integer({ min: 1, max: 1024 }).map((value) => value / 1024);
const truncations = fc.record(
  { topK: fc.integer({ min: 1, max: 250 }), topP: shares, minP: fc.oneof(shares, fc.constant(0)) },
  { requiredKeys: [] },
);

test('what is kept is what sorting would keep', () => {
  fc.assert(
    fc.property(exactRows, truncations, (weights, truncation) => {
      assert.deepEqual(kept(weights, truncation), keptBySorting(weights, truncation));
    }),
    { numRuns: 2000 },
  );
});

test('rows of all shapes: steep, flat, and all alike', () => {
  for (const scale of [0, 0.01, 0.5, 3, 20]) {
    const random = new Random('shape', scale);
    const weights = Float32Array.from({ length: 5000 }, () => Math.exp(scale * random.normal()) / 5000);
    for (const topK of [1, 2, 50, 4999, 5000, 6000]) {
      const truncation = { topK, minP: 0.01 };
      assert.deepEqual(kept(weights, truncation), keptBySorting(weights, truncation));
      assert.equal(kept(weights, { topK }).length, Math.min(topK, 5000));
    }
    for (const topP of [0.001, 0.5, 0.999]) {
      const tokens = kept(weights, { topP });
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const chosen = tokens.map((token) => weights[token] ?? 0);
      const mass = chosen.reduce((sum, weight) => sum + weight, 0);
      assert.ok(mass >= topP * total * (1 - 1e-12) && mass - Math.min(...chosen) < topP * total);
      const rest = weights.filter((_, token) => !tokens.includes(token));
      assert.ok(Math.max(...rest) <= Math.min(...chosen));
    }
  }
});

test('a truncator forgets the row before', () => {
  const truncator = new Truncator(3);
  assert.equal(truncator.keep(Float32Array.of(0.2, 0.3, 0.5), 1, { topK: 3 }), 3);
  assert.equal(truncator.keep(Float32Array.of(0.2, 0.5, 0.3), 1, { topK: 1 }), 1);
  assert.equal(truncator.kept[0], 1);
});
