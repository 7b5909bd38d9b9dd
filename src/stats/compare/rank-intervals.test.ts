import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../random.ts';
import { ranksByBootstrap, ranksBySignificance } from './rank-intervals.ts';

test('a system ranks after those significantly better, and before those significantly worse', () => {
  assert.deepEqual(
    ranksBySignificance(3, [
      { better: 0, worse: 2 },
      { better: 1, worse: 2 },
    ]),
    [
      { low: 1, high: 2 },
      { low: 1, high: 2 },
      { low: 3, high: 3 },
    ],
  );
  assert.deepEqual(ranksBySignificance(2, []), [
    { low: 1, high: 2 },
    { low: 1, high: 2 },
  ]);
});

test('resampled ranks of systems far apart are certain, of equal ones they are all that may be', () => {
  const random = new Random('ranks');
  const around = (centre: number) => Float64Array.from({ length: 2000 }, () => centre + random.normal());
  assert.deepEqual(ranksByBootstrap([around(100), around(0), around(50)]), [
    { low: 1, high: 1 },
    { low: 3, high: 3 },
    { low: 2, high: 2 },
  ]);
  for (const rank of ranksByBootstrap([around(0), around(0), around(0)]))
    assert.deepEqual(rank, { low: 1, high: 3 });
});

test('a rank that is taken in 1 % of the resamples is not in the middle 95 %, one in 5 % is', () => {
  const means = (wins: number) => [
    Float64Array.from({ length: 1000 }, (_, r) => (r < wins ? 1 : -1)),
    new Float64Array(1000),
  ];
  assert.deepEqual(ranksByBootstrap(means(10))[0], { low: 2, high: 2 });
  assert.deepEqual(ranksByBootstrap(means(50))[0], { low: 1, high: 2 });
});

test('ties may take any rank of theirs', () => {
  const same = new Float64Array(100);
  assert.deepEqual(ranksByBootstrap([same, same]), [
    { low: 1, high: 2 },
    { low: 1, high: 2 },
  ]);
});
