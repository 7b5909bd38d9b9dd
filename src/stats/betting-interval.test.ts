import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bettingInterval } from './betting-interval.ts';
import { Random } from './random.ts';

test('where all values are 0 the end is the closed form 1 − (error · C(2n, n) / 4ⁿ)^(1/n)', () => {
  for (const n of [1, 2, 7, 32, 128, 400]) {
    // C(2n, n) / 4ⁿ, the mean of (1 − b)ⁿ over Beta(1/2, 1/2).
    let moment = 1;
    for (let i = 1; i <= n; i += 1) moment *= (2 * i - 1) / (2 * i);
    const end = 1 - (0.05 * moment) ** (1 / n);
    const zeros = bettingInterval(new Array<number>(n).fill(0));
    assert.equal(zeros.low, 0);
    assert.ok(Math.abs(zeros.high - end) < 1e-9, `${n}: ${zeros.high} is not ${end}`);
    const ones = bettingInterval(new Array<number>(n).fill(1));
    assert.ok(Math.abs(ones.low - (1 - end)) < 1e-9 && ones.high === 1);
  }
});

test('the quadrature is exact: two values by hand', () => {
  // W(m) = ∫ (b/m)((1 − b)/(1 − m)) dBeta(1/2, 1/2) = 1/8 / (m (1 − m)) for the values 0 and 1; it is 20 at both ends.
  const { low, high } = bettingInterval([0, 1]);
  const end = (1 - Math.sqrt(1 - 4 / 160)) / 2;
  assert.ok(Math.abs(low - end) < 1e-9 && Math.abs(high - 1 + end) < 1e-9, `${low}, ${high}`);
});

test('the interval holds the mean of its values, mirrors, and does not depend on their order', () => {
  const grades = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(grades, (points) => {
      const values = points.map((point) => point / 7);
      const { estimate, low, high } = bettingInterval(values);
      const backwards = bettingInterval(values.toReversed());
      const mirrored = bettingInterval(values.map((value) => 1 - value));
      const near = (a: number, b: number) => Math.abs(a - b) < 1e-9;
      assert.ok(0 <= low && low <= estimate && estimate <= high && high <= 1);
      assert.ok(near(low, backwards.low) && near(high, backwards.high));
      assert.ok(near(low, 1 - mirrored.high) && near(high, 1 - mirrored.low));
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('it may be looked at after every value: in under 5 % of the sequences it ever misses the mean', () => {
  const laws: Readonly<Record<string, { readonly mean: number; readonly draw: (random: Random) => number }>> =
    {
      'all or nothing, rarely': { mean: 0.05, draw: (random) => (random.chance(0.05) ? 1 : 0) },
      'all or nothing, evenly': { mean: 0.5, draw: (random) => (random.chance(0.5) ? 1 : 0) },
      'points of a hard problem': {
        mean: 0.6 * (0 / 7) + 0.3 * (1 / 7) + 0.1,
        draw: (random) => [0, 1 / 7, 1][random.weighted([0.6, 0.3, 0.1])] ?? 0,
      },
    };
  const sequences = 100;
  let misses = 0;
  for (const [name, { mean, draw }] of Object.entries(laws)) {
    let missed = 0;
    for (let i = 0; i < sequences; i += 1) {
      const random = new Random('betting', name, i);
      const values: number[] = [];
      for (let n = 0; n < 40; n += 1) {
        values.push(draw(random));
        const { low, high } = bettingInterval(values);
        if (low <= mean && mean <= high) continue;
        missed += 1;
        break;
      }
    }
    assert.ok(missed / sequences < 0.05, `${name}: missed in ${missed} of ${sequences}`);
    misses += missed;
  }
  assert.ok(misses > 0, 'it never misses, so it is wider than it must be');
});

test('what is no such value is an error', () => {
  assert.throws(() => bettingInterval([]), RangeError);
  assert.throws(() => bettingInterval([0.5, 1.5]), /1.5 lies outside 0 to 1/);
});
