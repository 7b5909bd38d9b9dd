import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideZero } from './decide-zero.ts';
import type { Expression } from './expression.ts';
import { parseExpression } from './parse-expression.ts';
import { readingsOf } from './reading.ts';
import { tokensOf } from './tokens.ts';
import { decisiveBits } from './zero-bound.ts';

function read(text: string): Expression {
  const tokens = tokensOf(text);
  const [reading] = readingsOf(tokens);
  assert.ok(reading !== undefined);
  return parseExpression(tokens, reading);
}

test('radicals and cosines that are 0 are found to be', () => {
  for (const text of [
    '\\sqrt{8}-2\\sqrt{2}',
    '\\sqrt{5+2\\sqrt{6}}-\\sqrt{2}-\\sqrt{3}',
    '\\sqrt[3]{2+\\sqrt{5}}+\\sqrt[3]{2-\\sqrt{5}}-1',
    '\\frac{1}{\\sqrt{3}-\\sqrt{2}}-\\sqrt{3}-\\sqrt{2}',
    '\\cos\\frac{\\pi}{5}-\\frac{1+\\sqrt{5}}{4}',
    '\\tan\\frac{\\pi}{12}-2+\\sqrt{3}',
    '\\sin\\frac{\\pi}{10}\\cdot\\sin\\frac{3\\pi}{10}-\\frac{1}{4}',
  ])
    assert.deepEqual(decideZero(read(text)), { isZero: true, by: 'zero-bound' }, text);
});

test('numbers that are nearly 0 are found not to be', () => {
  for (const text of [
    '\\sqrt{2}-1.4142135623730950488016887242096980785696718753769',
    // A near miss of sums of square roots: they agree to 16 digits.
    '\\sqrt{10}+\\sqrt{11}-\\sqrt{5}-\\sqrt{18}+0.00000000000000000001',
    '\\sqrt{10^{40}+1}-10^{20}',
    '\\pi-\\frac{103993}{33102}',
  ])
    assert.deepEqual(decideZero(read(text)), { isZero: false, by: 'enclosure' }, text);
});

test('nothing is said of what is not algebraic, has no value, or would take too long', () => {
  assert.equal(decisiveBits(read('\\pi+1')), undefined);
  assert.equal(decisiveBits(read('\\ln 2')), undefined);
  assert.equal(decideZero(read('\\ln 6-\\ln 2-\\ln 3')), undefined);
  assert.equal(decideZero(read('\\sqrt{-1}')), undefined);
  const many = Array.from({ length: 14 }, (_, k) => `\\sqrt{${k + 2}}`).join('+');
  assert.equal(decideZero(read(`${many}-(${many.split('+').reverse().join('+')})`)), undefined);
});

test('the bound lies below every difference that it is meant for', () => {
  // √(n² + 1) − n is about 1/(2n): its logarithm must be far above the bound.
  for (const n of [10, 1000, 10 ** 6]) {
    const bits = decisiveBits(read(`\\sqrt{${n}^2+1}-${n}`));
    assert.ok(bits !== undefined && bits > Math.log2(2 * n));
  }
});
