/**
 * A clock that is moved by hand or from timer to timer, for tests and simulations: timers fire in the order of their time,
 * those of the same time in the order in which they were set, and promises settle between two of them. Timers are kept
 * in a heap, so that hundreds of thousands of them cost seconds.
 */
import type { Clock } from './clock.ts';

interface Pending {
  readonly at: number;
  readonly order: number;
  action: (() => void) | undefined;
}

export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  /** A binary heap with the next timer at its root; cancelled ones stay in it until they get there. */
  readonly #heap: Pending[] = [];
  #waiting = 0;
  readonly #startDate: number;

  constructor(startDate = Date.UTC(2026, 0, 1)) {
    this.#startDate = startDate;
  }

  now(): number {
    return this.#now;
  }

  date(): number {
    return this.#startDate + this.#now;
  }

  after(milliseconds: number, action: () => void) {
    const pending: Pending = { at: this.#now + milliseconds, order: this.#order++, action };
    this.#push(pending);
    this.#waiting += 1;
    return {
      cancel: () => {
        if (pending.action === undefined) return;
        pending.action = undefined;
        this.#waiting -= 1;
      },
    };
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Moves on by so many milliseconds, stopping at every timer. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      await this.#fire(next);
    }
    this.#now = end;
  }

  /** Moves on from timer to timer until the promise is settled or no timer is left. */
  async runUntil<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false;
    const done = () => {
      isSettled = true;
    };
    promise.then(done, done);
    await settle();
    for (let next = this.#next(); !isSettled && next !== undefined; next = this.#next()) {
      await this.#fire(next);
    }
    return promise;
  }

  async #fire(next: Pending): Promise<void> {
    const { action } = next;
    this.#pop();
    next.action = undefined;
    this.#waiting -= 1;
    this.#now = Math.max(this.#now, next.at);
    action?.();
    await settle();
  }

  /** The next timer that was not cancelled; it stays where it is. */
  #next(): Pending | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].action === undefined) this.#pop();
    return this.#heap[0];
  }

  #push(pending: Pending): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(pending);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Pending;
      if (isBefore(above, pending)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = pending;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Pending)) child += 1;
      const below = heap[child];
      if (below === undefined || isBefore(last, below)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
  }
}

function isBefore(a: Pending, b: Pending): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Lets every promise that can settle now do so. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
