import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CostedScore, paretoFront } from './pareto-front.ts';

const value = fc.integer({ min: 0, max: 6 });
const points = fc.array(fc.record({ cost: value, score: value }), { maxLength: 15 });
const beats = (a: CostedScore, b: CostedScore) =>
  a.cost <= b.cost && a.score >= b.score && (a.cost < b.cost || a.score > b.score);

test('on the front is exactly what no other point beats', () => {
  fc.assert(
    fc.property(points, (all) => {
      const front = new Set(paretoFront(all));
      for (const point of all) assert.equal(front.has(point), !all.some((other) => beats(other, point)));
    }),
    { seed: 21 },
  );
});

test('it rises in cost and in score', () => {
  fc.assert(
    fc.property(points, (all) => {
      paretoFront(all).forEach(({ cost, score }, i, front) => {
        const before = front[i - 1];
        if (before === undefined) return;
        assert.ok(
          (before.cost < cost && before.score < score) || (before.cost === cost && before.score === score),
        );
      });
    }),
    { seed: 22 },
  );
});

test('the scaffolds of the paper: each dearer one scores higher, so that all are on the front', () => {
  const scaffolds = [
    { name: 'RSA', cost: 2_045_764, score: 56.9 },
    { name: 'single turn', cost: 93_690, score: 40 },
    { name: 'DeepSeekMath', cost: 1_605_879, score: 54 },
    { name: 'Reasoning Cache', cost: 237_379, score: 44 },
    { name: 'dear and poor', cost: 1_700_000, score: 54 },
  ];
  const names = paretoFront(scaffolds).map(({ name }) => name);
  assert.deepEqual(names, ['single turn', 'Reasoning Cache', 'DeepSeekMath', 'RSA']);
});

test('a cost that is not known is an error, not free', () => {
  assert.throws(() => paretoFront([{ cost: Number.NaN, score: 1 }]), /must be finite/);
});
