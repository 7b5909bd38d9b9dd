import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { resolveLora } from '../lora-options.ts';
import { Trainer } from './trainer.ts';
import { adamw } from './trainer-fixture.ts';

const python = process.env.QED_PEFT_PYTHON;
const skip = python === undefined && 'QED_PEFT_PYTHON names no Python with torch, transformers and peft';

/** A checkpoint and what both of its forms must compute, as in golden/check-adapter.py. */
interface Computed {
  readonly merged: readonly number[];
  readonly adapter: readonly number[];
}

for (const base of ['qwen3-tiny', 'qwen3-tiny-untied', 'llama-tiny', 'qwen2-tiny']) {
  test(`PEFT computes with a saved adapter what the engine does: ${base}`, { skip }, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'qed-peft-'));
    try {
      const golden = (name: string) => fileURLToPath(new URL(`../../../golden/${name}`, import.meta.url));
      const lora = resolveLora({ rank: 3, seed: 4 });
      const trainer = await Trainer.load(golden(base), { optimiser: false, lora, threads: 1 });
      const tokens = Array.from({ length: 24 }, (_, i) => (i * 7 + 3) % 29);
      const data = [{ tokens_T: Int32Array.from(tokens), weights_T: new Float32Array(24).fill(1, 1) }];
      for (let step = 0; step < 3; step += 1) {
        await trainer.forwardBackward(data, { kind: 'cross_entropy' });
        await trainer.optimStep(adamw);
      }
      const [expected] = await trainer.forward(data, 1);
      await trainer.save(directory, { optimiser: true });
      await trainer.close();
      const parameters = [golden('check-adapter.py'), directory, JSON.stringify(tokens)];
      const { stdout } = await promisify(execFile)(python ?? '', parameters);
      const { merged, adapter } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Computed;
      assert.equal(merged.length, 23);
      for (const computed of [merged, adapter]) {
        computed.forEach((value, i) => {
          assert.ok(Math.abs(value - (expected?.[i + 1] ?? 9)) < 1e-5);
        });
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });
}
