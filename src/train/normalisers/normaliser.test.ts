import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StepLengths } from './attempt-lengths.ts';
import { type NormaliserSettings, normaliserOf } from './normaliser.ts';

/** Two groups of which five attempts are trained; eight were made. */
const step: StepLengths = {
  trained: [
    { group: 0, promptTokens: 10, tokens: 2 },
    { group: 0, promptTokens: 10, tokens: 4 },
    { group: 0, promptTokens: 10, tokens: 6 },
    { group: 3, promptTokens: 5, tokens: 20 },
    { group: 3, promptTokens: 5, tokens: 8 },
  ],
  attempts: 8,
};

test('by hand: what the weight of a token is', () => {
  const weights = (settings: NormaliserSettings) => normaliserOf(settings)(step);
  assert.deepEqual(weights({ kind: 'samples' }), new Array(5).fill(1 / 8));
  assert.deepEqual(weights({ kind: 'tokens' }), new Array(5).fill(1 / 40));
  // Mean lengths, prompts included: 14 and 19.
  const [a, b] = [1 / (8 * 14), 1 / (8 * 19)];
  assert.deepEqual(weights({ kind: 'group-tokens' }), [a, a, a, b, b]);
  assert.deepEqual(weights({ kind: 'sequence-mean' }), [1 / 16, 1 / 32, 1 / 48, 1 / 160, 1 / 64]);
  assert.deepEqual(weights({ kind: 'constant-length', length: 50 }), new Array(5).fill(1 / 400));
});

const anyStep = fc.array(
  fc.record({
    group: fc.integer({ min: 0, max: 3 }),
    promptTokens: fc.integer({ min: 1, max: 30 }),
    tokens: fc.integer({ min: 1, max: 50 }),
  }),
  { minLength: 1, maxLength: 20 },
);

test('what each keeps equal: tokens, attempts, groups', () => {
  fc.assert(
    fc.property(anyStep, fc.integer({ min: 0, max: 5 }), (trained, others) => {
      const attempts = trained.length + others;
      const masses = (kind: Exclude<NormaliserSettings['kind'], 'constant-length'>) =>
        normaliserOf({ kind })({ trained, attempts }).map((weight, i) => weight * (trained[i]?.tokens ?? 0));
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      const close = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12);
      close(sum(masses('tokens')), 1);
      for (const mass of masses('sequence-mean')) close(mass, 1 / attempts);
      // A group of which prompts are short against its attempts weighs as many attempts as it has.
      close(sum(masses('samples')), sum(trained.map(({ tokens }) => tokens)) / attempts);
      for (const group of new Set(trained.map((attempt) => attempt.group))) {
        const own = trained.flatMap((attempt, i) => (attempt.group === group ? [{ ...attempt, i }] : []));
        const all = sum(own.map(({ promptTokens, tokens }) => promptTokens + tokens));
        const share = sum(own.map(({ tokens }) => tokens)) / all;
        close(sum(own.map(({ i }) => masses('group-tokens')[i] ?? 0)), (own.length * share) / attempts);
      }
    }),
  );
});
