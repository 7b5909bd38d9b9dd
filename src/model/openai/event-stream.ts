/**
 * Server-sent events from bytes, however the bytes are cut: between characters, inside one, between CR and LF.
 * A line becomes text when it is whole; what is not finished is kept in pieces and joined once, so a long line costs
 * its length, and one event may not grow beyond a bound. Follows the WHATWG event-stream rules, with two departures
 * that servers make necessary: a last event without its empty line is delivered at the end, and a field `error` is an
 * event of type `error` (llama.cpp used to report faults so).
 */
import { ModelError } from '../model-error.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const COLON = 58;
const BYTE_ORDER_MARK = 0xfeff;

/** Bytes of one event; the largest that a server sends, a prompt's token ids, has some two million. */
const DEFAULT_LONGEST_EVENT = 32 * 1024 * 1024;

export type OnEvent = (data: string, type: string) => void;

/**
 * Is asked where an event begins and may read it, and those after it, from the bytes themselves. Gives where what it
 * read ends: behind the empty line of an event, or `start` when it read nothing.
 */
export type ReadKnownEvents = (bytes: Buffer, start: number) => number;

export interface EventStreamOptions {
  readonly longestEvent?: number | undefined;
  readonly readKnownEvents?: ReadKnownEvents | undefined;
}

export class EventStreamParser {
  readonly #onEvent: OnEvent;
  readonly #readKnownEvents: ReadKnownEvents | undefined;
  readonly #longestEvent: number;
  #isAtStart = true;
  #skipsLineFeed = false;
  /** The line that is not finished yet, in pieces. */
  #pieces: Uint8Array[] = [];
  /** Bytes of the event so far. */
  #size = 0;
  #dataSize = 0;
  #data: string | undefined;
  #type = '';

  constructor(onEvent: OnEvent, options: EventStreamOptions = {}) {
    this.#onEvent = onEvent;
    this.#readKnownEvents = options.readKnownEvents;
    this.#longestEvent = options.longestEvent ?? DEFAULT_LONGEST_EVENT;
  }

  /** Delivers every event that these bytes finish. Throws a ModelError when an event is too long. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#pieces.length === 0) {
      this.#read(asBuffer(bytes));
      return;
    }
    const end = endOfFirstLine(bytes);
    if (end === -1) {
      this.#keep(bytes);
      return;
    }
    this.#read(this.#joined(bytes.subarray(0, end)));
    if (end < bytes.length) this.#read(asBuffer(bytes.subarray(end)));
  }

  /** The stream ended: what is left is delivered. */
  end(): void {
    if (this.#pieces.length > 0) {
      const line = this.#joined();
      this.#line(line, 0, line.length);
    }
    this.#dispatch();
  }

  #read(bytes: Buffer): void {
    let start = this.#skipsLineFeed && bytes[0] === LINE_FEED ? 1 : 0;
    this.#skipsLineFeed = false;
    let lineFeed = -1;
    // Most streams have none, so that it is looked for once and not in every line.
    let carriageReturn = bytes.indexOf(CARRIAGE_RETURN, start);
    while (start < bytes.length) {
      if (this.#readKnownEvents !== undefined && this.#isBetweenEvents()) {
        start = this.#readKnownEvents(bytes, start);
        if (carriageReturn !== -1 && carriageReturn < start) {
          carriageReturn = bytes.indexOf(CARRIAGE_RETURN, start);
        }
      }
      if (lineFeed < start) lineFeed = bytes.indexOf(LINE_FEED, start);
      const endsWithReturn = carriageReturn !== -1 && (lineFeed === -1 || carriageReturn < lineFeed);
      const end = endsWithReturn ? carriageReturn : lineFeed;
      if (end === -1) break;
      this.#line(bytes, start, end);
      start = end + 1;
      if (!endsWithReturn) continue;
      if (start === bytes.length) this.#skipsLineFeed = true;
      else if (bytes[start] === LINE_FEED) start += 1;
      carriageReturn = bytes.indexOf(CARRIAGE_RETURN, start);
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
  }

  #isBetweenEvents(): boolean {
    return this.#data === undefined && this.#type === '' && !this.#isAtStart;
  }

  /** The bytes may be those of a buffer that is used again. */
  #keep(bytes: Uint8Array): void {
    this.#pieces.push(new Uint8Array(bytes));
    this.#count(this.#size + bytes.length);
  }

  #joined(...last: Uint8Array[]): Buffer {
    const whole = Buffer.concat([...this.#pieces, ...last]);
    this.#pieces = [];
    this.#size = this.#dataSize;
    return whole;
  }

  #line(bytes: Buffer, start: number, end: number): void {
    if (start === end) {
      this.#dispatch();
      return;
    }
    const line = bytes.toString('utf8', start, end);
    let from = 0;
    if (this.#isAtStart) {
      this.#isAtStart = false;
      if (line.charCodeAt(0) === BYTE_ORDER_MARK) from = 1;
    }
    this.#field(line, from, end - start);
    this.#count(this.#dataSize);
  }

  #field(line: string, from: number, size: number): void {
    if (line.charCodeAt(from) === COLON) return;
    const colon = line.indexOf(':', from);
    const name = colon === -1 ? line.slice(from) : line.slice(from, colon);
    const valueFrom = line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1;
    const value = colon === -1 ? '' : line.slice(valueFrom);
    if (name === 'data' || name === 'error') {
      if (name === 'error') this.#type = 'error';
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
      this.#dataSize += size;
    } else if (name === 'event') this.#type = value;
  }

  #dispatch(): void {
    const data = this.#data;
    const type = this.#type;
    this.#data = undefined;
    this.#type = '';
    this.#dataSize = 0;
    this.#size = 0;
    this.#isAtStart = false;
    if (data !== undefined) this.#onEvent(data, type);
  }

  #count(bytes: number): void {
    this.#size = bytes;
    if (bytes <= this.#longestEvent) return;
    throw new ModelError(`an event of the stream is longer than ${this.#longestEvent} bytes`, {
      kind: 'protocol',
      isRetryable: false,
    });
  }
}

/** Behind the first line that ends here and the empty ones after it, or −1. */
function endOfFirstLine(bytes: Uint8Array): number {
  const lineFeed = bytes.indexOf(LINE_FEED);
  const carriageReturn = (lineFeed === -1 ? bytes : bytes.subarray(0, lineFeed)).indexOf(CARRIAGE_RETURN);
  let end = carriageReturn === -1 ? lineFeed : carriageReturn;
  if (end === -1) return -1;
  while (bytes[end] === LINE_FEED || bytes[end] === CARRIAGE_RETURN) end += 1;
  return end;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
