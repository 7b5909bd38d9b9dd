/**
 * The ids that rows have got, so that none is given twice: 8 bytes of digest an id in an open table, about 16 bytes a row,
 * where a Set of the texts would take a hundred. Two ids with the same digest only cost the later one a number.
 */
import { createHash } from 'node:crypto';

export class IdRegister {
  #slots = new BigUint64Array(1 << 16);
  #count = 0;
  #repeated = 0;

  /** Rows that have a number at the end of their id because an earlier row had it. */
  get repeated(): number {
    return this.#repeated;
  }

  /** The id, or where it is taken the id with the first number from 2 that is not. */
  take(id: string): string {
    if (this.#add(id)) return id;
    this.#repeated += 1;
    for (let number = 2; ; number += 1) {
      const numbered = `${id}-${number}`;
      if (this.#add(numbered)) return numbered;
    }
  }

  /** An id of an earlier sitting. */
  restore(id: string): void {
    this.#add(id);
  }

  /** The count of an earlier sitting. */
  restoreRepeated(repeated: number): void {
    this.#repeated = repeated;
  }

  #add(id: string): boolean {
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    const digest = createHash('sha256').update(id).digest().readBigUInt64LE(0);
    // 0 marks an empty slot.
    return this.#place(digest === 0n ? 1n : digest);
  }

  #place(digest: bigint): boolean {
    const mask = this.#slots.length - 1;
    let slot = Number(digest & 0xffff_ffffn) & mask;
    for (; this.#slots[slot] !== 0n; slot = (slot + 1) & mask) {
      if (this.#slots[slot] === digest) return false;
    }
    this.#slots[slot] = digest;
    this.#count += 1;
    return true;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new BigUint64Array(before.length * 2);
    this.#count = 0;
    for (const digest of before) if (digest !== 0n) this.#place(digest);
  }
}
