/** A priority queue of numbers: `pop` gives the smallest. A binary heap. */
export class MinHeap {
  readonly #heap: number[] = [];

  push(value: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(value);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] ?? value;
      if (parent <= value) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = value;
  }

  pop(): number | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      if (left === undefined) break;
      const right = heap[2 * at + 2];
      const rightWins = right !== undefined && right < left;
      const child = rightWins ? right : left;
      if (child >= last) break;
      heap[at] = child;
      at = 2 * at + (rightWins ? 2 : 1);
    }
    heap[at] = last;
    return top;
  }
}
