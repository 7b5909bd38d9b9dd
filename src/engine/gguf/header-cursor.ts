/**
 * Reads the little-endian fields of a GGUF header one after another, through a window on the file, and never past
 * its end. A length that the file holds is believed only after what it promises fits into what is left of the file
 * and of the header's limit. Errors name the file and `where` the cursor is.
 */

/** Bytes [position, position + length) of a file; the range is inside the file. */
export type ReadBytes = (position: number, length: number) => Uint8Array;

/** The header of a real model has some megabytes (its vocabulary); what is far above is an attack or not a model. */
export const headerBytesLimit = 128 * 1024 * 1024;
const windowBytes = 1 << 18;

export class HeaderCursor {
  readonly path: string;
  readonly #read: ReadBytes;
  /** First byte that the header cannot reach. */
  readonly #end: number;
  readonly #endReason: string;
  #position = 0;
  #window: Uint8Array = new Uint8Array();
  #view: DataView = new DataView(new ArrayBuffer(0));
  #windowStart = 0;
  #at = 0;
  /** What is being read, for messages. */
  where = 'the header';

  constructor(path: string, fileSize: number, read: ReadBytes) {
    this.path = path;
    this.#read = read;
    this.#end = Math.min(fileSize, headerBytesLimit);
    this.#endReason =
      fileSize <= headerBytesLimit
        ? `the file ends at byte ${fileSize}: torn`
        : `a header may have ${headerBytesLimit} bytes`;
  }

  /** Offset in the file of what is read next. */
  get position(): number {
    return this.#position;
  }

  /** Throws unless `count` things of at least `bytesEach` fit into the rest. */
  require(count: number, bytesEach: number, things: string): void {
    if (count * bytesEach > this.#end - this.#position) {
      throw this.error(`${count} ${things} after byte ${this.#position}, but ${this.#endReason}`);
    }
  }

  uint8(): number {
    return this.#next(1).getUint8(this.#at);
  }

  int8(): number {
    return this.#next(1).getInt8(this.#at);
  }

  uint16(): number {
    return this.#next(2).getUint16(this.#at, true);
  }

  int16(): number {
    return this.#next(2).getInt16(this.#at, true);
  }

  uint32(): number {
    return this.#next(4).getUint32(this.#at, true);
  }

  int32(): number {
    return this.#next(4).getInt32(this.#at, true);
  }

  float32(): number {
    return this.#next(4).getFloat32(this.#at, true);
  }

  float64(): number {
    return this.#next(8).getFloat64(this.#at, true);
  }

  uint64(): bigint {
    return this.#next(8).getBigUint64(this.#at, true);
  }

  int64(): bigint {
    return this.#next(8).getBigInt64(this.#at, true);
  }

  /** A 64-bit count or offset; throws where it is not exact as a number. */
  count(what: string): number {
    const value = this.uint64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.error(`${what} is ${value}, which no file has`);
    return Number(value);
  }

  /** A text: its length in bytes, then UTF-8. */
  text(what: string, limit = headerBytesLimit): string {
    const length = this.count(`the length of ${what}`);
    if (length > limit) throw this.error(`${what} has ${length} bytes; at most ${limit} are read`);
    this.require(length, 1, `bytes of ${what}`);
    try {
      return utf8.decode(this.bytes(length));
    } catch (cause) {
      throw this.error(`${what} is not UTF-8`, cause);
    }
  }

  /** The next bytes; valid until the next call. */
  bytes(length: number): Uint8Array {
    this.#next(length);
    return this.#window.subarray(this.#at, this.#at + length);
  }

  error(message: string, cause?: unknown): Error {
    return new Error(`${this.path}: ${this.where}: ${message}`, cause === undefined ? {} : { cause });
  }

  /** Moves over the next `length` bytes: they lie at `#at` of the view that it returns. */
  #next(length: number): DataView {
    const from = this.#position;
    if (from + length > this.#windowStart + this.#window.length) {
      this.require(length, 1, 'bytes');
      this.#window = this.#read(from, Math.min(Math.max(length, windowBytes), this.#end - from));
      this.#view = new DataView(this.#window.buffer, this.#window.byteOffset, this.#window.byteLength);
      this.#windowStart = from;
    }
    this.#position = from + length;
    this.#at = from - this.#windowStart;
    return this.#view;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
