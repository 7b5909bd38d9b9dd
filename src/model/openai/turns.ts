/**
 * Keeps the event loop free however fast servers send: work on what has come is done at once while a turn of the loop
 * has time left, and waits in line for the next turn when it has not. Without this a thousand fast streams are read for
 * seconds before a timer, an abort or a view has its turn.
 */
const TURN_MILLISECONDS = 4;

export class Turns {
  readonly #line: (() => void)[] = [];
  #endsAt = 0;
  #isTurnOpen = false;

  /** Runs the work now, or in a later turn, in the order it came. */
  take(work: () => void): void {
    if (!this.#isTurnOpen) this.#open();
    if (this.#line.length === 0 && performance.now() < this.#endsAt) work();
    else this.#line.push(work);
  }

  #open(): void {
    this.#isTurnOpen = true;
    this.#endsAt = performance.now() + TURN_MILLISECONDS;
    setImmediate(() => this.#next());
  }

  #next(): void {
    this.#isTurnOpen = false;
    if (this.#line.length === 0) return;
    this.#open();
    // What the work itself puts in line is for a later turn.
    let done = 0;
    for (const count = this.#line.length; done < count && performance.now() < this.#endsAt; done += 1) {
      this.#line[done]?.();
    }
    this.#line.splice(0, done);
  }
}

/** The turns of this process. */
export const turns = new Turns();
