/**
 * The newest weights of a model, for its live samplers: each piece is sampled by the session that is newest when it begins.
 * Where the trainer's own weights are sampled from, a step leaves no older ones, so new ones are published before the next piece.
 */
import type { Gate } from './gate.ts';
import type { SamplingSession, SamplingSource } from './sampling-source.ts';

export interface LiveSourceOptions {
  readonly gate: Gate;
  /** A session with the present weights. */
  readonly publish: () => Promise<SamplingSession>;
  /** The session's weights are no longer to be had. */
  readonly isStale: (session: SamplingSession) => boolean;
}

export class LiveSource implements SamplingSource {
  readonly #options: LiveSourceOptions;
  #newest: SamplingSession | undefined;
  #publishing: Promise<SamplingSession> | undefined;

  constructor(options: LiveSourceOptions) {
    this.#options = options;
  }

  /** There are weights to sample from: those of now, unless some were published before. */
  async begin(): Promise<void> {
    if (this.#newest === undefined || this.#options.isStale(this.#newest)) await this.publish();
  }

  /** From now on the present weights are sampled from. */
  async publish(): Promise<SamplingSession> {
    const session = await this.#options.publish();
    // Publications end in the order in which they began, but for the network.
    if (this.#newest === undefined || session.version >= this.#newest.version) this.#newest = session;
    return session;
  }

  async use<T>(work: (session: SamplingSession) => Promise<T>): Promise<T> {
    for (;;) {
      const session = this.#newest;
      if (session === undefined || this.#options.isStale(session)) {
        this.#publishing ??= this.publish().finally(() => {
          this.#publishing = undefined;
        });
        await this.#publishing;
        continue;
      }
      const done = await this.#options.gate.shared(async () => {
        if (this.#options.isStale(session)) return undefined;
        return { result: await work(session) };
      });
      if (done !== undefined) return done.result;
    }
  }

  /** The source goes on for the model's other samplers. */
  async close(): Promise<void> {}
}
