/**
 * A model that trains in this thread: flat parameters, the accumulated gradient, the optimiser. Deterministic: the
 * same calls give the same bits, also when some of them come after saving and loading. Gradients are summed over
 * micro-batches and by row in plain loops, in order (onnxruntime's scatter-add races).
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type {
  Datum,
  ForwardBackwardResult,
  Loss,
  ModelConfig,
  OptimiserStep,
  OptimiserStepResult,
  PolicyVersion,
} from '../engine.ts';
import { readModelDirectory, writeModelDirectory } from '../model-directory.ts';
import { Optimiser, optimiserFile } from './optimiser.ts';
import { checkDatum, type MicroBatch, type PackingOptions, packData, rowLengths } from './packing.ts';
import { embeddingName, outputWeightName, type ParameterSpec, parameterSpecs, viewOf } from './parameters.ts';
import { createSession, SessionCache } from './sessions.ts';
import { buildTrainingGraph } from './training-graph.ts';

/** Enough to feed the matrix kernels; more would only take memory. */
const microBatchTokens = 2048;
/** Most values of the logits that the output head works off at once (128 MB). */
const headValues = 2 ** 25;
/** A run alternates between a few row lengths and a forward and a backward graph. */
const sessionsKept = 4;

type Results = InferenceSession.ReturnType;

export class Trainer {
  readonly config: ModelConfig;
  readonly #specs: readonly ParameterSpec[];
  readonly #flat: Float32Array;
  readonly #parameters: Record<string, Tensor> = {};
  readonly #gradients: Float32Array;
  readonly #optimiser: Optimiser;
  readonly #sessions = new SessionCache(sessionsKept);
  readonly #threads: number;
  #version: PolicyVersion;
  #hasGradient = false;

  /** Takes over `flat`, the parameters in the order of `parameterSpecs`. */
  constructor(options: {
    readonly config: ModelConfig;
    readonly flat: Float32Array;
    readonly version: PolicyVersion;
    readonly threads: number;
  }) {
    this.config = options.config;
    this.#flat = options.flat;
    this.#version = options.version;
    this.#threads = options.threads;
    this.#specs = parameterSpecs(options.config);
    this.#gradients = new Float32Array(options.flat.length);
    this.#optimiser = new Optimiser(this.#specs, options.threads);
    for (const spec of this.#specs) {
      this.#parameters[spec.name] = new Tensor('float32', viewOf(this.#flat, spec), spec.dims);
    }
  }

  /** Loads weights from a directory and, if asked, the optimiser's state beside them. */
  static async load(
    directory: string,
    options: { readonly optimiser: boolean; readonly threads: number },
  ): Promise<Trainer> {
    const trainer = new Trainer({ ...(await readModelDirectory(directory)), threads: options.threads });
    if (options.optimiser) await trainer.#optimiser.load(join(directory, optimiserFile), trainer.#version);
    return trainer;
  }

  get parameterCount(): number {
    return this.#flat.length;
  }

  get version(): PolicyVersion {
    return this.#version;
  }

