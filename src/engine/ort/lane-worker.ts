/**
 * One lane of a trainer in a thread of its own: computes micro-batches with one thread on its copy of the weights. Those
 * that train it takes from shared memory whenever they are of another version than the last, frozen ones once.
 */
import type { ModelConfig } from '../engine.ts';
import { adapterSpecs, type Lora } from './adapter.ts';
import { type MicroBatchResult, MicroBatchRunner, type MicroBatchTask } from './micro-batch-runner.ts';
import type { MicroBatch } from './packing.ts';
import { parameterSpecs } from './parameters.ts';
import { serve } from './rpc.ts';
import type { Weights } from './weights.ts';

export type LaneService = {
  /** `trained` must hold still between a call of `run` and its answer. */
  start(options: {
    readonly config: ModelConfig;
    /** All parameters of the model or, where there are frozen ones, those of the adapter. */
    readonly trained: SharedArrayBuffer;
    readonly frozen: { readonly lora: Lora; readonly base: SharedArrayBuffer } | undefined;
    readonly lanes: number;
  }): void;
  run(argument: {
    readonly batch: MicroBatch;
    readonly task: MicroBatchTask;
    readonly threads: number;
    /** Counts changes of the shared weights. */
    readonly edition: number;
  }): Promise<MicroBatchResult>;
};

interface Lane {
  readonly shared: Float32Array;
  readonly own: Float32Array;
  readonly runner: MicroBatchRunner;
  edition: number | undefined;
}

let lane: Lane | undefined;

serve<LaneService>(
  {
    start({ config, trained, frozen, lanes }) {
      const shared = new Float32Array(trained);
      // onnxruntime refuses shared memory.
      const own = new Float32Array(shared.length);
      const base = frozen === undefined ? own : new Float32Array(new Float32Array(frozen.base));
      const weights: Weights = {
        config,
        base: { specs: parameterSpecs(config), flat: base },
        adapter: frozen && { lora: frozen.lora, specs: adapterSpecs(config, frozen.lora), flat: own },
      };
      const runner = new MicroBatchRunner(weights, { provider: 'cpu', lanes });
      lane = { shared, own, runner, edition: undefined };
    },
    async run({ batch, task, threads, edition }, context) {
      if (lane === undefined) throw new Error('the lane has not been started');
      if (lane.edition !== edition) {
        lane.own.set(lane.shared);
        lane.edition = edition;
      }
      const result = await lane.runner.run(batch, task, threads);
      const { logprobs_N, gradients, embeddingRows, headRows } = result;
      const arrays = new Set([logprobs_N, embeddingRows, headRows, ...gradients.values()]);
      context.transfer(...[...arrays].map(({ buffer }) => buffer));
      return result;
    },
  },
  { order: 'serial', onClose: async () => lane?.runner.release() },
);
