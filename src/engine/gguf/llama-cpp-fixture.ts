/**
 * llama.cpp through node-llama-cpp, where it can be resolved: from this package, or from the directory that the
 * environment variable QED_PEERS_NODE names. Everything is float32 (weights as in the file, caches by option) on the
 * processor, with one thread: more threads than free cores starve each other.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What to do to have the tests run. */
export const howToGetIt =
  'needs node-llama-cpp: npm install --ignore-scripts --prefix DIR node-llama-cpp@3.22, then QED_PEERS_NODE=DIR npm test';

/** The parts of node-llama-cpp 3 that are used. */
interface Peer {
  getLlama(options: Readonly<Record<string, unknown>>): Promise<{
    loadModel(options: Readonly<Record<string, unknown>>): Promise<PeerModel>;
    dispose(): Promise<void>;
  }>;
}

interface PeerModel {
  tokenize(text: string, specialTokens: boolean): number[];
  createContext(options: Readonly<Record<string, unknown>>): Promise<{
    getSequence(): PeerSequence;
    dispose(): Promise<void>;
  }>;
  dispose(): Promise<void>;
}

interface PeerSequence {
  controlledEvaluate(
    input: readonly [token: number, options: unknown][],
  ): Promise<readonly ({ next: { logits?: ReadonlyMap<number, number> } } | undefined)[]>;
  clearHistory(): Promise<void>;
}

export interface LlamaCpp {
  load(path: string): Promise<LlamaCppModel>;
  close(): Promise<void>;
}

export interface LlamaCppModel {
  /** Ids of a text; special tokens written in it are recognised. */
  encode(text: string): number[];
  /** ln p of tokens 1 to T − 1, each given those before it. */
  logprobs(tokens: ArrayLike<number>): Promise<Float64Array>;
  /** The most probable continuation, `count` tokens or up to a stop token (which is part of it). */
  greedy(prompt: ArrayLike<number>, count: number, stopTokenIds: readonly number[]): Promise<number[]>;
  close(): Promise<void>;
}

/** undefined where it is not installed. */
export async function findLlamaCpp(): Promise<LlamaCpp | undefined> {
  const found = resolvePeer();
  if (found === undefined) return undefined;
  const peer = (await import(pathToFileURL(found).href)) as Peer;
  const llama = await peer.getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: 1,
    logLevel: 'error',
  });
  return {
    load: async (path) => wrapped(await llama.loadModel({ modelPath: path, gpuLayers: 0 })),
    close: () => llama.dispose(),
  };
}

function resolvePeer(): string | undefined {
  const directory = process.env.QED_PEERS_NODE;
  const from = directory === undefined ? import.meta.url : pathToFileURL(join(directory, 'package.json'));
  try {
    return createRequire(from).resolve('node-llama-cpp');
  } catch (error) {
    // Named, and not there: that is a mistake, not a machine without it.
    if (directory !== undefined) throw error;
    return undefined;
  }
}

async function wrapped(model: PeerModel): Promise<LlamaCppModel> {
  const context = await model.createContext({
    contextSize: 512,
    batchSize: 512,
    threads: 1,
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
  });
  const sequence = context.getSequence();
  const logitsAfter = async (tokens: readonly number[]): Promise<ReadonlyMap<number, number>[]> => {
    const outputs = await sequence.controlledEvaluate(
      tokens.map((token) => [token, { generateNext: { logits: true } }]),
    );
    return outputs.map((output) => {
      if (output?.next.logits === undefined) throw new Error('llama.cpp gave no logits');
      return output.next.logits;
    });
  };
  return {
    encode: (text) => model.tokenize(text, true),
    async logprobs(tokens) {
      await sequence.clearHistory();
      const ids = Array.from(tokens);
      const logits = await logitsAfter(ids.slice(0, -1));
      return Float64Array.from(logits, (row, i) => logprobOf(row, ids[i + 1] ?? -1));
    },
    async greedy(prompt, count, stopTokenIds) {
      await sequence.clearHistory();
      let next = Array.from(prompt);
      const generated: number[] = [];
      while (generated.length < count) {
        const best = highest((await logitsAfter(next)).at(-1) ?? new Map());
        generated.push(best);
        if (stopTokenIds.includes(best)) break;
        next = [best];
      }
      return generated;
    },
    async close() {
      await context.dispose();
      await model.dispose();
    },
  };
}

function logprobOf(logits: ReadonlyMap<number, number>, token: number): number {
  const top = logits.get(highest(logits)) ?? 0;
  let total = 0;
  for (const logit of logits.values()) total += Math.exp(logit - top);
  return (logits.get(token) ?? Number.NaN) - top - Math.log(total);
}

function highest(logits: ReadonlyMap<number, number>): number {
  let best = -1;
  let value = Number.NEGATIVE_INFINITY;
  for (const [token, logit] of logits) {
    if (logit > value || (logit === value && token < best)) [best, value] = [token, logit];
  }
  return best;
}
