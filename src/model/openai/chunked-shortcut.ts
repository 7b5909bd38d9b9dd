/**
 * Leads bodies in HTTP's chunked coding past Node's parser. A server that streams tokens frames each by itself, and for
 * each the parser makes a buffer and several calls, which is more than half of what a token costs. Here the parser sees
 * heads, last chunks and trailers only, and the data between them goes to its reader from the buffer it was read into.
 *
 * The parser stays the judge: it says where such a body begins, and it is given, from there on untouched, whatever is
 * not a plain size with its data. A body that breaks off is one to the parser too, for it never saw the last chunk.
 */
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
const LETTER_A = 97;
const LETTER_F = 102;
const LOWER_CASE = 32;
/** A larger chunk is left to the parser. */
const LARGEST_CHUNK = 2 ** 40;
/** To the parser this is no size, so it fails as it would have failed. */
const NO_SIZE = '!';

/** Takes bytes, to be read or copied at once: their memory is used again. False when no more are wanted for now. */
export type TakeBytes = (bytes: Buffer) => boolean;

export class ChunkedShortcut {
  readonly #toParser: TakeBytes;
  #toReader: TakeBytes | undefined;
  #state: 'passing' | 'size' | 'size-end' | 'data' | 'data-return' | 'data-feed' | 'off' = 'passing';
  /** How many bytes of CR LF CR LF, which ends a head, were the last that passed. */
  #matched = 0;
  #isBehindHead = false;
  /** Of the chunk that is being read. */
  #left = 0;
  #digits = 0;
  #isMoreWanted = true;

  constructor(toParser: TakeBytes) {
    this.#toParser = toParser;
  }

  /** Takes bytes of the connection, and may write on them. False when no more are wanted for now. */
  push(bytes: Buffer): boolean {
    this.#isMoreWanted = true;
    for (let at = 0; at < bytes.length; ) {
      if (this.#state === 'off') {
        this.#parse(bytes.subarray(at));
        break;
      }
      if (this.#state === 'passing') {
        const end = this.#endOfHead(bytes, at);
        // The parser says meanwhile whether a chunked body begins.
        this.#parse(bytes.subarray(at, end));
        this.#isBehindHead = false;
        at = end;
      } else at = this.#body(bytes, at);
    }
    return this.#isMoreWanted;
  }

  /** To be called while the end of a head is parsed, when a chunked body follows. False when it goes to the parser. */
  begin(toReader: TakeBytes): boolean {
    if (!this.#isBehindHead) return false;
    this.#toReader = toReader;
    this.#state = 'size';
    this.#left = 0;
    this.#digits = 0;
    return true;
  }

  /** Behind the end of a head, or all bytes. */
  #endOfHead(bytes: Buffer, start: number): number {
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === (this.#matched % 2 === 0 ? CARRIAGE_RETURN : LINE_FEED)) this.#matched += 1;
      else this.#matched = byte === CARRIAGE_RETURN ? 1 : 0;
      if (this.#matched < 4) continue;
      this.#matched = 0;
      this.#isBehindHead = true;
      return at + 1;
    }
    return bytes.length;
  }

  /** Gives the data of a body to the reader, moved together. Returns where this ends. */
  #body(bytes: Buffer, start: number): number {
    let at = start;
    let dataEnd = start;
    let toParser: string | undefined;
    while (at < bytes.length && toParser === undefined) {
      if (this.#state === 'data') {
        const size = Math.min(this.#left, bytes.length - at);
        bytes.copyWithin(dataEnd, at, at + size);
        dataEnd += size;
        at += size;
        this.#left -= size;
        if (this.#left === 0) this.#state = 'data-return';
      } else {
        toParser = this.#frame(bytes[at] ?? 0);
        if (this.#state !== 'off') at += 1;
      }
    }
    if (dataEnd > start && this.#toReader?.(bytes.subarray(start, dataEnd)) === false) {
      this.#isMoreWanted = false;
    }
    if (toParser !== undefined) this.#parse(Buffer.from(toParser, 'latin1'));
    return at;
  }

  /** Takes a byte of the framing. Where it ends the body, or is not for us: what the parser is to be given now. */
  #frame(byte: number): string | undefined {
    switch (this.#state) {
      case 'size': {
        const digit = digitOf(byte);
        if (digit !== -1 && this.#left < LARGEST_CHUNK) {
          this.#left = this.#left * 16 + digit;
          this.#digits += 1;
          return undefined;
        }
        const isEnd = byte === CARRIAGE_RETURN && this.#digits > 0;
        return isEnd ? this.#go('size-end') : this.#leave(this.#digits > 0 ? this.#left.toString(16) : '');
      }
      case 'size-end':
        if (byte !== LINE_FEED) return this.#leave(`${this.#left.toString(16)}\r`);
        this.#digits = 0;
        if (this.#left > 0) return this.#go('data');
        this.#state = 'passing';
        // Trailers follow, or at once the empty line.
        this.#matched = 2;
        return '0\r\n';
      case 'data-return':
        return byte === CARRIAGE_RETURN ? this.#go('data-feed') : this.#leave(NO_SIZE);
      default:
        return byte === LINE_FEED ? this.#go('size') : this.#leave(NO_SIZE);
    }
  }

  #go(state: 'size' | 'size-end' | 'data' | 'data-feed'): undefined {
    this.#state = state;
  }

  /** The rest of the connection is the parser's, behind what it lacks of this chunk's beginning. */
  #leave(begun: string): string {
    this.#state = 'off';
    return begun;
  }

  #parse(bytes: Buffer): void {
    if (bytes.length > 0 && !this.#toParser(bytes)) this.#isMoreWanted = false;
  }
}

/** Of a hexadecimal digit; −1 for another byte. */
function digitOf(byte: number): number {
  if (byte >= DIGIT_0 && byte <= DIGIT_9) return byte - DIGIT_0;
  const lower = byte | LOWER_CASE;
  return lower >= LETTER_A && lower <= LETTER_F ? lower - LETTER_A + 10 : -1;
}
