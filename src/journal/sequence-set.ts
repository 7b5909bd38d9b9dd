/** A set of sequence numbers, one bit each: numbers of rows are dense, and there may be millions of them. */
export class SequenceSet {
  #bits = new Uint8Array(1024);

  add(sequence: number): void {
    const byte = Math.floor(sequence / 8);
    if (byte >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bits.length, byte + 1));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[byte] = (this.#bits[byte] ?? 0) | (1 << (sequence % 8));
  }

  has(sequence: number): boolean {
    return ((this.#bits[Math.floor(sequence / 8)] ?? 0) & (1 << (sequence % 8))) !== 0;
  }
}
