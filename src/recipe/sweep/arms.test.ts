import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyRecipe } from '../fixtures/sitting.ts';
import { RecipeError } from '../recipe-error.ts';
import { armsOf, type SweepPlan } from './arms.ts';
import { parseSweptField } from './swept-values.ts';

const plan = (over: readonly string[], more: Partial<SweepPlan> = {}): SweepPlan => ({
  recipe: tinyRecipe,
  sets: [],
  over: over.map(parseSweptField),
  seeds: 1,
  ...more,
});

const faultsOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof RecipeError, String(error));
    return error.message;
  }
  assert.fail('nothing was refused');
};

test('arms are the combinations of all values, with every seed', () => {
  const arms = armsOf(plan(['rl.groupSize=3,6', 'sft.optimiser.learningRate=1e-2,2e-2'], { seeds: 2 }));
  assert.deepEqual(
    arms.map(({ name }) => name),
    [
      'groupSize-3_learningRate-1e-2_seed-7',
      'groupSize-3_learningRate-1e-2_seed-8',
      'groupSize-3_learningRate-2e-2_seed-7',
      'groupSize-3_learningRate-2e-2_seed-8',
      'groupSize-6_learningRate-1e-2_seed-7',
      'groupSize-6_learningRate-1e-2_seed-8',
      'groupSize-6_learningRate-2e-2_seed-7',
      'groupSize-6_learningRate-2e-2_seed-8',
    ],
  );
  const last = arms.at(-1)?.loaded.recipe;
  assert.equal(last?.rl?.groupSize, 6);
  assert.equal(last?.sft?.optimiser.learningRate, 0.02);
  assert.equal(last?.seed, 8);
  assert.equal(arms[2]?.label, 'groupSize 3, learningRate 2e-2');
});

test('values are YAML; names of directories are safe and different', () => {
  const over = [
    "rl.loss={ kind: cispo, epsilonHigh: 2 },{ kind: 'ppo' }",
    'pretrain.optimiser.learningRate=1e-2,2e-2',
    'sft.optimiser.learningRate=1e-2',
  ];
  const arms = armsOf(plan(over));
  assert.equal(arms.length, 4);
  assert.equal(arms[0]?.loaded.recipe.rl?.loss.kind, 'cispo');
  for (const { name } of arms) assert.match(name, /^[\w.+-]+$/);
  assert.equal(new Set(arms.map(({ name }) => name)).size, 4);
  assert.match(arms[0]?.name ?? '', /pretrain\.optimiser\.learningRate-1e-2_sft\.optimiser/);
});

test('a field that does not exist, and values that it cannot have, are told as of --set, all of them at once', () => {
  const faults = faultsOf(() => armsOf(plan(['rl.grupSize=4,8', 'rl.maxTokens=24,many'])));
  assert.match(
    faults,
    /--over rl\.grupSize=4 {2}rl\.grupSize: there is no such field\n {4}Did you mean groupSize/,
  );
  assert.match(faults, /--over rl\.grupSize=8 /);
  assert.match(faults, /--over rl\.maxTokens=many {2}rl\.maxTokens: expected a positive integer, got "many"/);
});

test('what cannot be read as a sweep is refused with the way to write it', () => {
  for (const [argument, message] of [
    ['rl.groupSize', /expected field=value,value/],
    ['rl..groupSize=4', /not a dotted path/],
    ['rl.groupSize=4,,8', /a value is empty/],
    ['rl.groupSize=4,4', /4 is there twice/],
    ['seed=1,2', /--seeds N/],
  ] as const) {
    assert.match(
      faultsOf(() => parseSweptField(argument)),
      message,
    );
  }
  assert.match(
    faultsOf(() => armsOf(plan(['rl.groupSize=4', 'rl.groupSize=8']))),
    /is there twice/,
  );
});

test('equal samples: problems a step, or steps, so that every arm has as many attempts', () => {
  const attempts = (by: 'samples' | 'samples-by-steps') =>
    armsOf(plan(['rl.groupSize=3,6,12'], { equal: by })).map(({ loaded: { recipe } }) => recipe.rl);
  assert.deepEqual(
    attempts('samples').map((rl) => [rl?.steps, rl?.problemsPerStep, rl?.groupSize]),
    [
      [8, 12, 3],
      [8, 6, 6],
      [8, 3, 12],
    ],
  );
  assert.deepEqual(
    attempts('samples-by-steps').map((rl) => [rl?.steps, rl?.problemsPerStep, rl?.groupSize]),
    [
      [16, 6, 3],
      [8, 6, 6],
      [4, 6, 12],
    ],
  );
  const faults = faultsOf(() => armsOf(plan(['rl.groupSize=5'], { equal: 'samples' })));
  assert.match(faults, /--over rl\.groupSize=5 {2}rl\.problemsPerStep: would have to be 7\.2 .*\(288\)/);
});
