import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectiveContradictions } from './objective-rules.ts';
import { rlSchema } from './schema-stages.ts';
import { grpoSettings } from './stages/rl-objective.ts';

const optimiser = { kind: 'adamw', learningRate: 1e-3 };
const parse = (settings: object) => rlSchema.parse({ steps: 4, optimiser, ...settings });
const complaints = (settings: object) =>
  objectiveContradictions('rl', parse(settings)).map(({ path, message }) => `${path.join('.')} ${message}`);

test('the defaults are those of the reference: PPO with ε 4, samples, group mean, no KL term', () => {
  assert.deepEqual(complaints({}), []);
  assert.deepEqual(grpoSettings(parse({}), 1), {
    loss: {
      ...{ kind: 'ppo', temperature: 0.8, epsilonLow: 4, epsilonHigh: 4 },
      ...{ entropyCoefficient: 1e-4, klCoefficient: 0 },
    },
    advantage: { baseline: 'group-mean', divideByDeviation: false },
    normaliser: { kind: 'samples' },
    zeroVarianceGroups: 'keep',
    minimumGraded: 2,
  });
});

test('a baseline or a deviation of the others needs two grades', () => {
  assert.deepEqual(complaints({ minimumGraded: 1 }), []);
  assert.deepEqual(complaints({ minimumGraded: 1, advantage: { baseline: 'leave-one-out' } }), [
    'rl.minimumGraded must be at least 2 with advantage.baseline leave-one-out',
  ]);
  assert.match(
    complaints({ minimumGraded: 1, advantage: { divideByDeviation: true } }).join(),
    /^rl\.minimumGraded must be at least 2 with advantage\.divideByDeviation/,
  );
  assert.deepEqual(complaints({ minimumGraded: 9, groupSize: 8 }), [
    'rl.minimumGraded must not exceed groupSize (8)',
  ]);
});

test("a ratio of whole attempts is not clipped with a token's epsilon", () => {
  assert.match(
    complaints({ loss: { kind: 'gspo' } }).join('\n'),
    /^rl\.loss\.epsilonLow .*\nrl\.loss\.epsilonHigh /,
  );
  assert.deepEqual(complaints({ loss: { kind: 'gspo', epsilonLow: 3e-4, epsilonHigh: 4e-4 } }), []);
});

test('the entropy coefficient goes to its final value, and a constant length is the most tokens of an attempt', () => {
  const settings = parse({
    maxTokens: 30,
    loss: { entropyCoefficient: 0.5, finalEntropyCoefficient: 0, normaliser: 'constant-length' },
  });
  const coefficients = [1, 2, 3, 4].map((step) => grpoSettings(settings, step).loss.entropyCoefficient);
  assert.deepEqual(coefficients, [0.5, 0.375, 0.25, 0.125]);
  assert.deepEqual(grpoSettings(settings, 1).normaliser, { kind: 'constant-length', length: 30 });
});
