import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ModelConfig } from '../engine.ts';
import { readModelDirectory } from '../model-directory.ts';
import { SafetensorsFile } from '../safetensors.ts';
import { assertClose } from './primitives/gradient-check.ts';
import { feedsFor, type LossScalars, packSequence, runTraining, type TrainingOutputs } from './test-feeds.ts';

/** Written by golden/make-decoders.py; index t − 1 of a list concerns predicting ids[t]. */
interface Golden {
  readonly temperature: number;
  readonly epsilonLow: number;
  readonly epsilonHigh: number;
  readonly entropyCoefficient: number;
  readonly losses: Readonly<Record<'cross_entropy' | 'ppo', number>>;
  readonly sequences: readonly {
    readonly ids: readonly number[];
    readonly weights: readonly number[];
    readonly logprobs: readonly number[];
    readonly warmLogprobs: readonly number[];
    readonly entropies: readonly number[];
    readonly otherLogprobs: Readonly<Record<string, readonly number[]>>;
    readonly oldLogprobs: readonly number[];
    readonly advantages: readonly number[];
  }[];
}

const rowLength = 64;
const tolerance = 1e-5;

/** The golden sequences, all in one row, `copies` times. */
function layOut(golden: Golden, copies: number) {
  const row = golden.sequences.flatMap(({ ids, weights, oldLogprobs, advantages }, segment) =>
    packSequence(ids, { segment }, (t) => ({
      weight: weights[t] ?? 0,
      oldLogprob: oldLogprobs[t] ?? 0,
      advantage: advantages[t] ?? 0,
    })),
  );
  return Array.from({ length: copies }, () => row);
}

function scalarsOf(golden: Golden, temperature: number): LossScalars {
  return {
    inverseTemperature: 1 / temperature,
    ratioLow: 1 - golden.epsilonLow,
    ratioHigh: 1 + golden.epsilonHigh,
    entropyCoefficient: golden.entropyCoefficient,
  };
}

const cases = [
  ...['qwen3-tiny', 'qwen3-tiny-untied', 'qwen2-tiny', 'llama-tiny', 'llama-llama3-rope', 'llama-yarn-rope'],
  ...['llama-bias-linear-rope', 'qwen3-bias-dynamic-rope', 'qwen3-yarn-rope'],
];

for (const name of cases) {
  const directory = fileURLToPath(new URL(`../../../golden/${name}/`, import.meta.url));
  const golden = JSON.parse(await readFile(join(directory, 'golden.json'), 'utf8')) as Golden;
  const { config, flat } = await readModelDirectory(directory);

  describe(`${name}: as transformers computes it`, () => {
    const every = (read: (sequence: Golden['sequences'][number]) => readonly number[]) =>
      golden.sequences.flatMap(read);
    const warm = scalarsOf(golden, golden.temperature);

    it('log-probs of the next tokens and of others', async () => {
      const feeds = feedsFor(config, flat, layOut(golden, 1), rowLength, scalarsOf(golden, 1));
      const forward = { rowLength, loss: 'forward' } as const;
      const { logprobs } = await runTraining(config, forward, feeds);
      assertClose(
        'log-probs',
        logprobs,
        every((sequence) => sequence.logprobs),
        tolerance,
      );
      for (const token of Object.keys(golden.sequences[0]?.otherLogprobs ?? {})) {
        const targets = {
          data: new BigInt64Array(logprobs.length).fill(BigInt(token)),
          dims: [logprobs.length],
        };
        const others = await runTraining(config, forward, { ...feeds, targets });
        const expected = every((sequence) => sequence.otherLogprobs[token] ?? []);
        assertClose(`log-probs of ${token}`, others.logprobs, expected, tolerance);
      }
    });

    it('log-probs and entropies at a temperature, reported and differentiated', async () => {
      const feeds = feedsFor(config, flat, layOut(golden, 1), rowLength, warm);
      for (const loss of ['forward', 'ppo'] as const) {
        const { logprobs, entropies } = await runTraining(config, { rowLength, loss, entropy: true }, feeds);
        assertClose(
          'log-probs',
          logprobs,
          every((sequence) => sequence.warmLogprobs),
          tolerance,
        );
        assertClose(
          'entropies',
          entropies,
          every((sequence) => sequence.entropies),
          tolerance,
        );
      }
    });

    for (const loss of ['cross_entropy', 'ppo'] as const) {
      // 40 copies are thousands of tokens over a few dozen ids: enough for onnxruntime to divide every kernel.
      for (const copies of [1, 40]) {
        it(`loss and gradients of ${loss}, ${copies} row(s)`, async () => {
          const feeds = feedsFor(config, flat, layOut(golden, copies), rowLength, warm);
          const outputs = await runTraining(config, { rowLength, loss, entropy: true, headChunks: 2 }, feeds);
          const expected = golden.losses[loss] * copies;
          assert.ok(
            Math.abs(outputs.loss / expected - 1) <= tolerance,
            `${outputs.loss}, expected ${expected}`,
          );
          await assertGradients(join(directory, 'gradients.safetensors'), loss, copies, outputs, config);
        });
      }
    }
  });
}

async function assertGradients(
  path: string,
  loss: string,
  copies: number,
  { gradients }: TrainingOutputs,
  config: ModelConfig,
): Promise<void> {
  const file = await SafetensorsFile.open(path);
  try {
    for (const [name, gradient] of gradients) {
      const expected = await file.read(`${loss}/${name}`);
      assertClose(
        name,
        gradient.map((value) => value / copies),
        expected,
        tolerance,
      );
    }
    assert.equal(gradients.has('lm_head.weight'), !config.tie_word_embeddings);
  } finally {
    await file.close();
  }
}
