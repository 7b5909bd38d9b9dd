/**
 * Which groups of a run are under way and what became of the others. EMIT-ONCE: a group that was dispatched ends exactly
 * once, trained in a step or dropped for a reason that is counted; another end throws. Of groups that have ended only
 * counts are kept, so memory follows what is under way.
 */

/** Why a group that was dispatched is not trained. Others than these name what the maker of a group had against it. */
export type DropReason =
  /** Not finished when its last step could not wait for it any longer. */
  | 'straggler'
  /** Its oldest token would have been beyond the lag bound. */
  | 'stale'
  /** Under way when the stage ended. */
  | 'cancelled'
  | (string & {});

export interface Dropped {
  readonly index: number;
  readonly reason: DropReason;
}

export interface LedgerCounts {
  readonly dispatched: number;
  readonly underWay: number;
  readonly trained: number;
  readonly dropped: Readonly<Record<string, number>>;
}

export class GroupLedger {
  readonly #underWay = new Set<number>();
  #dispatched = 0;
  #trained = 0;
  readonly #dropped = new Map<DropReason, number>();
  /** Indices below `#next` that had not ended when the ledger was made, in order; then all from `#next` on. */
  readonly #holes: number[];
  #next: number;

  /** `ended`: groups that ended in an earlier sitting, by index; they are not dispatched again. */
  constructor(ended: Iterable<number> = []) {
    const before = new Set(ended);
    this.#next = 0;
    for (const index of before) this.#next = Math.max(this.#next, index + 1);
    this.#holes = Array.from({ length: this.#next }, (_, index) => index).filter(
      (index) => !before.has(index),
    );
  }

  /** The index of a new group: the lowest that has neither ended nor is under way. */
  dispatch(): number {
    const index = this.#holes.shift() ?? this.#next++;
    this.#underWay.add(index);
    this.#dispatched += 1;
    return index;
  }

  isUnderWay(index: number): boolean {
    return this.#underWay.has(index);
  }

  train(index: number): void {
    this.#end(index);
    this.#trained += 1;
  }

  drop(index: number, reason: DropReason): void {
    this.#end(index);
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1);
  }

  counts(): LedgerCounts {
    return {
      dispatched: this.#dispatched,
      underWay: this.#underWay.size,
      trained: this.#trained,
      dropped: Object.fromEntries(this.#dropped),
    };
  }

  #end(index: number): void {
    if (!this.#underWay.delete(index)) throw new Error(`group ${index} is not under way: it cannot end now`);
  }
}
