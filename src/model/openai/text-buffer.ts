/**
 * Text that grows by many small pieces, for a thousand replies at once. Pieces kept as strings until they are joined
 * cost some 40 bytes each and live too long for the cheap collector, so their characters are copied into a block of
 * code units, and a block becomes a string when it is full: of one byte a character where that is enough.
 */
const BLOCK = 512;

export class TextBuffer {
  readonly #blocks: string[] = [];
  #units: Uint16Array | undefined;
  #used = 0;
  #length = 0;

  /** Characters (UTF-16 units) so far. */
  get length(): number {
    return this.#length;
  }

  add(piece: string): void {
    this.#length += piece.length;
    if (piece.length > BLOCK - this.#used) this.#close();
    if (piece.length > BLOCK) {
      this.#blocks.push(piece);
      return;
    }
    this.#units ??= new Uint16Array(BLOCK);
    const { length } = piece;
    for (let i = 0; i < length; i += 1) this.#units[this.#used + i] = piece.charCodeAt(i);
    this.#used += length;
  }

  toString(): string {
    this.#close();
    return this.#blocks.join('');
  }

  #close(): void {
    if (this.#used === 0 || this.#units === undefined) return;
    const units = this.#units.subarray(0, this.#used);
    this.#blocks.push(Reflect.apply(String.fromCharCode, undefined, units));
    this.#used = 0;
  }
}
