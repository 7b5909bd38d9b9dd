/**
 * The requests of a model, numbered in the order in which they were asked for and submitted one after another: the server takes
 * each before the next is sent, and results are waited for side by side. A number is used up even where the server refuses.
 */

export interface Turn {
  /** The next number. */
  number(): number;
  /** The last request of this turn has been taken or refused: the next turn begins. */
  submitted(): void;
}

export class RequestQueue {
  #next: number;
  #last: Promise<void> = Promise.resolve();

  constructor(first: number) {
    this.#next = first;
  }

  /** Runs `work` when all that was asked for before has been submitted. Its failure ends its turn. */
  run<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    const ended = Promise.withResolvers<void>();
    const turn: Turn = {
      number: () => {
        this.#next += 1;
        return this.#next - 1;
      },
      submitted: ended.resolve,
    };
    const result = this.#last.then(() => work(turn));
    this.#last = ended.promise;
    result.then(
      () => ended.resolve(),
      () => ended.resolve(),
    );
    return result;
  }
}
