/**
 * How long a stage still takes, from the steps it has made: the mean time of a step since the first one that was
 * seen (a resumed stage begins in the middle), times the steps that are left.
 */
export class TimeLeft {
  #first: { readonly step: number; readonly time: number } | undefined;
  #last: { readonly step: number; readonly steps: number; readonly time: number } | undefined;

  /** `time` in seconds on a monotonic clock. */
  step(step: number, steps: number, time: number): void {
    this.#first ??= { step, time };
    this.#last = { step, steps, time };
  }

  /** Seconds left at `time`, never below 0; undefined until two steps have been seen. */
  at(time: number): number | undefined {
    if (this.#first === undefined || this.#last === undefined) return undefined;
    const made = this.#last.step - this.#first.step;
    if (made < 1) return undefined;
    const secondsPerStep = (this.#last.time - this.#first.time) / made;
    const left = secondsPerStep * (this.#last.steps - this.#last.step);
    return Math.max(0, left - (time - this.#last.time));
  }
}
