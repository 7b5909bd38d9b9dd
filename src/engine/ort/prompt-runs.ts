/**
 * Runs prompts, each once for all the seeds that wait with it, a chunk at a time, so that rows go on decoding between
 * two chunks of a long prompt and its attention never is a square. BATCH-INVARIANT: where a prompt is cut follows from
 * its length, and the beginnings that are taken over from earlier prompts were cut at the same places.
 */
import type { ModelConfig } from '../engine.ts';
import { KeyValueCache } from './kv-cache.ts';
import { PrefixCache, prefixKey } from './prefix-cache.ts';
import type { PromptChunk, SamplerSessions } from './sampler-sessions.ts';
import type { SequenceRequest } from './sequence-request.ts';

/** Tokens of a chunk: enough for full speed of the matrix products, and few enough that nobody waits long. */
export const chunkTokens = 256;

export interface FinishedPrompt {
  /** One row: all tokens of the prompt but the last, which is the first input of decoding. */
  readonly cache: KeyValueCache;
  /** As in `Sample.promptLogprobs_T`, where asked for. */
  readonly logprobs_T: Float32Array | undefined;
}

interface PromptRun {
  readonly prompt_T: Int32Array;
  logprobs_T: Float32Array | undefined;
  /** Seeds that are not admitted yet and begin with this prompt. */
  waiting: number;
  /** Tokens in the cache. */
  done: number;
  cache: KeyValueCache | undefined;
  /** Names of its whole chunks so far. */
  chunkKeys: string[];
}

export class PromptRuns {
  readonly #config: ModelConfig;
  readonly #runs = new Map<string, PromptRun>();
  #prefixes = new PrefixCache();
  #begun = 0;
  #computedTokens = 0;
  #reusedTokens = 0;

  constructor(config: ModelConfig) {
    this.#config = config;
  }

  /** Prompts that seeds wait for; runs begun so far; bytes kept for prompts to come; tokens run and taken over. */
  get figures() {
    return {
      waitingPrompts: this.#runs.size,
      prefills: this.#begun,
      prefixBytes: this.#prefixes.bytes,
      computedTokens: this.#computedTokens,
      reusedTokens: this.#reusedTokens,
    };
  }

  /** Announces that the request's seeds wait for its prompt; the key is what they know it by. */
  expect({ prompt_T, seeds_S, promptLogprobs = false }: SequenceRequest): string {
    const key = `${promptLogprobs ? 'logprobs ' : ''}${prompt_T.join()}`;
    const known = this.#runs.get(key);
    if (known !== undefined) known.waiting += seeds_S.length;
    else {
      const logprobs_T = promptLogprobs ? new Float32Array(prompt_T.length) : undefined;
      const waiting = seeds_S.length;
      this.#runs.set(key, { prompt_T, logprobs_T, waiting, done: 0, cache: undefined, chunkKeys: [] });
    }
    return key;
  }

  /** So many seeds no longer wait. */
  forget(key: string, seeds: number): void {
    const run = this.#runs.get(key);
    if (run === undefined) return;
    run.waiting -= seeds;
    if (run.waiting <= 0) this.#runs.delete(key);
  }

  /** The prompt's result, once it has run to its end. */
  finished(key: string): FinishedPrompt | undefined {
    const run = this.#runs.get(key);
    if (run?.cache === undefined || run.done < run.prompt_T.length - 1) return undefined;
    return { cache: run.cache, logprobs_T: run.logprobs_T };
  }

  /** Takes over what is kept of the prompt, or runs its next chunk. Returns how many tokens were run. */
  async advance(key: string, sessions: SamplerSessions): Promise<number> {
    const run = this.#runs.get(key);
    if (run === undefined || this.finished(key) !== undefined) return 0;
    if (run.cache === undefined) {
      this.#begun += 1;
      this.#takeOver(run);
      if (run.done === run.prompt_T.length - 1) return 0;
    }
    const { prompt_T, done, cache } = run;
    const end = Math.min(done + chunkTokens, prompt_T.length - 1);
    const chunk = await sessions.prefill({
      tokens: prompt_T.subarray(done, end),
      past: cache === undefined || done === 0 ? undefined : { cache, length: done },
      targets: run.logprobs_T === undefined ? undefined : prompt_T.subarray(done + 1, end + 1),
    });
    this.#computedTokens += end - done;
    if (end - done === chunkTokens) {
      run.chunkKeys.push(chunkKey(run, end));
      this.#prefixes.put(run.chunkKeys.at(-1) ?? '', chunk);
      this.#prefixes.touch(run.chunkKeys);
    }
    this.#append(run, end, chunk);
    return end - done;
  }

  /** Forgets kept chunks until they take at most so many bytes. */
  trim(bytes: number): void {
    this.#prefixes.trim(bytes);
  }

  /** The weights are other ones: nothing that was computed is of use. */
  restart(): void {
    this.#prefixes = new PrefixCache();
    for (const run of this.#runs.values()) {
      run.done = 0;
      run.cache = undefined;
      run.chunkKeys = [];
      // Sequences that have begun keep the array of the weights that they began with.
      if (run.logprobs_T !== undefined) run.logprobs_T = new Float32Array(run.prompt_T.length);
    }
  }

  #takeOver(run: PromptRun): void {
    const length = run.prompt_T.length - 1;
    if (length === 0) run.cache = KeyValueCache.emptyRow(this.#config, 0);
    for (let end = chunkTokens; end <= length; end += chunkTokens) {
      const key = chunkKey(run, end);
      const chunk = this.#prefixes.get(key);
      if (chunk === undefined) break;
      run.chunkKeys.push(key);
      this.#reusedTokens += chunkTokens;
      this.#append(run, end, chunk);
    }
    this.#prefixes.touch(run.chunkKeys);
  }

  #append(run: PromptRun, end: number, { arrays, logprobs }: PromptChunk): void {
    const length = run.prompt_T.length - 1;
    if (run.done === 0 && end === length) run.cache = KeyValueCache.ofRow(this.#config, length, [...arrays]);
    else {
      run.cache ??= KeyValueCache.emptyRow(this.#config, length);
      run.cache.writeChunk(run.done, arrays);
    }
    if (logprobs !== undefined) run.logprobs_T?.set(logprobs, run.done + 1);
    run.done = end;
  }
}

/** Log-probs of a chunk depend on the token after it too. */
function chunkKey({ prompt_T, logprobs_T }: PromptRun, end: number): string {
  return logprobs_T === undefined
    ? prefixKey(prompt_T.subarray(0, end), 'plain')
    : prefixKey(prompt_T.subarray(0, end + 1), 'logprobs');
}
