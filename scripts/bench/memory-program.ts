/** Trains two steps on one long row in this process and prints its peak of memory and the seconds of a step, as JSON. */
import type { ModelConfig, PolicyVersion } from '../../src/engine/engine.ts';
import { initialParameters } from '../../src/engine/ort/parameters.ts';
import { Trainer } from '../../src/engine/ort/trainer.ts';
import { randomTokens } from './model-sizes.ts';
import { adamwStep } from './training.ts';

const { config, positions, threads } = JSON.parse(process.argv[2] ?? '') as {
  readonly config: ModelConfig;
  readonly positions: number;
  readonly threads: number;
};
const version = 0 as PolicyVersion;
const trainer = new Trainer({ config, flat: initialParameters(config, 1), version, threads });
const weights_T = new Float32Array(positions + 1).fill(1 / positions, 1);
const data = [{ tokens_T: randomTokens(config, positions + 1, 'long', 0), weights_T }];
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
