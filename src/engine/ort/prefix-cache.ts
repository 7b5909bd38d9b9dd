/**
 * Keys and values of the beginnings of prompts, kept for prompts to come: the next turn of a conversation, or another
 * problem after the same examples. Whole chunks only, at the bounds at which every prompt is cut, so that a result with
 * them equals one without bit for bit (BATCH-INVARIANT). What was not used for longest goes first.
 */
import { createHash } from 'node:crypto';
import type { PromptChunk } from './sampler-sessions.ts';

export class PrefixCache {
  /** In the order of their last use, the latest last. */
  readonly #chunks = new Map<string, PromptChunk>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): PromptChunk | undefined {
    return this.#chunks.get(key);
  }

  put(key: string, chunk: PromptChunk): void {
    if (this.#chunks.has(key)) return;
    this.#chunks.set(key, chunk);
    this.#bytes += bytesOf(chunk);
  }

  /**
   * Marks the chunks of a prompt as used, given in order. The first ends up as the latest: without it the others are
   * of no use, so it must not go before them.
   */
  touch(keys: readonly string[]): void {
    for (const key of keys.toReversed()) {
      const chunk = this.#chunks.get(key);
      if (chunk === undefined) continue;
      this.#chunks.delete(key);
      this.#chunks.set(key, chunk);
    }
  }

  /** Forgets chunks until at most so many bytes are held. */
  trim(bytes: number): void {
    for (const [key, chunk] of this.#chunks) {
      if (this.#bytes <= bytes) return;
      this.#chunks.delete(key);
      this.#bytes -= bytesOf(chunk);
    }
  }
}

/** Name of the chunk that ends a prefix: it depends on all tokens up to there. */
export function prefixKey(prefix_T: Int32Array, kind: 'plain' | 'logprobs'): string {
  const bytes = new Uint8Array(prefix_T.buffer, prefix_T.byteOffset, prefix_T.byteLength);
  return `${kind} ${createHash('sha256').update(bytes).digest('hex')}`;
}

function bytesOf({ arrays, logprobs }: PromptChunk): number {
  return arrays.reduce((sum, array) => sum + array.byteLength, logprobs?.byteLength ?? 0);
}
