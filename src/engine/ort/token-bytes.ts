/**
 * What every token of a vocabulary stands for, as bytes in two arrays of shared memory, so that a table made once
 * serves the threads of a sampler.
 */
import type { SamplerOptions } from '../engine.ts';

export interface TokenBytes {
  /** Bytes of all tokens, one after another. */
  readonly bytes: Uint8Array;
  /** Where each token's bytes begin; one entry more than there are tokens. */
  readonly starts: Uint32Array;
}

/** Ids that the tokenizer has no token for (models pad their vocabularies) stand for nothing. */
export function tokenBytesOf(
  tokenizer: NonNullable<SamplerOptions['tokenizer']>,
  vocabularySize: number,
): TokenBytes {
  const parts = Array.from({ length: vocabularySize }, (_, id) => tokenizer.bytesOf(id) ?? new Uint8Array(0));
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  const starts = new Uint32Array(new SharedArrayBuffer(4 * (vocabularySize + 1)));
  let start = 0;
  for (const [id, part] of parts.entries()) {
    bytes.set(part, start);
    start += part.length;
    starts[id + 1] = start;
  }
  return { bytes, starts };
}
