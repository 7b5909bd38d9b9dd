/**
 * What looks beyond one token or one policy, the ratio of a sequence and the KL term, through the whole trainer: losses and
 * gradients are those of torch (golden/make-objectives.py).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Datum, Loss, PolicyVersion } from '../../engine.ts';
import { readModelDirectory } from '../../model-directory.ts';
import { SafetensorsFile } from '../../safetensors.ts';
import { parameterSpecs, viewOf } from '../parameters.ts';
import { assertClose } from '../primitives/gradient-check.ts';
import { Trainer } from '../trainer.ts';

interface Golden {
  readonly temperature: number;
  readonly epsilonLow: number;
  readonly epsilonHigh: number;
  readonly klCoefficient: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly sequences: readonly {
    readonly ids: readonly number[];
    readonly weights: readonly number[];
    readonly logprobs: readonly number[];
    readonly oldLogprobs: readonly number[];
    readonly referenceLogprobs: readonly number[];
    readonly advantage: number;
  }[];
}

const directory = fileURLToPath(new URL('../../../../golden/', import.meta.url));
const golden = JSON.parse(readFileSync(path.join(directory, 'objectives/golden.json'), 'utf8')) as Golden;
const { config, flat } = await readModelDirectory(path.join(directory, 'qwen3-tiny'));

const data = golden.sequences.map(
  ({ ids, weights, oldLogprobs, referenceLogprobs, advantage }): Datum => ({
    tokens_T: Int32Array.from(ids),
    weights_T: Float32Array.from(weights),
    logprobs_T: Float32Array.from(oldLogprobs),
    referenceLogprobs_T: Float32Array.from(referenceLogprobs),
    advantages_T: Float32Array.from(weights, (weight) => (weight === 0 ? 0 : advantage)),
  }),
);

const { temperature, epsilonLow, epsilonHigh } = golden;
const cases: Readonly<Record<string, { readonly kind: 'gspo' | 'ppo' | 'cispo'; readonly kl: boolean }>> = {
  gspo: { kind: 'gspo', kl: false },
  'ppo-kl': { kind: 'ppo', kl: true },
  'gspo-kl': { kind: 'gspo', kl: true },
  cispo: { kind: 'cispo', kl: false },
};

test('golden/objectives has these objectives and no others', () => {
  assert.deepEqual(Object.keys(golden.losses).sort(), Object.keys(cases).sort());
});

for (const [name, { kind, kl }] of Object.entries(cases)) {
  test(`loss and gradient of ${name} are those of torch`, async () => {
    const trainer = new Trainer({ config, flat: flat.slice(), version: 0 as PolicyVersion, threads: 1 });
    const loss: Loss = {
      ...{ kind, temperature, epsilonLow, epsilonHigh, entropyCoefficient: 0 },
      klCoefficient: kl ? golden.klCoefficient : 0,
    };
    const result = await trainer.forwardBackward(data, loss);
    const gradient = trainer.copyGradient();
    await trainer.close();
    const expected = golden.losses[name] ?? Number.NaN;
    assert.ok(Math.abs(result.loss / expected - 1) <= 1e-5, `loss ${result.loss}, torch ${expected}`);
    golden.sequences.forEach(({ logprobs }, d) => {
      assertClose(`log-probs of ${d}`, result.logprobs_D_T[d] ?? new Float32Array(), logprobs, 1e-5);
    });
    const file = await SafetensorsFile.open(path.join(directory, 'objectives/gradients.safetensors'));
    try {
      for (const spec of parameterSpecs(config))
        assertClose(spec.name, viewOf(gradient, spec), await file.read(`${name}/${spec.name}`), 1e-5);
    } finally {
      await file.close();
    }
  });
}
