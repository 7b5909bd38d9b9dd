/**
 * A trainer in a thread of its own. Calls are answered one after another, in the order in which they were made.
 */
import type {
  Datum,
  ForwardBackwardResult,
  Loss,
  ModelConfig,
  OptimiserStep,
  OptimiserStepResult,
  PolicyVersion,
} from '../engine.ts';
import { initialAdapter, type Lora } from './adapter.ts';
import { initialParameters, parameterCount } from './parameters.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { serve } from './rpc.ts';
import { Trainer } from './trainer.ts';

export interface TrainedModel {
  /** As it is sampled and saved. */
  readonly config: ModelConfig;
  readonly parameterCount: number;
  readonly lora: Lora | undefined;
}

export type TrainerService = {
  create(options: {
    readonly config: ModelConfig;
    readonly seed: number;
    readonly tensors: ReadonlyMap<string, Float32Array>;
    readonly lora: Lora | undefined;
    readonly threads: number;
    readonly provider: ExecutionProvider;
  }): TrainedModel;
  load(options: {
    readonly directory: string;
    readonly optimiser: boolean;
    readonly lora: Lora | undefined;
    readonly threads: number;
    readonly provider: ExecutionProvider;
  }): Promise<TrainedModel>;
  forward(argument: {
    readonly data: readonly Datum[];
    readonly temperature: number;
  }): Promise<Float32Array[]>;
  forwardBackward(argument: {
    readonly data: readonly Datum[];
    readonly loss: Loss;
  }): Promise<ForwardBackwardResult>;
  optimStep(step: OptimiserStep): Promise<OptimiserStepResult>;
  resetOptimiser(argument: undefined): void;
  save(argument: { readonly directory: string; readonly optimiser: boolean }): Promise<void>;
  weights(argument: undefined): Promise<{ readonly flat: Float32Array; readonly version: PolicyVersion }>;
};

let loaded: Trainer | undefined;

function trainer(): Trainer {
  if (loaded === undefined) throw new Error('the trainer has no model yet');
  return loaded;
}

function describe({ wholeConfig: config, lora }: Trainer): TrainedModel {
  return { config, parameterCount: parameterCount(config), lora };
}

serve<TrainerService>(
  {
    create({ config, seed, tensors, lora, ...compute }) {
      const flat = initialParameters(config, seed, tensors);
      const adapter = lora && initialAdapter(config, lora);
      loaded = new Trainer({ config, flat, adapter, version: 0 as PolicyVersion, ...compute });
      return describe(loaded);
    },
    async load({ directory, ...options }) {
      loaded = await Trainer.load(directory, options);
      return describe(loaded);
    },
    forward: ({ data, temperature }) => trainer().forward(data, temperature),
    forwardBackward: ({ data, loss }) => trainer().forwardBackward(data, loss),
    optimStep: (step) => trainer().optimStep(step),
    resetOptimiser: () => trainer().resetOptimiser(),
    save: ({ directory, optimiser }) => trainer().save(directory, { optimiser }),
    async weights(_, context) {
      const flat = await trainer().wholeWeights();
      context.transfer(flat.buffer);
      return { flat, version: trainer().version };
    },
  },
  { order: 'serial', onClose: async () => loaded?.close() },
);
