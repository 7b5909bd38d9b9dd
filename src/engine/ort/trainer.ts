/**
 * A model that trains in this thread: flat parameters or an adapter over frozen ones, the accumulated gradient, the
 * optimiser. Deterministic: the same calls give the same bits, also when some come after saving and loading. Gradients are summed over
 * micro-batches and by row in plain loops, in order (onnxruntime's scatter-add races).
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Datum,
  ForwardBackwardResult,
  Loss,
  ModelConfig,
  OptimiserStep,
  OptimiserStepResult,
  PolicyVersion,
} from '../engine.ts';
import { largeModel, microBatchPositions } from './activation-memory.ts';
import type { Adapter, Lora } from './adapter.ts';
import { Lanes } from './lanes.ts';
import type { MicroBatchResult, MicroBatchTask } from './micro-batch-runner.ts';
import { Optimiser, optimiserFile } from './optimiser.ts';
import {
  checkDatum,
  fewRowLengths,
  type MicroBatch,
  type PackingOptions,
  packData,
  rowLengths,
} from './packing.ts';
import {
  embeddingName,
  type ParameterSet,
  type ParameterSpec,
  parameterSpecs,
  viewOf,
} from './parameters.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { readToBegin, readToGoOn, writeWeights } from './training-directory.ts';
import { headRowsName, trainedSet, type Weights, wholeConfig, wholeWeights } from './weights.ts';

export class Trainer {
  readonly config: ModelConfig;
  readonly #weights: Weights;
  readonly #trained: ParameterSet;
  readonly #specByName: ReadonlyMap<string, ParameterSpec>;
  readonly #gradients: Float32Array;
  readonly #optimiser: Optimiser;
  readonly #lanes: Lanes;
  readonly #packing: PackingOptions;
  readonly #threads: number;
  #version: PolicyVersion;
  #hasGradient = false;

  /** Takes over `flat`, the parameters in the order of `parameterSpecs`, and the adapter. */
  constructor(options: {
    readonly config: ModelConfig;
    readonly flat: Float32Array;
    readonly adapter?: Adapter | undefined;
    readonly version: PolicyVersion;
    readonly threads: number;
    readonly provider?: ExecutionProvider;
  }) {
    const { config, flat, adapter, version, threads, provider = 'cpu' } = options;
    this.config = config;
    this.#weights = { config, base: { specs: parameterSpecs(config), flat }, adapter };
    this.#trained = trainedSet(this.#weights);
    this.#version = version;
    this.#threads = threads;
    const { specs } = this.#trained;
    this.#specByName = new Map(specs.map((spec) => [spec.name, spec]));
    this.#gradients = new Float32Array(this.#trained.flat.length);
    this.#optimiser = new Optimiser(specs, threads, provider);
    this.#lanes = new Lanes(this.#weights, { threads, provider });
    this.#packing = packingOptions(config, this.#lanes.count);
  }

  /**
   * Loads weights from a directory and, if asked, the optimiser's state beside them, with the adapter that it is of.
   * See `Engine.loadModel`.
   */
  static async load(
    directory: string,
    options: {
      readonly optimiser: boolean;
      readonly lora?: Lora | undefined;
      readonly threads: number;
      readonly provider?: ExecutionProvider;
    },
  ): Promise<Trainer> {
    const { optimiser, lora, ...compute } = options;
    const read = optimiser ? readToGoOn : readToBegin;
    const { weights, version } = await read(directory, lora);
    const { config, base, adapter } = weights;
    const trainer = new Trainer({ config, flat: base.flat, adapter, version, ...compute });
    if (optimiser) await trainer.#optimiser.load(join(directory, optimiserFile), version);
    return trainer;
  }

  /** The configuration of `wholeWeights`. */
  get wholeConfig(): ModelConfig {
    return wholeConfig(this.#weights);
  }

  get lora(): Lora | undefined {
    return this.#weights.adapter?.lora;
  }

  get version(): PolicyVersion {
    return this.#version;
  }

  /** A new array with the present weights, those of an adapter merged into the others. */
  wholeWeights(): Promise<Float32Array<ArrayBuffer>> {
    return wholeWeights(this.#weights, this.#threads);
  }

  /** A copy of the weights that train: of the adapter where there is one. For tests and for looking inside. */
  copyWeights(): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#trained.flat);
  }

  /** A copy of the accumulated gradient, in the order of `copyWeights`. */
  copyGradient(): Float32Array {
    return this.#gradients.slice();
  }

  /** See `TrainableModel.forward`. */
  async forward(data: readonly Datum[], temperature: number): Promise<Float32Array[]> {
    checkTemperature(temperature);
    const logprobs_D_T = data.map((datum) => new Float32Array(datum.tokens_T.length));
    const task: MicroBatchTask = {
      kind: 'forward',
      ...{ entropy: false, kl: false },
      scalars: { inverseTemperature: 1 / temperature },
    };
    await this.#lanes.run(this.#pack(data), task, ({ logprobs_N }, batch) => {
      scatterLogprobs(logprobs_N, batch, logprobs_D_T);
    });
    return logprobs_D_T;
  }

  /** See `TrainableModel.forwardBackward`. */
  async forwardBackward(data: readonly Datum[], loss: Loss): Promise<ForwardBackwardResult> {
    const entropy = 'entropyCoefficient' in loss && loss.entropyCoefficient !== 0;
    const kl = 'klCoefficient' in loss && loss.klCoefficient !== undefined && loss.klCoefficient !== 0;
    const task: MicroBatchTask = { kind: loss.kind, entropy, kl, scalars: lossScalars(loss) };
    const logprobs_D_T = data.map((datum) => new Float32Array(datum.tokens_T.length));
    const total = { loss: 0, entropySum: 0, trainedTokens: 0, processedTokens: 0 };
    const batches = this.#pack(data, { isReinforcement: loss.kind !== 'cross_entropy', hasReference: kl });
    await this.#lanes.run(batches, task, (result, batch) => {
      this.#hasGradient = true;
      this.#accumulate(result, batch);
      scatterLogprobs(result.logprobs_N, batch, logprobs_D_T);
      total.loss += result.loss;
      total.entropySum += result.entropySum;
      total.trainedTokens += batch.select_N.length;
      total.processedTokens += batch.processedTokens;
    });
    return { ...total, logprobs_D_T };
  }

  /**
   * See `TrainableModel.optimStep`. A gradient that is not finite is an error: it is dropped and the weights stay
   * as they are.
   */
  async optimStep(step: OptimiserStep): Promise<OptimiserStepResult> {
    try {
      const gradientNorm = await this.#optimiser.step(this.#trained.flat, this.#gradients, step);
      this.#version = (this.#version + 1) as PolicyVersion;
      return { version: this.#version, gradientNorm };
    } finally {
      this.#lanes.weightsChanged();
      this.#gradients.fill(0);
      this.#hasGradient = false;
    }
  }

  resetOptimiser(): void {
    this.#optimiser.reset();
  }

  /** See `TrainableModel.save`. With `optimiser`, throws while a gradient waits for its step: it would be lost. */
  async save(directory: string, options: { readonly optimiser: boolean }): Promise<void> {
    const path = join(directory, optimiserFile);
    if (options.optimiser && this.#hasGradient) {
      throw new Error('save: a gradient is accumulated that no optimStep has applied');
    }
    // Never the state of one version beside the weights of another.
    await rm(path, { force: true });
    const saved = { weights: this.#weights, version: this.#version };
    await writeWeights(directory, saved, { goesOn: options.optimiser, threads: this.#threads });
    if (options.optimiser) await this.#optimiser.save(path, this.#version);
  }

  async close(): Promise<void> {
    await this.#lanes.close();
    await this.#optimiser.release();
  }

  #pack(
    data: readonly Datum[],
    needs: { readonly isReinforcement: boolean; readonly hasReference: boolean } = {
      isReinforcement: false,
      hasReference: false,
    },
  ): MicroBatch[] {
    const longest = Math.min(this.config.max_position_embeddings, rowLengths[rowLengths.length - 1] ?? 0);
    const limits = { vocabularySize: this.config.vocab_size, longest, ...needs };
    data.forEach((datum, index) => {
      checkDatum(datum, index, limits);
    });
    return packData(data, this.#packing);
  }

  #accumulate(result: MicroBatchResult, batch: MicroBatch): void {
    const view = (name: string) => {
      const spec = this.#specByName.get(name);
      if (spec === undefined) throw new Error(`the model trains no weight ${name}`);
      return viewOf(this.#gradients, spec);
    };
    for (const [name, gradient] of result.gradients) addTo(view(name), gradient);
    const { embeddingRows, headRows } = result;
    if (embeddingRows.length > 0) addRows(view(embeddingName), embeddingRows, batch.ids_T);
    if (headRows.length > 0) addRows(view(headRowsName(this.#weights)), headRows, batch.targets_N);
  }
}

/**
 * Work of a token, in multiplications: the matrices of the layers, and per layer and head a score for every position
 * that the token's block may see, five eighths of the row on average, whose element-wise passes (mask, softmax,
 * gradients) cost about 60 more. Fitted to CPU time of row lengths 64 to 1024 at widths 128 and 384 (one run on a busy
 * machine), within a third.
 */
export function packingOptions(config: ModelConfig, lanes: number): PackingOptions {
  const specs = parameterSpecs(config);
  const isLarge = specs.reduce((total, spec) => total + spec.length, 0) > largeModel;
  const layerWeights = specs
    .filter((spec) => spec.isLayerMatrix)
    .reduce((total, spec) => total + spec.length, 0);
  const scores = 0.625 * config.num_hidden_layers * config.num_attention_heads;
  const workPerScore = 2 * config.head_dim + 60;
  return {
    microBatchTokens: microBatchPositions(config),
    lanes,
    workPerToken: (rowLength) => layerWeights + scores * workPerScore * rowLength,
    rowLengths: isLarge ? fewRowLengths : rowLengths,
  };
}

function lossScalars(loss: Loss): Record<string, number> {
  if (loss.kind === 'cross_entropy') return {};
  checkTemperature(loss.temperature);
  const { epsilonLow, epsilonHigh, entropyCoefficient, klCoefficient = 0 } = loss;
  if (![epsilonLow, epsilonHigh, entropyCoefficient, klCoefficient].every(Number.isFinite)) {
    throw new Error(`loss ${loss.kind}: its coefficients must be finite numbers`);
  }
  return {
    inverseTemperature: 1 / loss.temperature,
    ratioLow: 1 - epsilonLow,
    ratioHigh: 1 + epsilonHigh,
    entropyCoefficient,
    klCoefficient,
  };
}

function checkTemperature(temperature: number): void {
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new Error(`temperature is ${temperature}; log-probs need a positive one`);
  }
}

function scatterLogprobs(
  logprobs_N: Float32Array,
  batch: MicroBatch,
  logprobs_D_T: readonly Float32Array[],
): void {
  logprobs_N.forEach((value, n) => {
    const target = logprobs_D_T[batch.datum_N[n] ?? 0];
    if (target !== undefined) target[batch.token_N[n] ?? 0] = value;
  });
}

function addTo(target: Float32Array, values: Float32Array): void {
  for (let i = 0; i < target.length; i += 1) target[i] = (target[i] as number) + (values[i] as number);
}

/** table[indices[r]] += rows[r], in order. */
function addRows(table: Float32Array, rows: Float32Array, indices: BigInt64Array): void {
  const size = rows.length / indices.length;
  for (let r = 0; r < indices.length; r += 1) {
    const to = Number(indices[r]) * size;
    const from = r * size;
    for (let j = 0; j < size; j += 1) table[to + j] = (table[to + j] as number) + (rows[from + j] as number);
  }
}
