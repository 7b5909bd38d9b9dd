/**
 * Refuses a model that this machine cannot hold before anything of it is made: a slip in a recipe (a width of a
 * million, a billion layers) is answered in one line and not by a process that runs out of memory.
 */
import { totalmem } from 'node:os';
import type { ModelConfig } from '../engine.ts';
import { adapterSpecs, type Lora } from './adapter.ts';
import { parameterSpecs } from './parameters.ts';

/** Bytes of a parameter in training: weight, gradient and two moments, float32 each. */
const trainingBytes = 16;
/** Of a frozen one: the weight alone. */
const frozenBytes = 4;

/** The number of parameters, without listing those of every layer. */
export function countParameters(config: ModelConfig): number {
  const countWith = (layers: number) =>
    parameterSpecs({ ...config, num_hidden_layers: layers }).reduce((sum, spec) => sum + spec.length, 0);
  const outside = countWith(0);
  return outside + config.num_hidden_layers * (countWith(1) - outside);
}

/**
 * Throws a RangeError when training the model would take more than `memory` bytes (default: the machine's), or when the
 * adapter does not fit its matrices.
 */
export function checkModelSize(config: ModelConfig, lora?: Lora, memory = totalmem()): void {
  const count = countParameters(config);
  const needed = count * (lora === undefined ? trainingBytes : frozenBytes) + adapterBytes(config, lora);
  if (needed <= memory) return;
  const { hidden_size, num_hidden_layers, intermediate_size, vocab_size } = config;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`;
  throw new RangeError(
    `the model has ${count.toPrecision(3)} parameters, whose ${lora === undefined ? 'weights, gradients and moments' : 'frozen weights, and an adapter with its moments,'} take ${gigabytes(needed)}; ` +
      `this machine has ${gigabytes(memory)}. Its sizes are: width ${hidden_size}, layers ${num_hidden_layers}, ` +
      `feed-forward width ${intermediate_size}, vocabulary ${vocab_size}`,
  );
}

function adapterBytes(config: ModelConfig, lora: Lora | undefined): number {
  if (lora === undefined) return 0;
  const { num_hidden_layers: layers } = config;
  const countWith = (num_hidden_layers: number) =>
    adapterSpecs({ ...config, num_hidden_layers }, lora).reduce((sum, { length }) => sum + length, 0);
  return trainingBytes * (countWith(0) + layers * (countWith(1) - countWith(0)));
}
