/** Which weights a sampler samples from: those of a session that stays, or always those of the newest. */
import type { PolicyVersion } from '../engine.ts';

/** A sampling session on the server. */
export class SamplingSession {
  readonly id: string;
  readonly version: PolicyVersion;
  #requests = 0;

  constructor(id: string, version: PolicyVersion) {
    this.id = id;
    this.version = version;
  }

  /** The number of the session's next request. */
  next(): number {
    this.#requests += 1;
    return this.#requests - 1;
  }
}

export interface SamplingSource {
  /** Runs `work` with the session to ask. Weights that the work may not be disturbed by wait for it. */
  use<T>(work: (session: SamplingSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Always the same session. */
export class FixedSource implements SamplingSource {
  readonly #session: SamplingSession;
  readonly #enter: <T>(work: () => Promise<T>) => Promise<T>;
  readonly #close: () => Promise<void>;

  /** `enter` may throw where the session's weights are no longer to be had. */
  constructor(
    session: SamplingSession,
    enter: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
    close: () => Promise<void> = async () => {},
  ) {
    this.#session = session;
    this.#enter = enter;
    this.#close = close;
  }

  use<T>(work: (session: SamplingSession) => Promise<T>): Promise<T> {
    return this.#enter(() => work(this.#session));
  }

  close(): Promise<void> {
    return this.#close();
  }
}
