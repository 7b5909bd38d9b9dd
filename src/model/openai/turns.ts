/**
 * Keeps the event loop free however fast servers send: what comes is read at once while a turn of the loop has time
 * left; who is not read to the end waits in line for a later turn. Without this a thousand fast streams are read for
 * seconds before a timer, an abort or a view has its turn.
 */
const TURN_MILLISECONDS = 4;
/** So many of the line begin in one turn, for what each of them reads first is not stopped by the end of the turn. */
const BEGIN_IN_A_TURN = 64;

export class Turns {
  readonly #line: (() => void)[] = [];
  #endsAt = 0;
  #isTurnOpen = false;

  /** Whether there is time left in this turn. */
  get hasTime(): boolean {
    if (!this.#isTurnOpen) this.#open();
    return performance.now() < this.#endsAt;
  }

  /** Does the work in a later turn, in the order it came. */
  later(work: () => void): void {
    if (!this.#isTurnOpen) this.#open();
    this.#line.push(work);
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
    for (const work of this.#line.splice(0, BEGIN_IN_A_TURN)) work();
  }
}

/** The turns of this process. */
export const turns = new Turns();
