import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupAdvantages } from './advantages.ts';

test('an advantage is the reward less the mean of the group', () => {
  const { advantages_G, baseline } = groupAdvantages([1, 0, 0.5, 0.5]);
  assert.deepEqual(advantages_G, [0.5, -0.5, 0, 0]);
  assert.equal(baseline, 0.5);
});

test('NULL-NOT-ZERO: an ungraded attempt leaves the baseline and gets no advantage', () => {
  const { advantages_G, baseline, graded } = groupAdvantages([1, undefined, 0.5]);
  assert.equal(baseline, 0.75);
  assert.equal(graded, 2);
  assert.deepEqual(advantages_G, [0.25, undefined, -0.25]);
  assert.equal(groupAdvantages([undefined, undefined]).baseline, undefined);
});

test('a group in which all rewards are equal has advantages of exactly zero', () => {
  const { advantages_G, zeroVariance } = groupAdvantages(new Array<number>(16).fill(3 / 7));
  assert.equal(zeroVariance, true);
  assert.ok(advantages_G.every((advantage) => advantage === 0));
});

test('advantages of graded attempts sum to zero', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({ min: 0, max: 7 }), { nil: undefined }), { minLength: 1 }),
      (points) => {
        const { advantages_G } = groupAdvantages(
          points.map((value) => (value === undefined ? undefined : value / 7)),
        );
        const sum = advantages_G.reduce<number>((total, advantage) => total + (advantage ?? 0), 0);
        assert.ok(Math.abs(sum) < 1e-9);
      },
    ),
  );
});
