import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineCapabilities } from '../engine/engine.ts';
import { createOrtEngine } from '../engine/ort/engine.ts';
import { checkEngineNeeds, unmetNeeds } from './engine-needs.ts';
import { loadRecipe } from './load.ts';
import { RecipeError } from './recipe-error.ts';
import { type Recipe, type StageId, stagesOf } from './schema.ts';

const everything = createOrtEngine({ threads: 1 }).capabilities();
/** A server like SkyRL with FSDP: full parameters and a live sampler, but much is fixed when it starts. */
const fixed: EngineCapabilities = {
  ...everything,
  ...{ newModels: false, losses: ['cross_entropy', 'ppo'], summedLosses: ['cross_entropy', 'ppo'] },
  ...{ optimisers: ['adamw'], adamFields: 'server', clipNorm: 'server', entropyBonus: 'server' },
  ...{ trainerTemperature: 'server', klTerm: false, savesWeights: false },
};
/** Needs of stage rl, of a model that exists, which are not met. */
function fields(
  capabilities: EngineCapabilities,
  sets: readonly string[] = [],
  lora?: Recipe['lora'],
  stages: readonly StageId[] = ['data', 'rl'],
): string[] {
  const { recipe } = loadRecipe('lab-quick', sets);
  const model = { ...recipe.model, from: 'models/base' };
  const own = { ...recipe, pretrain: undefined, model, lora };
  return unmetNeeds(own, stages, capabilities).map(({ field }) => field);
}

test('the embedded engine meets the needs of every lab recipe', () => {
  for (const name of ['lab', 'lab-quick', 'lab-rc']) {
    const { recipe } = loadRecipe(name);
    assert.deepEqual(unmetNeeds(recipe, stagesOf(recipe), everything), []);
  }
});

test('every need that is not met is named with its line and a way on, and the run does not start', () => {
  const { recipe, where } = loadRecipe('lab-quick');
  assert.throws(
    () => checkEngineNeeds(recipe, ['rl'], { name: 'a server', capabilities: () => fixed }, where),
    (error) => {
      assert.ok(error instanceof RecipeError);
      assert.deepEqual(
        error.faults.map(({ field }) => field),
        [
          ...['pretrain', 'rl.optimiser.beta1', 'rl.optimiser.beta2', 'rl.optimiser.epsilon'],
          ...['rl.optimiser.weightDecay', 'rl.optimiser.clipNorm', 'rl.temperature'],
          'rl.loss.entropyCoefficient',
        ],
      );
      assert.match(error.message, /lab-quick\.yaml:\d+:\d+ {2}rl\.optimiser\.clipNorm: 1 is needed/);
      assert.match(error.message, /Start the server with 1, and write engine\.server\.clipNorm: 1/);
      assert.match(error.message, /\(engine: a server\)/);
      return true;
    },
  );
});

test('what a server was started with meets a need where it is the same, and only there', () => {
  const server =
    'beta1: 0.9, beta2: 0.95, epsilon: 1.0e-8, weightDecay: 0, clipNorm: 1, temperature: 0.8, entropyCoefficient: 2.0e-3';
  const engine = (text: string) => `engine={ kind: tinker, url: "http://host", server: { ${text} } }`;
  assert.deepEqual(fields(fixed, [engine(server)]), []);
  assert.deepEqual(fields(fixed, [engine(server.replace('0.95', '0.999'))]), ['rl.optimiser.beta2']);
  assert.deepEqual(fields(fixed, [engine(server), 'rl.loss.finalEntropyCoefficient=0']), [
    'rl.loss.finalEntropyCoefficient',
  ]);
});

test('averaged losses, one slot for sampler and trainer, no live sampler, no temperature: each is refused by itself', () => {
  const differing: readonly [Partial<EngineCapabilities>, readonly string[], string][] = [
    [{ summedLosses: ['cross_entropy'] }, [], 'rl.loss.kind'],
    [{ losses: ['cross_entropy'] }, [], 'rl.loss.kind'],
    [{ samplesWhileTraining: false }, [], 'rl.pipeline.maxLag'],
    [{ samplers: ['snapshot'] }, [], 'rl'],
    [{ trainerTemperature: 'nobody' }, [], 'rl.temperature'],
    [{ logprobsAfterTemperature: false }, [], 'rl.temperature'],
    [{ entropyBonus: 'nobody' }, [], 'rl.loss.entropyCoefficient'],
    [{ klTerm: false }, ['rl.loss.klCoefficient=0.1'], 'rl.loss.klCoefficient'],
    [{ clipNorm: 'nobody' }, [], 'rl.optimiser.clipNorm'],
    [{ optimisers: ['muon'] }, [], 'rl.optimiser.kind'],
    [{ contextTokens: 20 }, [], 'model.maximumPositions'],
    [{ fullParameter: false, loraRanks: { least: 1, most: 32 } }, [], 'lora'],
  ];
  for (const [change, sets, field] of differing)
    assert.deepEqual(fields({ ...everything, ...change }, sets), [field], JSON.stringify(change));
  const mended: readonly [Partial<EngineCapabilities>, string][] = [
    [{ samplesWhileTraining: false }, 'rl.pipeline.maxLag=0'],
    [{ trainerTemperature: 'nobody' }, 'rl.temperature=1'],
    [{ logprobsAfterTemperature: false }, 'rl.temperature=1'],
    [{ entropyBonus: 'nobody' }, 'rl.loss.entropyCoefficient=0'],
    [{ clipNorm: 'nobody' }, 'rl.optimiser.clipNorm=off'],
  ];
  for (const [change, set] of mended) assert.deepEqual(fields({ ...everything, ...change }, [set]), [], set);
});

test('LoRA needs a rank that there is, and then full parameters are not needed', () => {
  const lora = (rank: number) => ({ rank, alpha: 32, attention: true, feedForward: true, head: false });
  const only: EngineCapabilities = { ...everything, fullParameter: false, loraRanks: { least: 1, most: 32 } };
  assert.deepEqual(fields(only, [], lora(16)), []);
  assert.deepEqual(fields(only, [], lora(64)), ['lora.rank']);
  const { loraRanks: _, ...none } = only;
  assert.deepEqual(fields(none, [], lora(16)), ['lora.rank']);
});

test('a stage that is not to run needs nothing', () => {
  const less: EngineCapabilities = { ...everything, losses: ['cross_entropy'], newModels: false };
  assert.deepEqual(fields(less, [], undefined, ['data', 'report']), []);
});