  /** A copy of the present weights. */
  copyWeights(): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#flat);
  }

  /** A copy of the accumulated gradient, in the order of the parameters. For tests and for looking inside. */
  copyGradient(): Float32Array {
    return this.#gradients.slice();
  }

  /** See `TrainableModel.forward`. */
  async forward(data: readonly Datum[], temperature: number): Promise<Float32Array[]> {
    checkTemperature(temperature);
    const logprobs_D_T = data.map((datum) => new Float32Array(datum.tokens_T.length));
    for (const batch of this.#pack(data, false)) {
      const results = await this.#run(batch, 'forward', { inverseTemperature: 1 / temperature });
      scatterLogprobs(floats(results, 'logprobs'), batch, logprobs_D_T);
    }
    return logprobs_D_T;
  }

  /** See `TrainableModel.forwardBackward`. */
  async forwardBackward(data: readonly Datum[], loss: Loss): Promise<ForwardBackwardResult> {
    const scalars = lossScalars(loss);
    const logprobs_D_T = data.map((datum) => new Float32Array(datum.tokens_T.length));
    const total = { loss: 0, entropySum: 0, trainedTokens: 0, processedTokens: 0 };
    for (const batch of this.#pack(data, loss.kind !== 'cross_entropy')) {
      const results = await this.#run(batch, loss, scalars);
      this.#hasGradient = true;
      this.#accumulate(results, batch);
      scatterLogprobs(floats(results, 'logprobs'), batch, logprobs_D_T);
      total.loss += floats(results, 'loss')[0] ?? 0;
      if (results.entropies !== undefined) total.entropySum += sum(floats(results, 'entropies'));
      total.trainedTokens += batch.select_N.length;
      total.processedTokens += batch.processedTokens;
    }
    return { ...total, logprobs_D_T };
  }

  /**
   * See `TrainableModel.optimStep`. A gradient that is not finite is an error: it is dropped and the weights stay
   * as they are.
   */
  async optimStep(step: OptimiserStep): Promise<OptimiserStepResult> {
    try {
      const gradientNorm = await this.#optimiser.step(this.#flat, this.#gradients, step);
      this.#version = (this.#version + 1) as PolicyVersion;
      return { version: this.#version, gradientNorm };
    } finally {
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
    await writeModelDirectory(directory, this.config, this.#flat, this.#version);
    if (options.optimiser) await this.#optimiser.save(path, this.#version);
  }

  async close(): Promise<void> {
    await this.#sessions.release();
    await this.#optimiser.release();
  }

  #pack(data: readonly Datum[], isReinforcement: boolean): MicroBatch[] {
    const longest = Math.min(this.config.max_position_embeddings, rowLengths[rowLengths.length - 1] ?? 0);
    const limits = { vocabularySize: this.config.vocab_size, longest, isReinforcement };
    data.forEach((datum, index) => {
      checkDatum(datum, index, limits);
    });
    return packData(data, packingOptions(this.config));
  }

  async #run(
    batch: MicroBatch,
    loss: Loss | 'forward',
    scalars: Readonly<Record<string, number>>,
  ): Promise<Results> {
    const kind = loss === 'forward' ? loss : loss.kind;
    const entropy = loss !== 'forward' && 'entropyCoefficient' in loss && loss.entropyCoefficient !== 0;
    const headChunks = headChunksFor(batch.select_N.length, this.config.vocab_size);
    const { rowLength } = batch;
    const session = await this.#sessions.get(`${kind} ${rowLength} ${headChunks} ${entropy}`, () => {
      const { bytes } = buildTrainingGraph(this.config, { rowLength, loss: kind, headChunks, entropy });
      return createSession(bytes, this.#threads);
    });
    const given: Record<string, Tensor> = { ...this.#parameters, ...batchTensors(batch) };
    for (const [name, value] of Object.entries(scalars)) given[name] = new Tensor('float32', [value], []);
    // A graph declares only the inputs that its loss reads.
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => {
        const tensor = given[name];
        if (tensor === undefined) throw new Error(`the ${kind} graph asks for ${name}`);
        return [name, tensor];
      }),
    );
    return await session.run(feeds);
  }

  #accumulate(results: Results, batch: MicroBatch): void {
    for (const spec of this.#specs) {
      const tensor = results[`gradient:${spec.name}`];
      if (tensor !== undefined) addTo(viewOf(this.#gradients, spec), tensor.data as Float32Array);
    }
    const table = (name: string) => {
      const spec = this.#specs.find((candidate) => candidate.name === name);
      if (spec === undefined) throw new Error(`the model has no weight ${name}`);
      return viewOf(this.#gradients, spec);
    };
    const d = this.config.hidden_size;
    addRows(table(embeddingName), floats(results, 'embeddingRows'), batch.ids_T, d);
    addRows(table(outputWeightName(this.config)), floats(results, 'headRows'), batch.targets_N, d);
  }
}

/**
 * Work of a token, in multiplications: the matrices of the layers, and per layer and head a score for every
 * position of the row, whose element-wise passes (mask, softmax, gradients) cost about 60 more. Fitted to CPU time
 * of row lengths 64 to 1024 at widths 128 and 384 (one run on a busy machine), within a third.
 */
export function packingOptions(config: ModelConfig): PackingOptions {
  const layerWeights = parameterSpecs(config)
    .filter((spec) => spec.isLayerMatrix)
    .reduce((total, spec) => total + spec.length, 0);
  const scores = config.num_hidden_layers * config.num_attention_heads;
  const workPerScore = 2 * config.head_dim + 60;
  return { microBatchTokens, workPerToken: (rowLength) => layerWeights + scores * workPerScore * rowLength };
}

/** A power of two, so that few graphs serve all batches; 1 unless the vocabulary is large. */
function headChunksFor(count: number, vocabularySize: number): number {
  let chunks = 1;
  while ((count * vocabularySize) / chunks > headValues && chunks * 2 <= count) chunks *= 2;
  return chunks;
}

function batchTensors(batch: MicroBatch): Record<string, Tensor> {
  const T = [batch.rows * batch.rowLength];
  const BxS = [batch.rows, batch.rowLength];
  const N = [batch.select_N.length];
  return {
    ids: new Tensor('int64', batch.ids_T, T),
    positions: new Tensor('int64', batch.positions_T, BxS),
    segments: new Tensor('int32', batch.segments_T, BxS),
    prefixes: new Tensor('int32', batch.prefixes_T, BxS),
    select: new Tensor('int64', batch.select_N, N),
    unselect: new Tensor('int64', batch.unselect_T, T),
    targets: new Tensor('int64', batch.targets_N, N),
    weights: new Tensor('float32', batch.weights_N, N),
    oldLogprobs: new Tensor('float32', batch.oldLogprobs_N, N),
    advantages: new Tensor('float32', batch.advantages_N, N),
  };
}

function lossScalars(loss: Loss): Record<string, number> {
  if (loss.kind === 'cross_entropy') return {};
  checkTemperature(loss.temperature);
  const { epsilonLow, epsilonHigh, entropyCoefficient } = loss;
  if (![epsilonLow, epsilonHigh, entropyCoefficient].every(Number.isFinite)) {
    throw new Error(`loss ${loss.kind}: its coefficients must be finite numbers`);
  }
  return {
    inverseTemperature: 1 / loss.temperature,
    ratioLow: 1 - epsilonLow,
    ratioHigh: 1 + epsilonHigh,
    entropyCoefficient,
  };
}

function checkTemperature(temperature: number): void {
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new Error(`temperature is ${temperature}; log-probs need a positive one`);
  }
}

function floats(results: Results, name: string): Float32Array {
  const data = results[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the training graph gave no ${name}`);
  return data;
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

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function addTo(target: Float32Array, values: Float32Array): void {
  for (let i = 0; i < target.length; i += 1) target[i] = (target[i] as number) + (values[i] as number);
}

/** table[indices[r]] += rows[r], in order. */
function addRows(table: Float32Array, rows: Float32Array, indices: BigInt64Array, size: number): void {
  for (let r = 0; r < indices.length; r += 1) {
    const to = Number(indices[r]) * size;
    const from = r * size;
    for (let j = 0; j < size; j += 1) table[to + j] = (table[to + j] as number) + (rows[from + j] as number);
  }
}
