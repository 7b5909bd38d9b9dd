/**
 * Trains two steps on rows of one length in this process, all parameters or an adapter, and prints its peak of memory
 * and the seconds of a step, as JSON.
 */
import type { PolicyVersion } from '../../src/engine/engine.ts';
import { initialAdapter } from '../../src/engine/ort/adapter.ts';
import { initialParameters } from '../../src/engine/ort/parameters.ts';
import { Trainer } from '../../src/engine/ort/trainer.ts';
import type { TrainingToMeasure } from './memory.ts';
import { randomTokens } from './model-sizes.ts';
import { adamwStep } from './training.ts';

const given = JSON.parse(process.argv[2] ?? '') as TrainingToMeasure;
const { config, positions, threads, sequences = 1, lora } = given;
const version = 0 as PolicyVersion;
const adapter = lora && initialAdapter(config, lora);
const trainer = new Trainer({ config, flat: initialParameters(config, 1), adapter, version, threads });
const weights_T = new Float32Array(positions + 1).fill(1 / positions, 1);
const data = Array.from({ length: sequences }, (_, index) => ({
  tokens_T: randomTokens(config, positions + 1, 'long', index),
  weights_T,
}));
let seconds = 0;
for (let step = 0; step < 2; step += 1) {
  const began = performance.now();
  await trainer.forwardBackward(data, { kind: 'cross_entropy' });
  await trainer.optimStep(adamwStep);
  seconds = (performance.now() - began) / 1000;
}
await trainer.close();
// Kilobytes, on every system.
console.log(JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024, seconds }));
