import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultLines } from './fault-lines.ts';
import type { SuiteFault } from './suite.ts';

const space = (problem: string): SuiteFault => ({
  ...{ problem, at: 'line 2', field: 'answer', kind: 'outer-space', severity: 'minor', action: 'repaired' },
  detail: 'space was taken away',
});

test('corrupt rows stand one by one, minor faults of a kind together', () => {
  const corrupt: SuiteFault = {
    ...{
      problem: 'b',
      at: 'line 9',
      field: '',
      kind: 'shifted-columns',
      severity: 'corrupt',
      action: 'repaired',
    },
    detail: 'a quote is lost',
  };
  const many = Array.from({ length: 10 }, (_, index) => space(`p${index}`));
  assert.deepEqual(faultLines([space('a'), corrupt]), [
    'repaired: b, line 9: a quote is lost',
    'repaired: answer: space was taken away (a)',
  ]);
  assert.deepEqual(faultLines(many), [
    'repaired: answer: space was taken away (p0, p1, p2, p3, p4, p5, p6, p7 and 2 more)',
  ]);
});
