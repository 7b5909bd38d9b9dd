import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AdvantageSettings, groupAdvantages } from './advantages.ts';

const plain: AdvantageSettings = { baseline: 'group-mean', divideByDeviation: false };
const others: AdvantageSettings = { baseline: 'leave-one-out', divideByDeviation: false };

test('an advantage is the reward less the mean of the group', () => {
  const { advantages_G, meanReward } = groupAdvantages([1, 0, 0.5, 0.5], plain);
  assert.deepEqual(advantages_G, [0.5, -0.5, 0, 0]);
  assert.equal(meanReward, 0.5);
});

test('NULL-NOT-ZERO: an ungraded attempt leaves the baseline and gets no advantage', () => {
  const { advantages_G, meanReward, graded } = groupAdvantages([1, undefined, 0.5], plain);
  assert.equal(meanReward, 0.75);
  assert.equal(graded, 2);
  assert.deepEqual(advantages_G, [0.25, undefined, -0.25]);
  assert.equal(groupAdvantages([undefined, undefined], plain).meanReward, undefined);
});

test('with the others as baseline an advantage is the reward less their mean', () => {
  const { advantages_G, meanReward } = groupAdvantages([1, 0, undefined, 0.5], others);
  assert.deepEqual(advantages_G, [0.75, -0.75, undefined, 0]);
  assert.equal(meanReward, 0.5);
});

test('divided by the deviation: that of a sample, plus 1e-4', () => {
  const { advantages_G } = groupAdvantages([1, 0, undefined], { ...plain, divideByDeviation: true });
  const deviation = Math.sqrt(0.5) + 1e-4;
  assert.deepEqual(advantages_G, [0.5 / deviation, -0.5 / deviation, undefined]);
});

const everySetting = (['group-mean', 'leave-one-out'] as const).flatMap((baseline) =>
  [false, true].map((divideByDeviation): AdvantageSettings => ({ baseline, divideByDeviation })),
);

test('a group in which all rewards are equal has advantages of exactly zero, and so has one graded attempt', () => {
  for (const settings of everySetting) {
    for (const rewards of [new Array<number>(16).fill(3 / 7), [undefined, 1, undefined]]) {
      const { advantages_G, zeroVariance } = groupAdvantages(rewards, settings);
      assert.equal(zeroVariance, true);
      assert.ok(advantages_G.every((advantage) => advantage === 0 || advantage === undefined));
    }
  }
});

const rewardsOf = fc
  .array(fc.option(fc.integer({ min: 0, max: 7 }), { nil: undefined }), { minLength: 1, maxLength: 40 })
  .map((points) => points.map((value) => (value === undefined ? undefined : value / 7)));

test('advantages of graded attempts sum to zero, whatever the baseline and the division', () => {
  fc.assert(
    fc.property(rewardsOf, fc.constantFrom(...everySetting), (rewards, settings) => {
      const { advantages_G } = groupAdvantages(rewards, settings);
      const sum = advantages_G.reduce<number>((total, advantage) => total + (advantage ?? 0), 0);
      assert.ok(Math.abs(sum) < 1e-9);
    }),
  );
});

test('leave-one-out is n / (n − 1) times the group mean; the attempt itself is not in its own baseline', () => {
  fc.assert(
    fc.property(rewardsOf, (rewards) => {
      const mean = groupAdvantages(rewards, plain);
      const rest = groupAdvantages(rewards, others);
      const n = mean.graded;
      if (n < 2) return;
      rest.advantages_G.forEach((advantage, i) => {
        const expected = mean.advantages_G[i];
        if (expected === undefined) assert.equal(advantage, undefined);
        else assert.ok(Math.abs((advantage ?? Number.NaN) - (n / (n - 1)) * expected) < 1e-12);
      });
    }),
  );
});
