import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bracket,
  count,
  decimal,
  duration,
  integer,
  moment,
  points,
  pValue,
  signed,
  signedPoints,
} from './format.ts';

test('signs are true signs, and there is no negative zero', () => {
  assert.equal(decimal(-2.71, 2), '\u22122.71');
  assert.equal(decimal(-0.04), '0.0');
  assert.equal(signed(11.24), '+11.2');
  assert.equal(signed(-0.04), '+0.0');
  assert.equal(signed(-2), '\u22122.0');
  assert.equal(bracket({ low: -1, high: 14.44 }), '[\u22121.0, 14.4]');
});

test('counts and durations change unit without a seam', () => {
  assert.deepEqual([812, 1250, 45_300, 999_400, 999_600].map(count), [
    '812',
    '1.3\u00a0k',
    '45\u00a0k',
    '999\u00a0k',
    '1.00\u00a0M',
  ]);
  assert.deepEqual([8.44, 59.6, 125, 3599.6, 4320].map(duration), [
    '8.4\u00a0s',
    '1\u00a0min 0\u00a0s',
    '2\u00a0min 5\u00a0s',
    '1\u00a0h 0\u00a0min',
    '1\u00a0h 12\u00a0min',
  ]);
});

test('p-values, times and whole numbers', () => {
  assert.equal(integer(1024), '1,024');
  assert.deepEqual([0.0002, 0.0421, 0.3149].map(pValue), ['p < 0.001', 'p = 0.042', 'p = 0.31']);
  assert.equal(moment('2026-11-24T01:08:10.000Z'), '24 November 2026, 01:08 UTC');
  assert.equal(moment('yesterday'), 'yesterday');
});

test('points are exact: whole, decimal, or a fraction', () => {
  const third = 1 / 3;
  assert.deepEqual([2, 1.5, 0.75, 3 / 7, 1 + third, -third, 0, Math.PI].map(points), [
    '2',
    '1.5',
    '0.75',
    '3/7',
    '1 1/3',
    '\u22121/3',
    '0',
    '3.14',
  ]);
  assert.deepEqual([1.5, 0, -0.5].map(signedPoints), ['+1.5', '0', '\u22120.5']);
});
