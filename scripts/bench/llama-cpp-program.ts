/**
 * The program of the llama.cpp peer: samples many sequences at a time with node-llama-cpp, float32 weights and caches,
 * the whole distribution at temperature 1. Answers a JSON line with a JSON line (`LinePeer`). Runs by itself: the
 * directory in which node-llama-cpp is installed is its argument.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** The parts of node-llama-cpp 3 that are used. */
interface Library {
  getLlama(options: Readonly<Record<string, unknown>>): Promise<{
    loadModel(options: Readonly<Record<string, unknown>>): Promise<Model>;
  }>;
}
interface Model {
  createContext(options: Readonly<Record<string, unknown>>): Promise<{
    getSequence(): Sequence;
    dispose(): Promise<void>;
  }>;
  dispose(): Promise<void>;
}
interface Sequence {
  evaluate(tokens: readonly number[], options: Readonly<Record<string, unknown>>): AsyncIterable<number>;
  clearHistory(): Promise<void>;
}
type Request =
  | { readonly do: 'hello'; readonly threads: number }
  | {
      readonly do: 'load';
      readonly path: string;
      readonly prompts: readonly number[][];
      readonly newTokens: number;
    }
  | { readonly do: 'generate' };

const resolved = createRequire(join(process.argv[2] ?? '.', 'package.json')).resolve('node-llama-cpp');
const library = (await import(pathToFileURL(resolved).href)) as Library;
let llama: Awaited<ReturnType<Library['getLlama']>> | undefined;
let threads = 1;
let loaded: { model: Model; free(): Promise<void>; generate(): Promise<number> } | undefined;

async function load(path: string, prompts: readonly number[][], newTokens: number): Promise<void> {
  await loaded?.free();
  const model = await llama?.loadModel({ modelPath: path, gpuLayers: 0 });
  if (model === undefined) throw new Error('load comes after hello');
  const longest = Math.max(...prompts.map((prompt) => prompt.length));
  const context = await model.createContext({
    sequences: prompts.length,
    contextSize: longest + newTokens + 1,
    batchSize: 2048,
    threads,
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
  });
  const sequences = prompts.map(() => context.getSequence());
  const one = async (sequence: Sequence, prompt: readonly number[], seed: number): Promise<number> => {
    await sequence.clearHistory();
    let count = 0;
    const sampling = { temperature: 1, topK: 0, topP: 1, minP: 0, seed, yieldEogToken: true };
    for await (const _ of sequence.evaluate(prompt, sampling)) {
      count += 1;
      if (count === newTokens) break;
    }
    return count;
  };
  loaded = {
    model,
    async free() {
      await context.dispose();
      await model.dispose();
    },
    async generate() {
      const counts = await Promise.all(sequences.map((sequence, i) => one(sequence, prompts[i] ?? [], i)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

async function answer(request: Request): Promise<Record<string, unknown>> {
  if (request.do === 'hello') {
    threads = request.threads;
    llama = await library.getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      maxThreads: threads,
      logLevel: 'error',
    });
    return {};
  }
  if (request.do === 'load') {
    await load(request.path, request.prompts, request.newTokens);
    return {};
  }
  return { tokens: await loaded?.generate() };
}

for await (const line of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage();
  const result = await answer(JSON.parse(line) as Request);
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify({ ...result, cpuSeconds: (user + system) / 1e6 })}\n`);
}
process.exit(0);
