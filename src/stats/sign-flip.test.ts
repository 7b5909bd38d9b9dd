import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from './random.ts';
import { signFlipPValue } from './sign-flip.ts';

const options = () => ({ random: new Random('flip') });

test('a few differences are enumerated: all of one sign gives 2 of 2^n', () => {
  assert.equal(signFlipPValue([1, 2, 3, 4, 5], options()), 2 / 32);
  assert.equal(signFlipPValue([-1, -2, -3], options()), 2 / 8);
  assert.equal(signFlipPValue([1, -1], options()), 1);
});

test('Fisher 1935 on Darwin’s maize: 1,726 of 32,768 sign patterns are at least as extreme', () => {
  const eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
  assert.equal(signFlipPValue(eighths, options()), 1726 / 32_768);
});

test('differences of zero neither help nor hurt', () => {
  assert.equal(signFlipPValue([1, 2, 3, 0, 0, 0, 0], options()), 2 / 8);
  assert.equal(signFlipPValue([0, 0], options()), 1);
  assert.equal(signFlipPValue([], options()), 1);
});

test('Monte Carlo agrees with the exact value it stands in for', () => {
  // 17 differences of size 1 with sum 5: P(|sum| ≥ 5) = 2 P(Binomial(17, 1/2) ≥ 11).
  const differences = [...new Array<number>(11).fill(1), ...new Array<number>(6).fill(-1)];
  const exact = (2 * (12376 + 6188 + 2380 + 680 + 136 + 17 + 1)) / 2 ** 17;
  const p = signFlipPValue(differences, { random: new Random(3), permutations: 40_000 });
  assert.ok(Math.abs(p - exact) < 0.01, `${p} against ${exact}`);
});

test('a p-value is never 0 and repeats with its seed', () => {
  const differences = new Array<number>(200).fill(1);
  const p = signFlipPValue(differences, { random: new Random(1), permutations: 99 });
  assert.equal(p, 1 / 100);
  const noisy = Array.from({ length: 60 }, (_, i) => Math.sin(i * 7) + 0.2);
  assert.equal(signFlipPValue(noisy, options()), signFlipPValue(noisy, options()));
});

test('under no effect, p is about uniform', () => {
  const random = new Random('null');
  let rejected = 0;
  for (let i = 0; i < 500; i += 1) {
    const differences = Array.from({ length: 24 }, () => random.normal());
    if (signFlipPValue(differences, { random, permutations: 199 }) <= 0.05) rejected += 1;
  }
  assert.ok(rejected >= 10 && rejected <= 42, `${rejected} of 500 rejected at 0.05`);
});
