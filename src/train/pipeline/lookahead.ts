/**
 * How far ahead of the optimiser it is of use to sample. Where sampling is the faster part, the lag bound alone would let
 * it run ahead as far as it may: attempts would be as stale as allowed, and no step sooner. So when for longer than a
 * round of all that is under way no step has waited, and each has left a whole step's groups over, it is one step less
 * ahead; a step that had to wait makes it one more, up to the bound. Like the window of a transport protocol; but it
 * begins wide, so that nothing is lost where sampling is the slower part.
 */

/** Share of a step's time that is no waiting worth mentioning. */
const littleWaiting = 0.05;

export class Lookahead {
  readonly #most: number;
  #steps: number;
  /** Steps in a row that neither waited nor took all there was. */
  #idle = 0;

  /** `maxLag`: steps ahead at most. */
  constructor(maxLag: number) {
    this.#most = maxLag;
    this.#steps = maxLag;
  }

  /** Steps ahead that groups may be under way for, beside those of the step at hand. */
  get steps(): number {
    return this.#steps;
  }

  /** A step got its groups: how long it waited of the time since the step before, and how many steps' worth is left. */
  took({ waitedShare, stepsLeft }: { readonly waitedShare: number; readonly stepsLeft: number }): void {
    if (waitedShare > littleWaiting) {
      this.#steps = Math.min(this.#steps + 1, this.#most);
      this.#idle = 0;
    } else if (stepsLeft >= 1) this.#idle += 1;
    // Groups that began together come together: within a round there are steps that do not wait.
    if (this.#idle <= this.#steps + 1 || this.#steps <= 1) return;
    this.#steps -= 1;
    this.#idle = 0;
  }
}
