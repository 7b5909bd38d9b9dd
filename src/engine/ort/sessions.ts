/**
 * onnxruntime sessions: made with the engine's settings, and kept in a small cache that forgets the one not used
 * for longest, because each holds the memory of the largest batch that it ever ran.
 */
import type { InferenceSession } from 'onnxruntime-node';
import { createSessionOn } from './execution-provider.ts';
import type { ExecutionProvider } from './provider-names.ts';

/** Makes a session of an ONNX model's bytes that computes with `threads` threads, or on another provider. */
export async function createSession(
  model: Uint8Array,
  threads: number,
  provider: ExecutionProvider = 'cpu',
): Promise<InferenceSession> {
  return await createSessionOn(provider, model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Planned memory is one block for a whole run, made anew for every size of batch: half as much again at 10 M
    // parameters, three times as much for rows of 2,048 tokens, and no faster.
    enableMemPattern: false,
    // Errors only: warnings are about the graph's own spare inputs.
    logSeverityLevel: 3,
    // Threads that wait for work sleep. Spinning, they take the cores of whoever else computes: with two threads on
    // two cores that other processes kept busy (2 runs each), sleeping trained 1.6 and 3.1 times faster alone, and
    // 2.3 and 3.0 times beside a sampler, which gained as much. What it costs on an idle machine was not measured.
    extra: { session: { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } } },
  });
}

/** Sessions by key, at most `capacity` of them. */
export class SessionCache {
  readonly #capacity: number;
  readonly #sessions = new Map<string, InferenceSession>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The session of `key`, made by `create` when it is not kept. */
  async get(key: string, create: () => Promise<InferenceSession>): Promise<InferenceSession> {
    const session = this.#sessions.get(key) ?? (await create());
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    for (const [oldKey, oldSession] of this.#sessions) {
      if (this.#sessions.size <= this.#capacity) break;
      this.#sessions.delete(oldKey);
      await oldSession.release();
    }
    return session;
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await session.release();
    this.#sessions.clear();
  }
}
