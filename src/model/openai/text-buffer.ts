/**
 * Text that grows by many small pieces. Adding to a string keeps one node of some 32 bytes for each piece until it
 * is read, which for a thousand replies of 200,000 tokens is gigabytes; here pieces are joined as they come.
 */
const PIECES_JOINED_AT_ONCE = 512;

export class TextBuffer {
  #blocks: string[] = [];
  #pieces: string[] = [];
  #length = 0;

  /** Characters (UTF-16 units) so far. */
  get length(): number {
    return this.#length;
  }

  add(piece: string): void {
    if (piece === '') return;
    this.#length += piece.length;
    this.#pieces.push(piece);
    if (this.#pieces.length === PIECES_JOINED_AT_ONCE) {
      this.#blocks.push(this.#pieces.join(''));
      this.#pieces = [];
    }
  }

  toString(): string {
    return this.#blocks.join('') + this.#pieces.join('');
  }
}
