/**
 * Room for so many bytes in hand at a time: work that needs more than is left waits, in the order in which it came. What
 * alone needs more than there is gets all of it, so that nothing waits for ever.
 */

export class ByteRoom {
  readonly #most: number;
  readonly #waiting: { readonly bytes: number; readonly begin: () => void }[] = [];
  #inHand = 0;
  #pieces = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get bytesInHand(): number {
    return this.#inHand;
  }

  /** Does the work when there is room. Rejects with the reason of the signal when that fires before it began. */
  async run<Result>(bytes: number, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    if (this.#waiting.length > 0 || !this.#fits(bytes)) await this.#turn(bytes, signal);
    else this.#begin(bytes);
    try {
      return await work();
    } finally {
      this.#inHand -= bytes;
      this.#pieces -= 1;
      this.#next();
    }
  }

  #fits(bytes: number): boolean {
    return this.#pieces === 0 || this.#inHand + bytes <= this.#most;
  }

  #begin(bytes: number): void {
    this.#inHand += bytes;
    this.#pieces += 1;
  }

  #next(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || !this.#fits(first.bytes)) return;
      this.#waiting.shift();
      this.#begin(first.bytes);
      first.begin();
    }
  }

  #turn(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = {
        bytes,
        begin: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal?.reason ?? new DOMException('aborted', 'AbortError'));
        this.#next();
      };
      this.#waiting.push(turn);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}
