/**
 * The benchmark of the embedded engine: the machine's limit, training, sampling, shared prompts, sampling beside
 * training, at two model sizes; with a peer, the same work by torch and transformers. Limits and peers are measured
 * in turn with what they are compared to.
 */
import { createCeiling, squareProducts } from './ceiling.ts';
import { type Figure, measured } from './figure.ts';
import { LlamaCppPeer } from './llama-cpp-peer.ts';
import { productFlops } from './matrix-products.ts';
import { memoryFigures } from './memory.ts';
import { type ModelSize, modelSizes, samplingRequest, trainingData } from './model-sizes.ts';
import { overlapFigures } from './overlap.ts';
import { measure, type Patience } from './quiet.ts';
import { peerRows, samplingFigures, samplingPrompts } from './sampling.ts';
import { sharedPromptFigures } from './shared-prompts.ts';
import { TorchPeer } from './torch-peer.ts';
import { trainingFigures } from './training.ts';

export interface EngineBenchOptions {
  /** Most threads; figures that depend on threads are taken for 1 and for these. */
  readonly threads: number;
  /** A Python with torch and transformers. */
  readonly peer: string | undefined;
  /** A directory in which node-llama-cpp is installed. */
  readonly llamaCpp: string | undefined;
  readonly patience: Patience;
  /** Names of the model sizes to measure; undefined for all. */
  readonly sizes: readonly string[] | undefined;
}

export interface FigureGroup {
  readonly title: string;
  readonly figures: readonly Figure[];
}

/** Yields the figures group by group, as they are measured. */
export async function* benchEngine(options: EngineBenchOptions): AsyncGenerator<FigureGroup> {
  const { threads, patience } = options;
  const threadCounts = [...new Set([threads, 1])];
  const peer = options.peer === undefined ? undefined : await TorchPeer.start(options.peer, threads);
  // Its threads spin: on every core they starve the one that gives them work (on two cores, two threads made a tenth).
  const llamaCpp =
    options.llamaCpp === undefined
      ? undefined
      : await LlamaCppPeer.start(options.llamaCpp, Math.max(1, threads - 1));
  try {
    yield { title: 'Matrix products of onnxruntime', figures: await squareFigures(threadCounts, patience) };
    for (const size of modelSizes.filter(({ name }) => options.sizes?.includes(name) ?? true)) {
      const task = peerTask(size);
      await peer?.load(task);
      await llamaCpp?.load(task);
      for (const count of threadCounts) {
        const title = `Training, ${size.name}, ${count} ${count === 1 ? 'thread' : 'threads'}`;
        // The peer keeps its number of threads.
        const beside = count === threads ? peer : undefined;
        yield { title, figures: await trainingFigures(size, { threads: count, patience, peer: beside }) };
      }
      const common = { threads, patience };
      const peers = { torch: peer, llamaCpp };
      yield { title: `Sampling, ${size.name}`, figures: await samplingFigures(size, { ...common, peers }) };
      yield { title: `Shared prompts, ${size.name}`, figures: await sharedPromptFigures(size, common) };
      const title = `Training on one row of 8,192 tokens, ${size.name}`;
      yield { title, figures: await memoryFigures(size, threads) };
      yield { title: `Sampling beside training, ${size.name}`, figures: await overlapFigures(size, common) };
    }
  } finally {
    peer?.close();
    llamaCpp?.close();
  }
}

async function squareFigures(threadCounts: readonly number[], patience: Patience): Promise<Figure[]> {
  const size = 2048;
  const products = squareProducts(size);
  const figures: Figure[] = [];
  for (const threads of threadCounts) {
    const ceiling = await createCeiling(products, threads);
    const found = await measure({ ceiling: ceiling.run }, patience);
    await ceiling.release();
    const name = `${size}³, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    figures.push(measured(name, 'GFLOP/s', found.ceiling, (s) => productFlops(products) / s / 1e9));
  }
  return figures;
}

/** What the peer is given for a size: the sequences of training, and a prompt for every sequence it samples. */
function peerTask(size: ModelSize) {
  const { groupSize, newTokens } = samplingRequest;
  const groups = samplingPrompts(size, peerRows / groupSize);
  const prompts = groups.flatMap((prompt) => Array.from({ length: groupSize }, () => prompt));
  const sequences = trainingData(size.config).map((datum) => datum.tokens_T);
  return { config: size.config, sequences, prompts, newTokens };
}
