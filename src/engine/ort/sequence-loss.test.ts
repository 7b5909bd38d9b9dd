/**
 * The terms that look beyond one token or one policy, through the whole trainer: gradients of gspo and of the KL term
 * equal those of a policy gradient whose advantages were worked out beforehand from a forward pass.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../stats/random.ts';
import type { Datum, Loss } from '../engine.ts';
import { groupData, tinyTrainer } from './trainer-fixture.ts';

const base = { temperature: 0.8, epsilonLow: 0.1, epsilonHigh: 0.15, entropyCoefficient: 0 } as const;
const policyGradient: Loss = { kind: 'importance_sampling', ...base };

/** Enough for several micro-batches, with prompts that are shared; reference log-probs some of which are far away. */
function data(): Datum[] {
  const random = new Random('reference');
  return groupData(7, { groups: 12, members: 12 }).map((datum) => ({
    ...datum,
    referenceLogprobs_T: datum.weights_T.map((weight) => (weight === 0 ? 0 : -3 + 3 * random.normal())),
  }));
}

/** d objective / d new_t of every trained token, in double precision. */
function slopes(datum: Datum, new_T: Float32Array, klCoefficient: number): Float32Array {
  const { weights_T, advantages_T = [], logprobs_T = [], referenceLogprobs_T = [] } = datum;
  const trained = [...weights_T.keys()].filter((t) => weights_T[t] !== 0);
  const logRatio = (t: number) => (new_T[t] ?? 0) - (logprobs_T[t] ?? 0);
  const ratio = Math.exp(trained.reduce((sum, t) => sum + logRatio(t), 0) / trained.length);
  let ratioSlope = 0;
  for (const t of trained) {
    const advantage = advantages_T[t] ?? 0;
    const isClipped = advantage > 0 ? ratio > 1 + base.epsilonHigh : ratio < 1 - base.epsilonLow;
    if (!isClipped) ratioSlope += (weights_T[t] ?? 0) * advantage;
  }
  const slopes_T = new Float32Array(weights_T.length);
  for (const t of trained) {
    const delta = (referenceLogprobs_T[t] ?? 0) - (new_T[t] ?? 0);
    const pull = Math.abs(delta) > 5 ? 0 : Math.exp(delta) - 1;
    slopes_T[t] = (ratio * ratioSlope) / trained.length + klCoefficient * (weights_T[t] ?? 0) * pull;
  }
  return slopes_T;
}

for (const klCoefficient of [0, 0.2]) {
  test(`gspo with KL coefficient ${klCoefficient} has the gradient of its formula, over micro-batches and lanes`, async () => {
    const items = data();
    const trainer = tinyTrainer({ threads: 2 });
    const result = await trainer.forwardBackward(items, { kind: 'gspo', ...base, klCoefficient });
    const gradient = trainer.copyGradient();
    assert.ok(result.processedTokens > 2048, 'the data fill several micro-batches');
    await trainer.close();

    const other = tinyTrainer({ threads: 2 });
    const new_D_T = await other.forward(items, base.temperature);
    const worked = items.map((datum, d): Datum => {
      const new_T = new_D_T[d] ?? new Float32Array();
      const weights_T = datum.weights_T.map((weight) => (weight === 0 ? 0 : 1));
      return { ...datum, weights_T, logprobs_T: new_T, advantages_T: slopes(datum, new_T, klCoefficient) };
    });
    await other.forwardBackward(worked, policyGradient);
    const expected = other.copyGradient();
    await other.close();
    const greatest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = gradient.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? 0))),
      0,
    );
    assert.ok(greatest > 0.1);
    assert.ok(worst < 1e-5 * greatest, `differs by ${worst}, greatest ${greatest}`);
  });
}

test('a KL coefficient asks for reference log-probs, by name; 0 does not', async () => {
  const [first] = groupData(1, { groups: 1, members: 1 });
  assert.ok(first !== undefined);
  const trainer = tinyTrainer();
  await trainer.forwardBackward([first], { kind: 'ppo', ...base, klCoefficient: 0 });
  await assert.rejects(
    trainer.forwardBackward([first], { kind: 'ppo', ...base, klCoefficient: 0.1 }),
    /datum 0: referenceLogprobs_T is missing/,
  );
  await trainer.close();
});
