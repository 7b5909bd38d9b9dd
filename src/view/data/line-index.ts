/**
 * A file of lines that is read by pages: where every so-many-th line begins is remembered as far as the file has been read, so
 * that any page is one short read, and memory does not grow with what lines hold.
 */
import { open, stat } from 'node:fs/promises';

const every = 500;
const chunkBytes = 1 << 18;
const lineFeed = 10;

export interface NumberedLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

export class LineIndex {
  readonly #file: string;
  /** Bytes before line 1, line 1 + every, and so on. */
  readonly #offsets: number[] = [0];
  #size = 0;
  #modified = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Lines from `first` on, at most `count` of them. Throws what the file system throws. */
  async *lines(first: number, count: number): AsyncGenerator<NumberedLine> {
    await this.#forgetIfChanged();
    const known = Math.min(Math.floor((first - 1) / every), this.#offsets.length - 1);
    let number = known * every;
    let given = 0;
    for await (const text of this.#from(this.#offsets[known] ?? 0, known)) {
      number += 1;
      if (number < first) continue;
      yield { number, text: text() };
      given += 1;
      if (given === count) return;
    }
  }

  /** How many lines there are; reads the file once. */
  async count(): Promise<number> {
    await this.#forgetIfChanged();
    const known = this.#offsets.length - 1;
    let number = known * every;
    for await (const _ of this.#from(this.#offsets[known] ?? 0, known)) number += 1;
    return number;
  }

  /** Lines as functions that decode them, from a known offset; notes offsets on the way. */
  async *#from(offset: number, known: number): AsyncGenerator<() => string> {
    const handle = await open(this.#file, 'r');
    try {
      let number = known * every;
      let position = offset;
      let pieces: Buffer[] = [];
      let lineStart = offset;
      for (;;) {
        const { bytesRead, buffer } = await handle.read(
          Buffer.allocUnsafe(chunkBytes),
          0,
          chunkBytes,
          position,
        );
        if (bytesRead === 0) break;
        let from = 0;
        for (
          let at = buffer.indexOf(lineFeed);
          at >= 0 && at < bytesRead;
          at = buffer.indexOf(lineFeed, from)
        ) {
          const bytes = [...pieces, buffer.subarray(from, at)];
          pieces = [];
          from = at + 1;
          lineStart = position + from;
          yield () => Buffer.concat(bytes).toString('utf8');
          number += 1;
          if (number % every === 0) this.#offsets[number / every] ??= lineStart;
        }
        if (from < bytesRead) pieces.push(buffer.subarray(from, bytesRead));
        position += bytesRead;
      }
      if (pieces.length > 0) yield () => Buffer.concat(pieces).toString('utf8');
    } finally {
      await handle.close();
    }
  }

  async #forgetIfChanged(): Promise<void> {
    const { size, mtimeMs } = await stat(this.#file);
    if (size === this.#size && mtimeMs === this.#modified) return;
    [this.#size, this.#modified] = [size, mtimeMs];
    this.#offsets.length = 1;
  }
}

const indices = new Map<string, LineIndex>();
const mostKept = 64;

/** One index a file, the most recent ones kept. */
export function lineIndexOf(file: string): LineIndex {
  const index = indices.get(file) ?? new LineIndex(file);
  indices.delete(file);
  indices.set(file, index);
  for (const oldest of [...indices.keys()].slice(0, Math.max(0, indices.size - mostKept)))
    indices.delete(oldest);
  return index;
}
