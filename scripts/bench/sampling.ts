/** Sampling: new tokens per second by the number of sequences at a time, and peers at 64. */
import type { Sampler } from '../../src/engine/engine.ts';
import { createOrtEngine } from '../../src/engine/ort/engine.ts';
import { compared, type Figure, measured } from './figure.ts';
import type { LlamaCppPeer } from './llama-cpp-peer.ts';
import { type ModelSize, randomTokens, samplingRequest } from './model-sizes.ts';
import { type Measurement, measure, type Patience, type Work } from './quiet.ts';
import type { TorchPeer } from './torch-peer.ts';

const rowCounts = [1, 16, 64, 256] as const;
/** Sequences that a peer samples. */
export const peerRows = 64;

export interface SamplingPeers {
  readonly torch: TorchPeer | undefined;
  readonly llamaCpp: LlamaCppPeer | undefined;
}

/** Peers have the same shape and the prompts of `peerRows` loaded, and as many threads. */
export async function samplingFigures(
  size: ModelSize,
  options: { readonly threads: number; readonly patience: Patience; readonly peers: SamplingPeers },
): Promise<Figure[]> {
  const { threads, patience, peers } = options;
  const engine = createOrtEngine({ threads });
  try {
    const model = await engine.createModel({ config: size.config, seed: 1 });
    const sampler = await model.snapshotSampler();
    const works = new Map<string, Work>(
      rowCounts.map((rows) => [`${rows}`, samplingWork(sampler, size, rows)]),
    );
    if (peers.torch !== undefined) works.set('generate', peers.torch.generate);
    if (peers.llamaCpp !== undefined) works.set('llama.cpp', peers.llamaCpp.generate);
    const found: Partial<Record<string, Measurement>> = await measure(Object.fromEntries(works), patience);
    const tokensOf = (rows: number) => rows * samplingRequest.newTokens;
    const figures = rowCounts.flatMap((rows) => {
      const measurement = found[`${rows}`];
      if (measurement === undefined) return [];
      const name = `${rows} ${rows === 1 ? 'sequence' : 'sequences'} at a time`;
      return measured(name, 'tokens/s', measurement, (seconds) => tokensOf(rows) / seconds);
    });
    const ours = found[`${peerRows}`];
    const beside = (name: string, theirs: Measurement | undefined, atLeast: number): Figure[] =>
      ours === undefined || theirs === undefined
        ? []
        : [
            measured(`${name}: ${peerRows} sequences`, 'tokens/s', theirs, (s) => tokensOf(peerRows) / s),
            compared(`engine / ${name}`, 'ratio', [theirs, ours], (a, b) => a / b, { atLeast }),
          ];
    return [
      ...figures,
      ...beside('transformers generate', found.generate, 3),
      ...beside(`llama.cpp on ${peers.llamaCpp?.threads} thread(s)`, found['llama.cpp'], 1),
    ];
  } finally {
    await engine.close();
  }
}

/** Samples `rows` sequences of fixed length, up to a group of them from each prompt. */
export function samplingWork(sampler: Sampler, size: ModelSize, rows: number): Work {
  const { newTokens, groupSize } = samplingRequest;
  const sampling = { maxTokens: newTokens, temperature: 1, stopTokenIds: [] };
  const seeds_S = Array.from({ length: Math.min(rows, groupSize) }, (_, seed) => seed);
  const prompts = samplingPrompts(size, Math.ceil(rows / groupSize));
  return async () => {
    await Promise.all(prompts.map((prompt_T) => sampler.sample({ prompt_T, seeds_S, sampling })));
    return undefined;
  };
}

export function samplingPrompts(size: ModelSize, count: number): Int32Array[] {
  return Array.from({ length: count }, (_, index) =>
    randomTokens(size.config, samplingRequest.promptTokens, 'prompt', index),
  );
}
