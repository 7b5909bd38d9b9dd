import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRecipe } from '../recipe/load.ts';
import { compareRun } from './compare-run.ts';
import { fitRun, likeOptions } from './fit-run.ts';
import { lengthsOf } from './lengths.ts';
import type { RecordedRun } from './recorded-run.ts';
import { simulate } from './simulation.ts';

/** What a run on machines that are known would have recorded. */
async function recordedOn(
  machines: { stepSeconds: number; secondsPerSequence: number; tokensPerSecond: number; sharedSpeed: number },
  maxLag: number,
): Promise<RecordedRun> {
  const recipe = loadRecipe('lab-quick', [
    ...['engine.threads=2', 'rl.steps=24', 'rl.zeroVarianceGroups=keep', 'rl.evaluateEvery=8'],
    `rl.pipeline.maxLag=${maxLag}`,
  ]).recipe;
  const { rl } = recipe;
  assert.ok(rl !== undefined);
  const length = lengthsOf(
    { kind: 'log-normal', median: 15, spread: 0.6, sharedByGroup: 0.3 },
    rl.maxTokens,
    7,
  );
  const groups = Array.from({ length: rl.steps * rl.problemsPerStep }, (_, group) => group);
  const lengths = new Map(
    groups.map((group) => [
      group,
      Array.from({ length: rl.groupSize }, (_, attempt) => length(group, attempt).tokens),
    ]),
  );
  const bare: RecordedRun = { recipe, rl, steps: [], lengths, heldOutAttempts: 100 };
  const { stepSeconds, secondsPerSequence, tokensPerSecond, sharedSpeed } = machines;
  const cluster = {
    name: 'known',
    sampling: {
      ...{ nodes: 1, enginesPerNode: 2, sequencesPerEngine: 128, publishSeconds: 0 },
      ...{ contextTokens: 1e12, prefillTokensPerSecond: 1e12 },
      decode: { stepSeconds, secondsPerSequence, secondsPerContextToken: 0 },
    },
    training: { nodes: 1, tokensPerSecondPerNode: tokensPerSecond, stepSeconds: 0.05, recordSeconds: 0.02 },
    judge: { medianSeconds: 0, spread: 0 },
    lengths: { kind: 'recorded' as const, groups: [...lengths.values()] },
    ...{ promptTokens: 0, sameRewardShare: 0, stragglers: { share: 0, factor: 1 }, losses: [], sharedSpeed },
  };
  const options = { ...likeOptions(bare, cluster), steps: rl.steps };
  const { steps } = await simulate(options);
  return {
    ...bare,
    steps: steps.map((step) => {
      const tokens = [...step.tokensByLag.values()].reduce((a, b) => a + b, 0);
      return {
        step: step.step,
        cost: {
          ...{ seconds: step.seconds, trainingSeconds: step.trainingSeconds },
          ...{ waitedSeconds: step.waitedSeconds, stragglerSeconds: step.stragglerSeconds },
          ...{ samplingShare: step.samplingShare, trainingShare: step.trainingShare, gradingShare: 0 },
          ...{ sampledTokensPerSecond: step.sampledTokens / step.seconds, residentBytes: 0, peakBytes: 0 },
        },
        groups: step.groups,
        taughtGroups: step.groups.length,
        ...{ trainedTokens: tokens, processedTokens: tokens },
        isHeldOut: step.step % Number(rl.evaluateEvery) === 0,
      };
    }),
  };
}

const machines = { stepSeconds: 0.01, secondsPerSequence: 5e-5, tokensPerSecond: 6000, sharedSpeed: 0.5 };
const isNear = (actual: number, expected: number, share: number, what: string) =>
  assert.ok(Math.abs(actual / expected - 1) < share, `${what}: ${actual} is not near ${expected}`);

test('the speeds of a synchronous run are found in its record', async () => {
  const run = await recordedOn(machines, 0);
  const { sampling, training } = await fitRun(run);
  isNear(training.tokensPerSecondPerNode, machines.tokensPerSecond, 0.02, 'trained tokens a second');
  isNear(training.stepSeconds, 0.05, 0.1, 'seconds of a step');
  // What a step of about 60 sequences takes; the two costs by themselves are harder to tell.
  const { stepSeconds, secondsPerSequence } = sampling.decode;
  isNear(stepSeconds + 60 * secondsPerSequence, 0.01 + 60 * 5e-5, 0.1, 'a decoding step');
});

test('from a synchronous run the step of an asynchronous one is predicted, and the other way round', async () => {
  const runs = await Promise.all([0, 2].map((maxLag) => recordedOn(machines, maxLag)));
  for (const run of runs) {
    const { recorded, predicted } = await compareRun(run, [0, 2], machines.sharedSpeed);
    for (const { maxLag, times } of predicted) {
      const real = runs.find(({ rl }) => rl.pipeline.maxLag === maxLag);
      assert.ok(real !== undefined);
      const { recorded: truth } = await compareRun(real, [], machines.sharedSpeed);
      isNear(times.seconds, truth.seconds, 0.06, `bound ${maxLag} from ${run.rl.pipeline.maxLag}`);
    }
    assert.ok(recorded.seconds > 0);
  }
});
