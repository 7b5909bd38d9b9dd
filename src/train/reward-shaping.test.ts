import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUnshaped, type RewardShaping, shapedReward } from './reward-shaping.ts';

const off: RewardShaping = { lengthCoefficient: 0, overlongTokens: 0, partialCredit: { first: 1, final: 1 } };
const limits = { maxTokens: 40, progress: 0.5 };

test('without options a reward is what it was', () => {
  assert.equal(isUnshaped(off), true);
  for (const reward of [0, 3 / 7, 1]) assert.equal(shapedReward({ reward, tokens: 40 }, off, limits), reward);
});

test('NULL-NOT-ZERO: no option makes a reward where there is none', () => {
  const all = { lengthCoefficient: 1, overlongTokens: 10, partialCredit: { first: 0, final: 0 } };
  assert.equal(shapedReward({ reward: undefined, tokens: 40 }, all, limits), undefined);
});

test('a length term takes in proportion of the tokens', () => {
  const shaping = { ...off, lengthCoefficient: 0.2 };
  assert.equal(isUnshaped(shaping), false);
  assert.equal(shapedReward({ reward: 1, tokens: 10 }, shaping, limits), 0.95);
  assert.equal(shapedReward({ reward: 0, tokens: 40 }, shaping, limits), -0.2);
});

test('near the limit the reward falls to one less, and by no more', () => {
  const shaping = { ...off, overlongTokens: 10 };
  assert.equal(shapedReward({ reward: 1, tokens: 30 }, shaping, limits), 1);
  assert.equal(shapedReward({ reward: 1, tokens: 35 }, shaping, limits), 0.5);
  assert.equal(shapedReward({ reward: 1, tokens: 40 }, shaping, limits), 0);
});

test('partial credit shrinks over the steps; full marks stay full', () => {
  const shaping = { ...off, partialCredit: { first: 1, final: 0.5 } };
  const of = (reward: number, progress: number) =>
    shapedReward({ reward, tokens: 1 }, shaping, { maxTokens: 40, progress });
  assert.equal(of(0.4, 0), 0.4);
  assert.equal(of(0.4, 0.5), 0.4 * 0.75);
  assert.equal(of(0.4, 1), 0.2);
  assert.equal(of(1, 1), 1);
});
