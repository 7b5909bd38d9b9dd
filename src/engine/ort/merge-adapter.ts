/**
 * The weights that a model with an adapter is sampled with and saved as: W0 + (alpha/rank)·B·A for every adapted
 * matrix, computed from the frozen W0 every time, so that nothing drifts; all else is copied. Deterministic.
 */
import './no-telemetry.ts';
import { Tensor } from 'onnxruntime-node';
import type { ModelConfig } from '../engine.ts';
import { type Adapter, adaptedMatrices, adapterScale, mergedConfig } from './adapter.ts';
import { Graph } from './graph.ts';
import { serialiseOnnx } from './onnx.ts';
import { outputWeightName, parameterCount, parameterSpecs, viewOf } from './parameters.ts';
import { createSession } from './sessions.ts';

/** Values of a matrix that are worked off at once (16 MB): rows do not depend on each other. */
const valuesAtOnce = 2 ** 22;

/** A new flat array in the order of the parameters of `mergedConfig`; `base` stays as it is. */
export async function mergeAdapter(
  config: ModelConfig,
  base: Float32Array,
  adapter: Adapter,
  threads: number,
): Promise<Float32Array<ArrayBuffer>> {
  const { lora, flat } = adapter;
  const target = mergedConfig(config, lora);
  const merged = new Float32Array(parameterCount(target));
  const frozen = new Map(parameterSpecs(config).map((spec) => [spec.name, viewOf(base, spec)]));
  const views = new Map(parameterSpecs(target).map((spec) => [spec.name, viewOf(merged, spec)]));
  for (const [name, view] of views) {
    // A head that leaves its tie begins as the embedding.
    const from = frozen.get(name) ?? frozen.get(outputWeightName(config));
    if (from !== undefined) view.set(from);
  }
  const session = await createSession(buildMergeGraph(adapterScale(lora)), threads);
  try {
    for (const { weight, a, b, dims } of adaptedMatrices(config, lora)) {
      const [out, into] = dims;
      const view = views.get(weight);
      if (view === undefined) throw new Error(`the model has no weight ${weight}`);
      const right = new Tensor('float32', viewOf(flat, a), a.dims);
      const rows = Math.max(1, Math.floor(valuesAtOnce / into));
      for (let from = 0; from < out; from += rows) {
        const to = Math.min(out, from + rows);
        const part = view.subarray(from * into, to * into);
        const left = viewOf(flat, b).subarray(from * lora.rank, to * lora.rank);
        const { sum } = await session.run({
          w: new Tensor('float32', part, [to - from, into]),
          b: new Tensor('float32', left, [to - from, lora.rank]),
          a: right,
        });
        part.set(sum?.data as Float32Array);
      }
    }
  } finally {
    await session.release();
  }
  return merged;
}

/** w + scale·b·a for matrices of any size. */
function buildMergeGraph(scale: number): Uint8Array {
  const g = new Graph();
  const w = g.input('w', 'float32', ['out', 'in']);
  const b = g.input('b', 'float32', ['out', 'rank']);
  const a = g.input('a', 'float32', ['rank', 'in']);
  g.output('sum', g.gemm(b, a, { scale, plus: w }), 'float32', ['out', 'in']);
  return serialiseOnnx(g.finish());
}
