import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arctangent, cosine, exponential, logarithm, pi, sine } from './elementary.ts';
import { type Interval, Intervals } from './intervals.ts';
import { rational } from './rational.ts';

/** Fifty decimals each, as tables have them. */
const published = {
  pi: 3_14159265358979323846264338327950288419716939937510n,
  e: 2_71828182845904523536028747135266249775724709369995n,
  ln2: 69314718055994530941723212145817656807550013436025n,
  sin1: 84147098480789650665250232163029899962256306079837n,
  cos1: 54030230586813971740093660744297660373231042061792n,
  arctan1over5: 19739555984988075837004976519479029344758510378785n,
};
const decimals = 10n ** 50n;

/** Whether an interval has a number that is known to fifty decimals. */
function holds(intervals: Intervals, { low, high }: Interval, known: bigint): boolean {
  return low * decimals <= (known + 1n) * intervals.one && high * decimals >= (known - 1n) * intervals.one;
}

for (const bits of [64, 160, 700]) {
  test(`constants lie in their intervals of ${bits} bits, which are narrow`, () => {
    const intervals = new Intervals(bits);
    const one = intervals.of(rational(1));
    const values: [Interval, bigint][] = [
      [pi(intervals), published.pi],
      [exponential(intervals, one), published.e],
      [logarithm(intervals, intervals.of(rational(2))), published.ln2],
      [sine(intervals, one), published.sin1],
      [cosine(intervals, one), published.cos1],
      [arctangent(intervals, intervals.of(rational(1, 5))), published.arctan1over5],
    ];
    for (const [interval, known] of values) {
      assert.ok(holds(intervals, interval, known));
      assert.ok(interval.high - interval.low <= 64n, `${interval.high - interval.low}`);
    }
  });
}

const fraction = fc.tuple(fc.integer({ min: -4000, max: 4000 }), fc.integer({ min: 1, max: 300 }));
const runs = { numRuns: 200, seed: 20_261_127 };

test('intervals of many bits lie within those of few', () => {
  const functions = { exponential, sine, cosine, arctangent };
  fc.assert(
    fc.property(fraction, fc.constantFrom(...Object.values(functions)), ([top, bottom], compute) => {
      const value = rational(top % 90, bottom);
      const [few, many] = [new Intervals(64), new Intervals(300)];
      const [coarse, fine] = [compute(few, few.of(value)), compute(many, many.of(value))];
      const shift = BigInt(300 - 64);
      assert.ok(coarse.low << shift <= fine.high && coarse.high << shift >= fine.low);
    }),
    runs,
  );
});

test('what identities say lies in what is computed', () => {
  fc.assert(
    fc.property(fraction, ([top, bottom]) => {
      const intervals = new Intervals(200);
      const x = intervals.of(rational(top, bottom));
      const [s, c] = [sine(intervals, x), cosine(intervals, x)];
      const circle = intervals.add(intervals.multiply(s, s), intervals.multiply(c, c));
      assert.ok(circle.low <= intervals.one && circle.high >= intervals.one);
      const positive = intervals.of(rational(Math.abs(top) + 1, bottom));
      const back = exponential(intervals, logarithm(intervals, positive));
      assert.ok(back.low <= positive.high && back.high >= positive.low);
      const angle = arctangent(intervals, x);
      const tangent = intervals.divide(sine(intervals, angle), cosine(intervals, angle));
      assert.ok(tangent !== undefined && tangent.low <= x.high && tangent.high >= x.low);
    }),
    runs,
  );
});

test('roots, products and quotients enclose, and never divide by what may be 0', () => {
  const intervals = new Intervals(100);
  fc.assert(
    fc.property(fraction, fraction, fc.integer({ min: 2, max: 7 }), ([a, b], [c, d], index) => {
      const [x, y] = [intervals.of(rational(a, b)), intervals.of(rational(c, d))];
      const exact = intervals.of(rational(a * c, b * d));
      const product = intervals.multiply(x, y);
      assert.ok(product.low <= exact.high && product.high >= exact.low);
      const quotient = intervals.divide(product, y);
      if (c === 0) assert.equal(quotient, undefined);
      else assert.ok(quotient !== undefined && quotient.low <= x.high && quotient.high >= x.low);
      const positive = intervals.of(rational(Math.abs(a), b));
      let power = intervals.of(rational(1));
      const root = intervals.root(positive, index);
      for (let i = 0; i < index; i += 1) power = intervals.multiply(power, root);
      assert.ok(power.low <= positive.high && power.high >= positive.low);
    }),
    runs,
  );
});
