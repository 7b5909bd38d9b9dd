/**
 * Many may be inside, or one alone: on a server whose sampler uses the trainer's own weights, samples are drawn many at a
 * time, and a step waits until none is under way. Who wants to be alone goes before those who come later.
 */
export class Gate {
  #inside = 0;
  #last: Promise<void> = Promise.resolve();
  #empty: (() => void) | undefined;

  /** Together with others. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    for (let seen: Promise<void> | undefined; seen !== this.#last; ) {
      seen = this.#last;
      await seen;
    }
    this.#inside += 1;
    try {
      return await work();
    } finally {
      this.#inside -= 1;
      if (this.#inside === 0) this.#empty?.();
    }
  }

  /** With nobody else. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const result = before.then(async () => {
      if (this.#inside > 0) {
        await new Promise<void>((resolve) => {
          this.#empty = resolve;
        });
        this.#empty = undefined;
      }
      return await work();
    });
    this.#last = result.then(
      () => {},
      () => {},
    );
    return await result;
  }
}
