/**
 * A priority queue of token pairs for BPE training: `pop` gives the highest count, of equals the smaller pair.
 * A binary heap; entries are not updated in place, the caller checks a popped count against its own table.
 */

export interface CountedPair {
  readonly pair: number;
  readonly count: number;
}

export class PairQueue {
  readonly #heap: CountedPair[] = [];

  push(entry: CountedPair): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || !comesBefore(entry, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = entry;
  }

  pop(): CountedPair | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      if (left === undefined) break;
      const right = heap[2 * at + 2];
      const rightWins = right !== undefined && comesBefore(right, left);
      const child = rightWins ? right : left;
      if (!comesBefore(child, last)) break;
      heap[at] = child;
      at = 2 * at + (rightWins ? 2 : 1);
    }
    heap[at] = last;
    return top;
  }
}

function comesBefore(a: CountedPair, b: CountedPair): boolean {
  return a.count > b.count || (a.count === b.count && a.pair < b.pair);
}
