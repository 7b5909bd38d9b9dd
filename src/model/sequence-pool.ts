/**
 * Sequences of a llama.cpp context, lent to one request at a time. A request gets the free sequence that already holds
 * the most of its prompt; where others wait with the same prompt, it is run once and its state given to them.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { LlamaSequence } from './llama-cpp-peer.ts';

/** Shorter prompts are run again sooner than their state is copied. */
const worthCopying = 128;

interface Waiting {
  readonly prompt: readonly number[];
  readonly take: (sequence: LlamaSequence) => void;
}

/** A prompt whose state is in a file, while somebody may want it. */
interface SharedPrompt {
  /** Resolves to the file, or to undefined where it could not be written. */
  readonly file: Promise<string | undefined>;
}

export class SequencePool {
  readonly #free: LlamaSequence[];
  readonly #size: number;
  readonly #scratch: string;
  #waiting: Waiting[] = [];
  readonly #wanted = new Map<string, number>();
  readonly #shared = new Map<string, SharedPrompt>();
  #files = 0;
  #whenIdle: (() => void)[] = [];

  /** States of shared prompts are written into the directory `scratch`. */
  constructor(sequences: readonly LlamaSequence[], scratch: string) {
    this.#free = [...sequences];
    this.#size = sequences.length;
    this.#scratch = scratch;
  }

  /**
   * Runs `work` with a sequence that holds the prompt but for its last token. Rejects with the signal's reason; a prompt
   * that is being run is run to its end first.
   */
  async use<T>(
    prompt: readonly number[],
    signal: AbortSignal | undefined,
    work: (sequence: LlamaSequence, last: number) => Promise<T>,
  ): Promise<T> {
    const last = prompt.at(-1);
    if (last === undefined) throw new RangeError('the prompt is empty');
    const key = prompt.join(' ');
    this.#wanted.set(key, (this.#wanted.get(key) ?? 0) + 1);
    try {
      const sequence = await this.#take(prompt, signal);
      try {
        await this.#prepare(sequence, prompt.slice(0, -1), key);
        signal?.throwIfAborted();
        return await work(sequence, last);
      } finally {
        this.#give(sequence);
      }
    } finally {
      await this.#unwant(key);
    }
  }

  /** Resolves when every sequence is free. */
  async idle(): Promise<void> {
    if (this.#free.length === this.#size) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  async #take(prompt: readonly number[], signal: AbortSignal | undefined): Promise<LlamaSequence> {
    signal?.throwIfAborted();
    const best = this.#closest(prompt);
    if (best !== undefined) return best;
    return await new Promise<LlamaSequence>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        prompt,
        take: (sequence) => {
          signal?.removeEventListener('abort', leave);
          resolve(sequence);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** Takes the free sequence that begins most like the prompt. */
  #closest(prompt: readonly number[]): LlamaSequence | undefined {
    let best: LlamaSequence | undefined;
    let most = -1;
    for (const sequence of this.#free) {
      const common = commonLength(sequence.contextTokens, prompt);
      if (common > most) [best, most] = [sequence, common];
    }
    if (best !== undefined) this.#free.splice(this.#free.indexOf(best), 1);
    return best;
  }

  #give(sequence: LlamaSequence): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(sequence);
    else next.take(sequence);
    if (this.#free.length === this.#size) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #prepare(sequence: LlamaSequence, head: readonly number[], key: string): Promise<void> {
    const held = commonLength(sequence.contextTokens, head);
    const shared = this.#shared.get(key);
    if (shared !== undefined && head.length - held >= worthCopying) {
      const file = await shared.file;
      if (file !== undefined) {
        await sequence.clearHistory();
        await sequence.loadStateFromFile(file, { acceptRisk: true });
        return;
      }
    }
    const isWanted = (this.#wanted.get(key) ?? 0) > 1 && head.length >= worthCopying && shared === undefined;
    if (!isWanted) return await run(sequence, head);
    const file = this.#runAndSave(sequence, head);
    // Whoever waits for the file handles that it is not there.
    this.#shared.set(key, { file: file.catch(() => undefined) });
    await file;
  }

  async #runAndSave(sequence: LlamaSequence, head: readonly number[]): Promise<string> {
    await run(sequence, head);
    this.#files += 1;
    const file = path.join(this.#scratch, `${this.#files}.state`);
    await sequence.saveStateToFile(file);
    return file;
  }

  async #unwant(key: string): Promise<void> {
    const left = (this.#wanted.get(key) ?? 1) - 1;
    if (left > 0) {
      this.#wanted.set(key, left);
      return;
    }
    this.#wanted.delete(key);
    const shared = this.#shared.get(key);
    this.#shared.delete(key);
    const file = await shared?.file;
    if (file !== undefined) await rm(file, { force: true });
  }
}

/** Brings a sequence to hold exactly these tokens. */
async function run(sequence: LlamaSequence, head: readonly number[]): Promise<void> {
  await sequence.adaptStateToTokens(head, false);
  const rest = head.slice(sequence.nextTokenIndex);
  if (rest.length > 0) await sequence.evaluateWithoutGeneratingNewTokens(rest);
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i] !== b[i]) return i;
  return length;
}
