/** Sampling: new tokens per second by the number of sequences at a time, and a peer at 64. */
import type { Sampler } from '../../src/engine/engine.ts';
import { createOrtEngine } from '../../src/engine/ort/engine.ts';
import { compared, type Figure, measured } from './figure.ts';
import { type ModelSize, randomTokens, samplingRequest } from './model-sizes.ts';
import { type Measurement, measure, type Patience, type Work } from './quiet.ts';
import type { TorchPeer } from './torch-peer.ts';

const rowCounts = [1, 16, 64, 256] as const;
/** Sequences that the peer samples. */
export const peerRows = 64;

/** With `peer`, which has the same shape and the prompts of `peerRows` loaded, and as many threads. */
export async function samplingFigures(
  size: ModelSize,
  options: { readonly threads: number; readonly patience: Patience; readonly peer: TorchPeer | undefined },
): Promise<Figure[]> {
  const { threads, patience, peer } = options;
  const engine = createOrtEngine({ threads });
  try {
    const model = await engine.createModel({ config: size.config, seed: 1 });
    const sampler = await model.snapshotSampler();
    const works = new Map<string, Work>(
      rowCounts.map((rows) => [`${rows}`, samplingWork(sampler, size, rows)]),
    );
    if (peer !== undefined) works.set('peer', peer.generate);
    const found: Partial<Record<string, Measurement>> = await measure(Object.fromEntries(works), patience);
    const tokensOf = (rows: number) => rows * samplingRequest.newTokens;
    const figures = rowCounts.flatMap((rows) => {
      const measurement = found[`${rows}`];
      if (measurement === undefined) return [];
      const name = `${rows} ${rows === 1 ? 'sequence' : 'sequences'} at a time`;
      return measured(name, 'tokens/s', measurement, (seconds) => tokensOf(rows) / seconds);
    });
    const [ours, theirs] = [found[`${peerRows}`], found.peer];
    if (ours === undefined || theirs === undefined) return figures;
    return [
      ...figures,
      measured(`peer: ${peerRows} sequences`, 'tokens/s', theirs, (seconds) => tokensOf(peerRows) / seconds),
      compared(`engine / peer, ${peerRows} sequences`, 'ratio', [theirs, ours], (a, b) => a / b, {
        atLeast: 1,
      }),
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
