import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datum, PolicyVersion, TrainableModel } from '../engine/engine.ts';
import { supervisedStep, validationLoss } from './supervised.ts';

/** Gives every trained token the log-prob −0.5 and remembers what it was asked. */
function scriptedModel() {
  const seen: { data: readonly Datum[]; steps: number; forwards: number } = {
    data: [],
    steps: 0,
    forwards: 0,
  };
  const logprobs = (data: readonly Datum[]) =>
    data.map((datum) => datum.weights_T.map((weight) => (weight === 0 ? 0 : -0.5)));
  const model = {
    forward: async (data: readonly Datum[]) => {
      seen.forwards += 1;
      return logprobs(data);
    },
    forwardBackward: async (data: readonly Datum[]) => {
      seen.data = data;
      const loss = data.reduce(
        (sum, datum) => sum + datum.weights_T.reduce((part, weight) => part + weight * 0.5, 0),
        0,
      );
      return { loss, logprobs_D_T: logprobs(data), entropySum: 0, trainedTokens: 5, processedTokens: 9 };
    },
    optimStep: async () => {
      seen.steps += 1;
      return { version: 1 as PolicyVersion, gradientNorm: 2 };
    },
  } as unknown as TrainableModel;
  return { model, seen };
}

const texts = [
  { tokens_T: Int32Array.of(1, 2, 3, 4, 5), promptLength: 2 },
  { tokens_T: Int32Array.of(6, 7, 8, 9), promptLength: 2 },
];
const optimiser = {
  kind: 'adamw',
  learningRate: 1,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 1,
} as const;

test('a step averages over the reply tokens of all its texts; prompts weigh nothing', async () => {
  const { model, seen } = scriptedModel();
  const result = await supervisedStep(model, texts, optimiser);
  assert.deepEqual(
    seen.data.map((datum) => [...datum.weights_T].map((weight) => Math.round(weight * 10))),
    [
      [0, 0, 2, 2, 2],
      [0, 0, 2, 2],
    ],
  );
  assert.ok(Math.abs(result.loss - 0.5) < 1e-7);
  assert.equal(seen.steps, 1);
});

test('the first token of a text without a prompt is never a target', async () => {
  const { model, seen } = scriptedModel();
  await supervisedStep(model, [{ tokens_T: Int32Array.of(1, 2, 3), promptLength: 0 }], optimiser);
  assert.equal(seen.data[0]?.weights_T[0], 0);
});

test('the validation loss is the mean over reply tokens, worked off in pieces', async () => {
  const { model, seen } = scriptedModel();
  assert.equal(
    await validationLoss(
      model,
      Array.from({ length: 130 }, (_, i) => texts[i % 2] ?? assert.fail()),
    ),
    0.5,
  );
  assert.equal(seen.forwards, 3);
  assert.equal(seen.steps, 0);
});
