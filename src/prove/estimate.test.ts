import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedStep, planOf } from '../scaffold/plan.ts';
import { ASSUMED_SHARES, type EstimateRequest, estimate } from './estimate.ts';

const solve = fixedStep(4, { role: 'solve', reads: {}, writes: 'proof', mayRepeat: false });
const verify = {
  ...fixedStep(4, { role: 'verify', reads: { proofs: 1 }, writes: 'report', mayRepeat: true } as const),
  most: 12,
  expected: 8,
};
const request: EstimateRequest = {
  plan: planOf([solve, verify]),
  statementTokens: [100, 300],
  attempts: 3,
  maxTokens: 10_000,
  modelOf: () => ({ name: 'm', price: { prompt: 1, completion: 10 } }),
  measured: [],
};

test('counts are those of the scaffold’s plan, times problems and attempts', () => {
  assert.deepEqual(estimate(request).calls, { estimate: 12 * 6, low: 8 * 6, high: 16 * 6 });
});

test('without recorded calls sizes are assumed shares of the limit, by what is written', () => {
  const { roles, tokens, dollars, mostTokens } = estimate(request);
  const [solving, verifying] = roles;
  assert.deepEqual(solving?.completionTokens, {
    estimate: 10_000 * ASSUMED_SHARES.proof[1],
    low: 10_000 * ASSUMED_SHARES.proof[0],
    high: 10_000,
  });
  assert.equal(solving?.promptTokens.estimate, 300 + 200);
  assert.ok((verifying?.promptTokens.estimate ?? 0) > 500, 'it reads a proof');
  assert.ok(tokens.low < tokens.estimate && tokens.estimate < tokens.high && tokens.high <= mostTokens);
  assert.ok(dollars !== undefined && dollars.low < dollars.estimate);
  const byHand = roles.reduce(
    (sum, { calls, promptTokens, completionTokens }) =>
      sum + 6 * calls.estimate * (promptTokens.estimate + 10 * completionTokens.estimate),
    0,
  );
  assert.ok(Math.abs(dollars.estimate - byHand / 1e6) < 1e-9);
});

test('recorded calls of the same model and role take the place of assumptions, and narrow the interval', () => {
  const call = (role: string, completionTokens: number, model = 'm') => ({
    model,
    role,
    promptTokens: 500,
    completionTokens,
  });
  const measured = [
    ...[1900, 2000, 2100, 2000].flatMap((size) => [call('solve', size), call('verify', size / 10)]),
    call('solve', 9999, 'another'),
  ];
  const fixed = { ...request, plan: planOf([solve]), measured };
  const { roles, tokens, mostTokens } = estimate(fixed);
  assert.equal(roles[0]?.measuredCalls, 4);
  assert.equal(roles[0]?.completionTokens.estimate, 2000);
  assert.equal(tokens.estimate, 24 * 2500);
  const deviation = Math.sqrt((100 ** 2 + 100 ** 2) / 3);
  const margin = 1.96 * deviation * 24 * Math.sqrt(1 / 4 + 1 / 24);
  assert.ok(Math.abs(tokens.high - (24 * 2500 + margin)) < 1e-6);
  assert.ok(Math.abs(tokens.low - (24 * 2500 - margin)) < 1e-6);
  assert.equal(mostTokens, 24 * (300 + 200 + 10_000));
});

test('a model without a price has no money in its estimate', () => {
  assert.equal(estimate({ ...request, modelOf: () => ({ name: 'm' }) }).dollars, undefined);
});
