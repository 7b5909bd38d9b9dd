/**
 * One lane of a trainer in a thread of its own: computes micro-batches with one thread on its copy of the weights,
 * which it takes from shared memory whenever they are of another version than the last.
 */
import type { ModelConfig } from '../engine.ts';
import { type MicroBatchResult, MicroBatchRunner, type MicroBatchTask } from './micro-batch-runner.ts';
import type { MicroBatch } from './packing.ts';
import { serve } from './rpc.ts';

export type LaneService = {
  /** `weights` must hold still between a call of `run` and its answer. */
  start(options: {
    readonly config: ModelConfig;
    readonly weights: SharedArrayBuffer;
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
    start({ config, weights, lanes }) {
      const shared = new Float32Array(weights);
      // onnxruntime refuses shared memory.
      const own = new Float32Array(shared.length);
      lane = {
        shared,
        own,
        runner: new MicroBatchRunner(config, own, { provider: 'cpu', lanes }),
        edition: undefined,
      };
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
