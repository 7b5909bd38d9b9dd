/** The recipes of the paper's size: what they ask for exists, and a server that was started as they say meets their needs. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { EngineCapabilities } from '../engine/engine.ts';
import { resolveJudge } from '../grade/resolve-judge.ts';
import { resolveModel } from '../model/open-model.ts';
import { unmetNeeds } from './engine-needs.ts';
import { loadRecipe } from './load.ts';
import { stagesOf } from './schema.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-nano-'));
after(() => rmSync(scratch, { recursive: true }));
/** Qwen3-4B-Thinking-2507. */
const config = {
  ...{ model_type: 'qwen3', vocab_size: 151_936, hidden_size: 2560, intermediate_size: 9728 },
  ...{ num_hidden_layers: 36, num_attention_heads: 32, num_key_value_heads: 8, head_dim: 128 },
  ...{
    rms_norm_eps: 1e-6,
    rope_theta: 5_000_000,
    max_position_embeddings: 262_144,
    tie_word_embeddings: true,
  },
};
writeFileSync(path.join(scratch, 'config.json'), JSON.stringify(config));
const names = ['qed-nano', 'qed-nano-rl', 'qed-nano-single-node', 'qed-nano-lora-one-gpu'] as const;
const load = (name: string) => loadRecipe(name, [`model.from=${scratch}`]).recipe;

/** SkyRL with FSDP, non-colocated, vLLM with processed log-probs. */
const skyrl: EngineCapabilities = {
  ...{ fullParameter: true, loraRanks: { least: 1, most: 64 }, newModels: false },
  ...{ losses: ['cross_entropy', 'ppo'], summedLosses: ['cross_entropy', 'ppo'], optimisers: ['adamw'] },
  ...{ adamFields: 'server', clipNorm: 'server', entropyBonus: 'server', trainerTemperature: 'server' },
  ...{ klTerm: false, samplers: ['live'], samplesWhileTraining: true, logprobsAfterTemperature: true },
  ...{ sharedPrompts: false, savesWeights: false },
};

test('a server that was started as the recipe says meets its needs, and one that was not is refused', () => {
  for (const name of names) {
    const recipe = load(name);
    assert.deepEqual(unmetNeeds(recipe, stagesOf(recipe), skyrl), [], name);
    assert.ok(recipe.engine.kind === 'tinker');
    const other = {
      ...recipe,
      engine: { ...recipe.engine, server: { ...recipe.engine.server, clipNorm: 1 } },
    };
    const fields = unmetNeeds(other, stagesOf(recipe), skyrl).map(({ field }) => field);
    assert.ok(fields.length > 0 && fields.every((field) => field.endsWith('.optimiser.clipNorm')), name);
  }
});

test('the judges and the summariser that they name can be resolved', async () => {
  const environment = { GPT_OSS_20B_BASE_URL: 'http://127.0.0.1:9/v1' };
  for (const name of names) {
    const { rl, rc } = load(name);
    const { name: judge, models } = await resolveJudge((rl ?? rc)?.grader ?? '', { environment });
    assert.match(judge, /^(?:openai\/)?gpt-oss-20b.*\(proofbench-strict\)#/, name);
    assert.ok(
      models.every(({ price }) => price?.prompt === 0),
      name,
    );
    if (rc?.summary?.model === undefined) continue;
    assert.match((await resolveModel(rc.summary.model, environment)).name, /^Qwen\/Qwen3-4B-Instruct-2507@/);
  }
});

test('the settings of the method are those of the paper and of its code', () => {
  const { rc, sft } = load('qed-nano');
  const { rl } = load('qed-nano-rl');
  for (const stage of [rc, rl]) {
    assert.ok(stage !== undefined);
    const { problemsPerStep, groupSize, maxTokens, temperature, advantage, loss, pipeline, optimiser } =
      stage;
    assert.deepEqual([problemsPerStep, groupSize, maxTokens, temperature], [64, 16, 49_152, 0.8]);
    assert.deepEqual(advantage, { baseline: 'group-mean', divideByDeviation: false });
    assert.deepEqual(loss, {
      ...{ kind: 'ppo', epsilonLow: 4, epsilonHigh: 4, entropyCoefficient: 1e-4, klCoefficient: 0 },
      normaliser: 'samples',
    });
    assert.equal(pipeline.maxLag, 5);
    assert.deepEqual(optimiser, {
      ...{ kind: 'adamw', learningRate: 1e-6, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
      clipNorm: 0.3,
    });
  }
  assert.deepEqual([rc?.turns, rc?.statesPerTrajectory, rc?.summariser], [3, 2, 'endpoint']);
  assert.deepEqual(
    [sft?.textsPerStep, sft?.epochs, sft?.maximumTokens, sft?.warmupShare],
    [32, 5, 45_000, 0.1],
  );
});
