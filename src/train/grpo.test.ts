import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datum, OptimiserStep, PolicyVersion, TrainableModel } from '../engine/engine.ts';
import type { Grade } from '../grade/grade.ts';
import { problemSchema } from '../problems/problem.ts';
import type { RolloutGroup } from './collect.ts';
import { type GrpoSettings, grpoBatch, grpoStep, samplerMismatch } from './grpo.ts';

const problem = problemSchema.parse({ id: 'p', statement: 'Prove it.' });
const settings: GrpoSettings = {
  loss: { kind: 'ppo', temperature: 0.8, epsilonLow: 4, epsilonHigh: 4, entropyCoefficient: 0 },
  advantage: { baseline: 'group-mean', divideByDeviation: false },
  normaliser: { kind: 'samples' },
  zeroVarianceGroups: 'skip',
  minimumGraded: 2,
};

function group(rewards: readonly (number | undefined)[]): RolloutGroup {
  const grade: Grade = { kind: 'graded', points: 0, report: '', items: [], grader: 'test' };
  return {
    problem,
    prompt_T: Int32Array.of(5, 6, 7),
    rollouts_G: rewards.map((reward, index) => ({
      sample: {
        tokens_T: Int32Array.of(10 + index, 2),
        logprobs_T: Float32Array.of(-0.5, -0.25),
        finish: 'stop',
        versions: [{ start: 0, version: 0 as PolicyVersion }],
      },
      overflowed: false,
      grade,
      reward,
    })),
  };
}

const optimiser: OptimiserStep = {
  ...{ kind: 'adamw', learningRate: 0, weightDecay: 0, clipNorm: 1 },
  ...{ beta1: 0.9, beta2: 0.95, epsilon: 1e-8 },
};

/** A model that only tells what it was given. */
function trainsNothing(told: (data: readonly Datum[]) => void): TrainableModel {
  const model: Partial<TrainableModel> = {
    forwardBackward: async (data) => {
      told(data);
      const logprobs_D_T = data.map(({ tokens_T }) => new Float32Array(tokens_T.length));
      return { loss: 0, logprobs_D_T, entropySum: 0, trainedTokens: 1, processedTokens: 1 };
    },
    optimStep: async () => ({ version: 1 as PolicyVersion, gradientNorm: 0 }),
  };
  return model as TrainableModel;
}

test('TOKEN-EXACT: a datum is the prompt and the sampled ids, weighted on the sampled tokens only', () => {
  const { data } = grpoBatch([group([1, 0])], settings);
  assert.deepEqual([...(data[0]?.tokens_T ?? [])], [5, 6, 7, 10, 2]);
  assert.deepEqual([...(data[0]?.weights_T ?? [])], [0, 0, 0, 0.5, 0.5]);
  assert.deepEqual([...(data[0]?.logprobs_T ?? [])], [0, 0, 0, -0.5, -0.25]);
  assert.deepEqual([...(data[1]?.advantages_T ?? [])], [0, 0, 0, -0.5, -0.5]);
  assert.deepEqual(data[0]?.sharedPrompt, { key: '0', length: 3 });
});

test('NULL-NOT-ZERO: an ungraded attempt is not trained and does not move the others', () => {
  const { data } = grpoBatch([group([1, undefined, 0.5])], settings);
  assert.equal(data.length, 2);
  assert.deepEqual(
    data.map((datum) => datum.advantages_T?.[3]),
    [0.25, -0.25],
  );
});

test('groups are counted by outcome, and kept or skipped as asked', () => {
  const groups = [group([0, 0]), group([1, 1]), group([0.5, 0.5]), group([undefined, 1]), group([0, 1])];
  const skipped = grpoBatch(groups, settings);
  assert.deepEqual(skipped.outcomes, { trained: 1, allZero: 1, allFull: 1, allEqual: 1, tooFewGrades: 1 });
  assert.equal(skipped.data.length, 2);
  const kept = grpoBatch(groups, { ...settings, zeroVarianceGroups: 'keep' });
  assert.equal(kept.data.length, 8);
  assert.equal(kept.data[0]?.weights_T[3], Math.fround(1 / 10), 'the divisor is all attempts of the step');
});

test('the token normaliser divides by the trained tokens', () => {
  const { data } = grpoBatch([group([0, 1])], { ...settings, normaliser: { kind: 'tokens' } });
  assert.equal(data[0]?.weights_T[4], 0.25);
});

test('advantages are those that were asked for', () => {
  const advantage = { baseline: 'leave-one-out', divideByDeviation: false } as const;
  const { data } = grpoBatch([group([1, 0])], { ...settings, advantage });
  assert.deepEqual(
    data.map((datum) => datum.advantages_T?.[3]),
    [1, -1],
  );
});

test('a KL term asks the reference for log-probs at the temperature, and nothing is asked without one', async () => {
  const batch = grpoBatch([group([0, 1])], settings);
  const asked: number[] = [];
  const reference = {
    forward: async (data: readonly Datum[], temperature: number) => {
      asked.push(temperature);
      return data.map(({ tokens_T }) => new Float32Array(tokens_T.length).fill(-2));
    },
  };
  const trained: (readonly Datum[])[] = [];
  const model = trainsNothing((data) => trained.push(data));
  await grpoStep(model, batch, settings, optimiser, reference);
  assert.deepEqual(asked, []);
  assert.equal(trained[0]?.[0]?.referenceLogprobs_T, undefined);
  const withKl = { ...settings, loss: { ...settings.loss, klCoefficient: 0.1 } };
  await grpoStep(model, batch, withKl, optimiser, reference);
  assert.deepEqual(asked, [0.8]);
  assert.equal(trained[1]?.[0]?.referenceLogprobs_T?.[4], -2);
  await assert.rejects(grpoStep(model, batch, withKl, optimiser), /needs a reference policy/);
});

test('mismatch is measured on trained tokens only', () => {
  const { data } = grpoBatch([group([0, 1])], settings);
  const logprobs_D_T = data.map((datum) =>
    (datum.logprobs_T ?? new Float32Array()).map((value, t) => (t < 3 ? 9 : value - 0.125)),
  );
  const result = { loss: 0, logprobs_D_T, entropySum: 0, trainedTokens: 4, processedTokens: 7 };
  const { kl, maxRatio } = samplerMismatch(data, result);
  assert.ok(Math.abs(kl - 0.125) < 1e-7);
  assert.ok(Math.abs(maxRatio - Math.exp(0.125)) < 1e-6);
});

test('the trainer is compared with the sampler token by token, for the attempts that are trained', async () => {
  const batch = grpoBatch([group([1, 1]), group([1, undefined, 0])], settings);
  const model: Partial<TrainableModel> = {
    forwardBackward: async (data) => ({
      loss: 0,
      logprobs_D_T: data.map((_, d) => Float32Array.of(0, 0, 0, -0.25, -d)),
      ...{ entropySum: 0, trainedTokens: 4, processedTokens: 4 },
    }),
    optimStep: async () => ({ version: 1 as PolicyVersion, gradientNorm: 0 }),
  };
  const { logRatios } = await grpoStep(model as TrainableModel, batch, settings, optimiser);
  assert.deepEqual(
    logRatios.map(({ group: place, attempt, logRatios_T }) => [place, attempt, ...logRatios_T]),
    [
      [1, 0, 0.25, 0.25],
      [1, 2, 0.25, -0.75],
    ],
  );
});
