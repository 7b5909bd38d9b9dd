/**
 * Lets those who come in one after another, in the order in which they came. Attempts that an earlier sitting left on record
 * pass here: each is read, and let go where there is no room for it, before the next. All at once, thousands of them
 * would be in memory together, whatever the shelf has room for.
 */

/** Leaves; once, later calls do nothing. `bytes` were read meanwhile. */
export type Leave = (bytes?: number) => void;

/** After so many bytes whatever else the process has to do gets its turn. */
const mostAtAStretch = 2 ** 24;

export class Turnstile {
  #last: Promise<void> = Promise.resolve();
  #bytes = 0;

  /** Resolves when all who came before have left. */
  async enter(): Promise<Leave> {
    const left = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = left.promise;
    await before;
    return (bytes = 0) => {
      this.#bytes += bytes;
      if (this.#bytes < mostAtAStretch) left.resolve();
      else {
        this.#bytes = 0;
        setImmediate(left.resolve);
      }
    };
  }
}
