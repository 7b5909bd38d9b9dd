import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linearCost } from './linear-cost.ts';

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test('two costs are found from works that differ', () => {
  const works = [
    { x: 1, y: 10 },
    { x: 1, y: 30 },
    { x: 2, y: 5 },
  ].map(({ x, y }) => ({ x, y, seconds: 3 * x + 0.2 * y }));
  const { a, b } = linearCost(works);
  near(a, 3);
  near(b, 0.2);
});

test('no cost is negative, and works that are all alike tell one cost only', () => {
  const faster = [
    { x: 1, y: 10, seconds: 5 },
    { x: 1, y: 20, seconds: 12 },
  ];
  assert.equal(linearCost(faster).a, 0);
  const alike = [
    { x: 1, y: 10, seconds: 5 },
    { x: 1, y: 10, seconds: 5 },
  ];
  const { a, b } = linearCost(alike);
  near(a, 0);
  near(b, 0.5);
});
