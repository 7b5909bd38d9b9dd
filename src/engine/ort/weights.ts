/**
 * What a model computes with: its parameters, all of which train, or, with an adapter, the frozen ones and what is
 * added to them.
 */
import type { ModelConfig } from '../engine.ts';
import { type Adapter, adaptedMatrices, mergedConfig } from './adapter.ts';
import { mergeAdapter } from './merge-adapter.ts';
import { headName, outputWeightName, type ParameterSet } from './parameters.ts';

export interface Weights {
  readonly config: ModelConfig;
  /** In the order of `parameterSpecs(config)`. */
  readonly base: ParameterSet;
  readonly adapter?: Adapter | undefined;
}

/** The parameters that train. */
export function trainedSet({ base, adapter }: Weights): ParameterSet {
  return adapter ?? base;
}

/** The parameter that a training graph's `headRows` belong to. */
export function headRowsName({ config, adapter }: Weights): string {
  if (adapter === undefined) return outputWeightName(config);
  const head = adaptedMatrices(config, adapter.lora).find(({ weight }) => weight === headName);
  if (head === undefined) throw new Error('the adapter leaves the head as it is');
  return head.b.name;
}

/** The configuration of `wholeWeights`. */
export function wholeConfig({ config, adapter }: Weights): ModelConfig {
  return adapter === undefined ? config : mergedConfig(config, adapter.lora);
}

/** The weights as they are sampled with and saved, in one new array: merged where there is an adapter. */
export async function wholeWeights(
  { config, base, adapter }: Weights,
  threads: number,
): Promise<Float32Array<ArrayBuffer>> {
  if (adapter === undefined) return new Float32Array(base.flat);
  return await mergeAdapter(config, base.flat, adapter, threads);
}
