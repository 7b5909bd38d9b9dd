import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthWithin, type ResponseLength } from './length-within.ts';
import { Random } from './random.ts';

const options = { random: new Random('lengths') };
const ended = (length: number): ResponseLength => ({ length, isCut: false });
const cut = (length: number): ResponseLength => ({ length, isCut: true });

test('the product-limit estimate of the remission times of Freireich et al. 1963, as textbooks print it', () => {
  // Survival after 6, 7, 10, 13, 16, 22, 23 weeks: 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448.
  const weeks = [
    ...[6, 6, 6, 7, 10, 13, 16, 22, 23].map(ended),
    ...[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(cut),
  ];
  for (const [share, length] of [
    [0.142, 6],
    [0.144, 7],
    [0.19, 7],
    [0.2, 10],
    [0.246, 10],
    [0.25, 13],
    [0.31, 16],
    [0.37, 16],
    [0.38, 22],
    [0.47, 23],
    [0.55, 23],
    [0.56, undefined],
  ] as const) {
    assert.equal(lengthWithin([weeks], share, options).estimate, length, `${share}`);
  }
});

test('without cut responses it is the smallest length that holds the share', () => {
  const lengths = Array.from({ length: 100 }, (_, i) => ended(i + 1));
  const within = lengthWithin([lengths], 0.95, options);
  assert.deepEqual(within, { estimate: 95, interval: undefined, longest: 100, responses: 100, cut: 0 });
});

test('where more than the rest was cut at one limit, nobody can say, and it does not become the limit', () => {
  const most = [
    ...Array.from({ length: 94 }, (_, i) => ended(i + 1)),
    ...Array.from({ length: 6 }, () => cut(500)),
  ];
  const { estimate, longest, cut: number } = lengthWithin([most], 0.95, options);
  assert.deepEqual([estimate, longest, number], [undefined, 500, 6]);
  // Leaving the cut ones out would say 90.
  assert.equal(lengthWithin([most.filter(({ isCut }) => !isCut)], 0.95, options).estimate, 90);
});

test('responses that budgets cut at many lengths do not bias it: it is near the truth, and its interval holds it', () => {
  const truth = -1000 * Math.log(0.05);
  let held = 0;
  for (let trial = 0; trial < 100; trial += 1) {
    const random = new Random('censored', trial);
    const exponential = (mean: number) => -mean * Math.log(1 - random.next());
    const responses_P_A = Array.from({ length: 60 }, () =>
      Array.from({ length: 8 }, () => {
        const [length, limit] = [exponential(1000), 2000 + exponential(6000)];
        return length <= limit ? ended(length) : cut(limit);
      }),
    );
    const { estimate, interval } = lengthWithin(responses_P_A, 0.95, { random, resamples: 200 });
    assert.ok(estimate !== undefined && Math.abs(estimate / truth - 1) < 0.35, `${estimate}`);
    const { low = Number.POSITIVE_INFINITY, high = Number.POSITIVE_INFINITY } = interval ?? {};
    if (low <= truth && truth <= high) held += 1;
  }
  assert.ok(held >= 87, `held in ${held} of 100`);
});

test('no response and no share are errors', () => {
  assert.throws(() => lengthWithin([[]], 0.95, options), /there is no response/);
  assert.throws(() => lengthWithin([[ended(3)]], 1, options), RangeError);
});
