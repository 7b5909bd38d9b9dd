import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readAdapter, writeAdapter } from '../adapter-directory.ts';
import type { Datum, OptimiserStep, PolicyVersion } from '../engine.ts';
import { readModelDirectory } from '../model-directory.ts';
import { SafetensorsFile } from '../safetensors.ts';
import { parameterSpecs, viewOf } from './parameters.ts';
import { assertClose } from './primitives/gradient-check.ts';
import { Trainer } from './trainer.ts';

/** Written by golden/make-lora.py. */
interface Golden {
  readonly base: string;
  readonly adamw: Omit<Extract<OptimiserStep, { kind: 'adamw' }>, 'kind'>;
  readonly steps: readonly {
    readonly loss: number;
    readonly gradientNorm: number;
    readonly logprobs: readonly (readonly number[])[];
  }[];
  readonly logprobsAfter: readonly (readonly number[])[];
}

const directory = await mkdtemp(join(tmpdir(), 'qed-lora-golden-'));
after(() => rm(directory, { recursive: true }));

function goldenPath(name: string): string {
  return fileURLToPath(new URL(`../../../golden/${name}`, import.meta.url));
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}

/** The sequences of a golden decoder; weights below begin with that of the second token. */
async function readData(base: string): Promise<Datum[]> {
  const { sequences } = await readJson<{ sequences: { ids: number[]; weights: number[] }[] }>(
    goldenPath(`${base}/golden.json`),
  );
  return sequences.map(({ ids, weights }) => ({
    tokens_T: Int32Array.from(ids),
    weights_T: Float32Array.from([0, ...weights]),
  }));
}

/** Those of the trained tokens, in a row. */
function trained(data: readonly Datum[], logprobs_D: readonly ArrayLike<number>[], from: 0 | 1): number[] {
  return data.flatMap(({ weights_T }, d) =>
    [...weights_T.keys()]
      .filter((t) => weights_T[t] !== 0)
      .map((t) => logprobs_D[d]?.[t - 1 + from] ?? Number.NaN),
  );
}

for (const name of ['everything-tied', 'attention']) {
  test(`three steps of AdamW as torch and PEFT take them: ${name}`, async () => {
    const path = goldenPath(`lora/${name}`);
    const golden = await readJson<Golden>(join(path, 'golden.json'));
    const { config, flat } = await readModelDirectory(goldenPath(golden.base));
    const { adapter } = await readAdapter(path, config);
    const data = await readData(golden.base);
    const frozen = flat.slice();
    const trainer = new Trainer({ config, flat, adapter, version: 0 as PolicyVersion, threads: 2 });
    for (const [index, step] of golden.steps.entries()) {
      const { loss, logprobs_D_T } = await trainer.forwardBackward(data, { kind: 'cross_entropy' });
      assert.ok(Math.abs(loss / step.loss - 1) < 1e-5, `loss ${loss}, expected ${step.loss}`);
      const [actual, expected] = [trained(data, logprobs_D_T, 1), trained(data, step.logprobs, 0)];
      actual.forEach((value, i) => {
        assert.ok(
          Math.abs(value - (expected[i] ?? 0)) < 1e-4,
          `step ${index}: ${value}, expected ${expected[i]}`,
        );
      });
      if (index === 0)
        await assertGradients(join(path, 'gradients.safetensors'), trainer.copyGradient(), adapter);
      const { gradientNorm } = await trainer.optimStep({ kind: 'adamw', ...golden.adamw });
      assert.ok(Math.abs(gradientNorm / step.gradientNorm - 1) < 1e-5);
    }
    const after_D = await trainer.forward(data, 1);
    const [actual, expected] = [trained(data, after_D, 1), trained(data, golden.logprobsAfter, 0)];
    actual.forEach((value, i) => {
      assert.ok(Math.abs(value - (expected[i] ?? 0)) < 1e-4, `at the end: ${value}, expected ${expected[i]}`);
    });
    assert.deepEqual(flat, frozen, 'what is frozen keeps its bits');

    const whole = await trainer.wholeWeights();
    const merged = await SafetensorsFile.open(join(path, 'merged.safetensors'));
    const specs = new Map(parameterSpecs(trainer.wholeConfig).map((spec) => [spec.name, spec]));
    for (const matrix of merged.tensors.keys()) {
      const spec = specs.get(matrix);
      assert.ok(spec !== undefined, matrix);
      assertClose(matrix, viewOf(whole, spec), await merged.read(matrix), 1e-5);
    }
    await merged.close();
    await trainer.close();
  });

  test(`an adapter is written as PEFT writes it: ${name}`, async () => {
    const path = goldenPath(`lora/${name}`);
    const { base } = await readJson<Golden>(join(path, 'golden.json'));
    const { config } = await readModelDirectory(goldenPath(base));
    const { adapter } = await readAdapter(path, config);
    const written = await mkdtemp(join(directory, name));
    await writeAdapter(written, adapter, 3 as PolicyVersion);
    const again = await readAdapter(written, config);
    assert.deepEqual(again, { adapter, version: 3 });

    type Settings = Readonly<Record<string, unknown>>;
    const [ours, theirs] = [
      await readJson<Settings>(join(written, 'adapter_config.json')),
      await readJson<Settings>(join(path, 'adapter_config.json')),
    ];
    const modules = ({ target_modules }: Settings) => (target_modules as string[]).toSorted();
    for (const [field, value] of Object.entries(ours)) {
      if (field !== 'target_modules') assert.deepEqual(value, theirs[field], field);
    }
    assert.deepEqual(modules(ours), modules(theirs));
    const [a, b] = [
      await SafetensorsFile.open(join(written, 'adapter_model.safetensors')),
      await SafetensorsFile.open(join(path, 'adapter_model.safetensors')),
    ];
    assert.deepEqual([...a.tensors.keys()].sort(), [...b.tensors.keys()].sort());
    for (const tensor of a.tensors.keys()) {
      assert.deepEqual(a.tensors.get(tensor)?.dims, b.tensors.get(tensor)?.dims);
      assert.deepEqual(await a.read(tensor), await b.read(tensor));
    }
    await a.close();
    await b.close();
  });
}

async function assertGradients(
  path: string,
  gradient: Float32Array,
  { specs }: Awaited<ReturnType<typeof readAdapter>>['adapter'],
): Promise<void> {
  const file = await SafetensorsFile.open(path);
  try {
    assert.equal(file.tensors.size, specs.length);
    for (const spec of specs) {
      assertClose(spec.name, viewOf(gradient, spec), await file.read(spec.name), 1e-5);
    }
  } finally {
    await file.close();
  }
}
