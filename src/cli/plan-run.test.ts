import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { plannedRunText } from './plan-run-run.ts';
import { UserError } from './user-error.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-plan-run-'));
after(() => rmSync(scratch, { recursive: true }));
const usual = { cluster: 'paper', simulated: '6', seed: '1', textTokens: '20000', judgeTokens: '4000/6000' };
const model = `model.from=${scratch}`;

before(() => {
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
});

interface Planned {
  readonly nodes: number;
  readonly nodeDollars?: number;
  readonly judgeDollars: number | null;
  readonly stages: readonly {
    readonly stage: string;
    readonly steps?: number;
    readonly stepSeconds?: number;
    readonly hours?: number;
    readonly trainedTokens?: number;
    readonly sampledTokens: number;
    readonly gradings: number;
    readonly summaries: number;
  }[];
}

async function planned(recipe: string, set: readonly string[], more: object = {}): Promise<Planned> {
  return JSON.parse(await plannedRunText(recipe, { ...usual, set, ...more, json: true })) as Planned;
}

test('the paper’s recipe: steps of supervised training by hand, those of the policy by simulation, and what it costs', async () => {
  const { stages, nodes, nodeDollars, judgeDollars } = await planned('qed-nano', [model], {
    ...{ texts: '4281', nodeHour: '24' },
  });
  const [sft, rc] = stages;
  // 4,281 texts for 5 epochs, 32 a step, over 4 nodes of 45,000 tokens a second, and 6 s beside that.
  assert.equal(sft?.steps, 668);
  assert.ok(Math.abs((sft?.stepSeconds ?? 0) - (6 + (32 * 20_000) / 180_000)) < 1e-9);
  assert.equal(rc?.steps, 200);
  assert.ok((rc?.stepSeconds ?? 0) > 600 && (rc?.stepSeconds ?? 0) < 1500, `${rc?.stepSeconds} s`);
  // 32 trajectories a step; of two states of four the farther one needs 7/3 turns in the mean.
  assert.equal(rc?.summaries, Math.round((200 * 32 * 7) / 3));
  assert.ok((rc?.gradings ?? 0) > 0 && (rc?.gradings ?? 0) < 200 * 1024);
  assert.equal(nodes, 11);
  const hours = (sft?.hours ?? 0) + (rc?.hours ?? 0);
  assert.ok(Math.abs((nodeDollars ?? 0) - hours * 11 * 24) < 1e-6);
  assert.equal(judgeDollars, 0, 'a server of one’s own costs no money by the token');
});

test('what is not known is said, and not guessed', async () => {
  const { stages } = await planned('qed-nano-rl', [model]);
  assert.equal(stages[0]?.steps, undefined);
  assert.equal(stages[1]?.summaries, 0);
  const text = await plannedRunText('qed-nano-rl', { ...usual, set: [model] });
  assert.match(text, /how many texts there are is not known; say so with --texts/);
  assert.match(text, /say what an hour of one costs with --node-hour/);
  const priced = 'rl.grader="openai:http://127.0.0.1:9/v1#judge,price=1/2(style=opc)"';
  const { judgeDollars, stages: again } = await planned('qed-nano-rl', [model, priced]);
  const gradings = again[1]?.gradings ?? 0;
  assert.ok(Math.abs((judgeDollars ?? 0) - (gradings * (4000 + 2 * 6000)) / 1e6) < 1e-6);
  const unpriced = await planned('qed-nano-rl', [model, priced.replace(',price=1/2', '')]);
  assert.equal(unpriced.judgeDollars, null);
});

test('smaller machines are the machines that are paid for, and the lab is planned by its tokens', async () => {
  const { nodes, stages } = await planned('qed-nano-single-node', [model], { cluster: 'single-node' });
  assert.equal(nodes, 1);
  assert.deepEqual(
    stages.map(({ stage }) => stage),
    ['rl'],
  );
  const lab = await planned('lab-quick', []);
  assert.deepEqual(
    lab.stages.map(({ stage, steps }) => [stage, steps]),
    [
      ['pretrain', 400],
      ['sft', 366],
      ['rl', 30],
    ],
  );
});

test('numbers that are none are refused by their option', async () => {
  for (const [options, message] of [
    [{ judgeTokens: '4000' }, /--judge-tokens 4000: PROMPT\/REPLY/],
    [{ nodeHour: 'much' }, /--node-hour much: dollars are expected/],
    [{ texts: '0' }, /--texts/],
    [{ cluster: 'moon' }, /no cluster "moon"/],
  ] as const) {
    await assert.rejects(plannedRunText('lab-quick', { ...usual, set: [], ...options }), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
