/**
 * Runs micro-batches through training graphs, forward or forward and backward, and returns plain arrays. Holds the
 * sessions; weights are read from where they lie at every run, so a step of the optimiser is seen by the next one.
 * Deterministic: one micro-batch, the same weights and as many threads give the same bits.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Loss, ModelConfig } from '../engine.ts';
import { largeModel, recomputesLayers } from './activation-memory.ts';
import type { Lora } from './adapter.ts';
import type { MicroBatch } from './packing.ts';
import { viewOf } from './parameters.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { createSession, SessionCache } from './sessions.ts';
import { buildTrainingGraph } from './training-graph.ts';
import type { Weights } from './weights.ts';

/** Most values of the logits that the output head works off at once (128 MB). */
const headValues = 2 ** 25;
/** A run alternates between a few row lengths and a forward and a backward graph. Each keeps its memory. */
const sessionsKept = 4;
const sessionsKeptOfLarge = 2;

/** What to compute. */
export interface MicroBatchTask {
  readonly kind: Loss['kind'] | 'forward';
  /** Whether the entropy is differentiated. */
  readonly entropy: boolean;
  /** Whether the loss has a KL term. */
  readonly kl: boolean;
  /** Values of the scalar inputs that the graph of this kind reads. */
  readonly scalars: Readonly<Record<string, number>>;
}

/** Arrays are the caller's to keep. See `buildTrainingGraph` for shapes. */
export interface MicroBatchResult {
  readonly logprobs_N: Float32Array<ArrayBuffer>;
  /** 0 for 'forward'. */
  readonly loss: number;
  readonly entropySum: number;
  /** Dense gradients by parameter; empty for 'forward'. */
  readonly gradients: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** Rows to be added at `ids_T` and `targets_N`; empty where there are none to add. */
  readonly embeddingRows: Float32Array<ArrayBuffer>;
  readonly headRows: Float32Array<ArrayBuffer>;
}

const gradientPrefix = 'gradient:';

export class MicroBatchRunner {
  readonly #config: ModelConfig;
  readonly #lora: Lora | undefined;
  readonly #provider: ExecutionProvider;
  readonly #lanes: number;
  readonly #parameters: Readonly<Record<string, Tensor>>;
  readonly #sessions: SessionCache;

  /** Weights not in shared memory, which is refused. `lanes` is how many runners share the memory for activations. */
  constructor(
    { config, base, adapter }: Weights,
    { provider, lanes }: { readonly provider: ExecutionProvider; readonly lanes: number },
  ) {
    this.#config = config;
    this.#lora = adapter?.lora;
    this.#sessions = new SessionCache(base.flat.length > largeModel ? sessionsKeptOfLarge : sessionsKept);
    this.#provider = provider;
    this.#lanes = lanes;
    const sets = adapter === undefined ? [base] : [base, adapter];
    this.#parameters = Object.fromEntries(
      sets.flatMap(({ specs, flat }) =>
        specs.map((spec) => [spec.name, new Tensor('float32', viewOf(flat, spec), spec.dims)] as const),
      ),
    );
  }

  async run(batch: MicroBatch, task: MicroBatchTask, threads: number): Promise<MicroBatchResult> {
    const session = await this.#session(batch, task, threads);
    const given: Record<string, Tensor> = {
      ...this.#parameters,
      ...batchTensors(batch),
      ...(task.kind === 'gspo' ? sequenceTensors(batch) : {}),
    };
    for (const [name, value] of Object.entries(task.scalars))
      given[name] = new Tensor('float32', [value], []);
    // A graph declares only the inputs that its loss reads.
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => {
        const tensor = given[name];
        if (tensor === undefined) throw new Error(`the ${task.kind} graph asks for ${name}`);
        return [name, tensor];
      }),
    );
    return unpack(await session.run(feeds), task.kind);
  }

  async release(): Promise<void> {
    await this.#sessions.release();
  }

  #session(batch: MicroBatch, task: MicroBatchTask, threads: number): Promise<InferenceSession> {
    const { kind: loss, entropy, kl } = task;
    const { rowLength } = batch;
    const recomputeLayers = loss !== 'forward' && recomputesLayers(this.#config, batch, this.#lanes);
    const headChunks = headChunksFor(batch.select_N.length, this.#config.vocab_size);
    return this.#sessions.get(
      `${loss} ${rowLength} ${headChunks} ${entropy} ${kl} ${recomputeLayers} ${threads}`,
      () => {
        const { bytes } = buildTrainingGraph(this.#config, {
          ...{ rowLength, loss, headChunks, entropy, kl, recomputeLayers, lora: this.#lora },
        });
        return createSession(bytes, threads, this.#provider);
      },
    );
  }
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
    referenceLogprobs: new Tensor('float32', batch.referenceLogprobs_N, N),
  };
}

/** Which trained tokens are of one datum. A datum is never divided between micro-batches. */
function sequenceTensors({ datum_N }: MicroBatch): Record<string, Tensor> {
  const numbers = new Map<number, number>();
  for (const datum of datum_N) if (!numbers.has(datum)) numbers.set(datum, numbers.size);
  const sequence_N = Array.from(datum_N, (datum) => numbers.get(datum) ?? 0);
  const lengths_D = new Array<number>(numbers.size).fill(0);
  for (const sequence of sequence_N) lengths_D[sequence] = (lengths_D[sequence] ?? 0) + 1;
  return {
    sequence: new Tensor('int64', BigInt64Array.from(sequence_N, BigInt), [datum_N.length]),
    sequenceNumbers: new Tensor('int64', BigInt64Array.from(lengths_D.keys(), BigInt), [numbers.size]),
    sequenceShare: new Tensor(
      'float32',
      Float32Array.from(sequence_N, (sequence) => 1 / (lengths_D[sequence] ?? 1)),
      [datum_N.length],
    ),
  };
}

function unpack(results: InferenceSession.ReturnType, kind: MicroBatchTask['kind']): MicroBatchResult {
  const floats = (name: string): Float32Array<ArrayBuffer> => {
    const data = results[name]?.data;
    if (!(data instanceof Float32Array)) throw new Error(`the ${kind} graph gave no ${name}`);
    return data as Float32Array<ArrayBuffer>;
  };
  const rows = (name: string) => (results[name] === undefined ? new Float32Array() : floats(name));
  const gradients = new Map<string, Float32Array<ArrayBuffer>>();
  for (const name of Object.keys(results)) {
    if (name.startsWith(gradientPrefix)) gradients.set(name.slice(gradientPrefix.length), floats(name));
  }
  return {
    logprobs_N: floats('logprobs'),
    loss: kind === 'forward' ? 0 : (floats('loss')[0] ?? 0),
    entropySum: results.entropies === undefined ? 0 : sum(floats('entropies')),
    gradients,
    embeddingRows: rows('embeddingRows'),
    headRows: rows('headRows'),
  };
}

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
