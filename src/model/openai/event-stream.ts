/**
 * Server-sent events from bytes, however the bytes are cut: between characters, inside one, between CR and LF.
 * What is not finished is kept in pieces and joined once, so a long line costs its length, and one event may not
 * grow beyond a bound. Follows the WHATWG event-stream rules, with two departures that servers make necessary:
 * a last event without its empty line is delivered at the end, and a field `error` is an event of type `error`
 * (llama.cpp used to report faults so).
 */
import { StringDecoder } from 'node:string_decoder';
import { ModelError } from '../model-error.ts';

const LINE_FEED = 10;
const SPACE = 32;
const COLON = 58;
const BYTE_ORDER_MARK = 0xfeff;
const DATA = 'data: ';

/** Characters of one event; the largest that a server sends, a prompt's token ids, has some two million. */
const DEFAULT_LONGEST_EVENT = 32 * 1024 * 1024;

export type OnEvent = (data: string, type: string) => void;

export class EventStreamParser {
  readonly #onEvent: OnEvent;
  readonly #longestEvent: number;
  readonly #decoder = new StringDecoder('utf8');
  #isAtStart = true;
  #skipsLineFeed = false;
  /** The line that is not finished yet, in pieces. */
  #pieces: string[] = [];
  #size = 0;
  #data: string | undefined;
  #type = '';

  constructor(onEvent: OnEvent, longestEvent = DEFAULT_LONGEST_EVENT) {
    this.#onEvent = onEvent;
    this.#longestEvent = longestEvent;
  }

  /** Delivers every event that these bytes finish. Throws a ModelError when an event is too long. */
  push(bytes: Uint8Array): void {
    this.#read(this.#decoder.write(bytes));
  }

  /** The stream ended: what is left is delivered. */
  end(): void {
    this.#read(this.#decoder.end());
    if (this.#pieces.length > 0) this.#line(this.#wholeLine(''));
    this.#dispatch();
  }

  #read(text: string): void {
    if (text === '') return;
    let start = 0;
    if (this.#isAtStart) {
      this.#isAtStart = false;
      if (text.charCodeAt(0) === BYTE_ORDER_MARK) start = 1;
    }
    if (this.#skipsLineFeed) {
      this.#skipsLineFeed = false;
      if (text.charCodeAt(start) === LINE_FEED) start += 1;
    }
    let lineFeed = text.indexOf('\n', start);
    let carriageReturn = text.indexOf('\r', start);
    while (lineFeed !== -1 || carriageReturn !== -1) {
      const endsWithReturn = carriageReturn !== -1 && (lineFeed === -1 || carriageReturn < lineFeed);
      const end = endsWithReturn ? carriageReturn : lineFeed;
      if (this.#pieces.length === 0 && text.startsWith(DATA, start)) {
        // The line that nearly all of a stream is made of is cut out once.
        this.#addData(text.slice(start + DATA.length, end));
      } else if (end > start || this.#pieces.length > 0) {
        this.#line(this.#wholeLine(text.slice(start, end)));
      } else this.#dispatch();
      start = end + 1;
      if (endsWithReturn) {
        if (start === text.length) this.#skipsLineFeed = true;
        else if (text.charCodeAt(start) === LINE_FEED) start += 1;
        carriageReturn = text.indexOf('\r', start);
      }
      if (lineFeed !== -1 && lineFeed < start) lineFeed = text.indexOf('\n', start);
    }
    if (start < text.length) {
      this.#pieces.push(text.slice(start));
      this.#count(text.length - start);
    }
  }

  #wholeLine(end: string): string {
    if (this.#pieces.length === 0) return end;
    const line = this.#pieces.join('') + end;
    this.#pieces = [];
    return line;
  }

  #addData(value: string): void {
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    this.#size = 0;
    this.#count(this.#data.length);
  }

  #line(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    if (line.charCodeAt(0) === COLON) {
      this.#size = this.#data?.length ?? 0;
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const from = line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1;
    const value = colon === -1 ? '' : line.slice(from);
    if (field === 'data' || field === 'error') {
      if (field === 'error') this.#type = 'error';
      this.#addData(value);
      return;
    }
    if (field === 'event') this.#type = value;
    this.#size = this.#data?.length ?? 0;
  }

  #dispatch(): void {
    const data = this.#data;
    const type = this.#type;
    this.#data = undefined;
    this.#type = '';
    this.#size = 0;
    if (data !== undefined) this.#onEvent(data, type);
  }

  #count(characters: number): void {
    this.#size += characters;
    if (this.#size > this.#longestEvent) {
      throw new ModelError(`an event of the stream is longer than ${this.#longestEvent} characters`, {
        kind: 'protocol',
        isRetryable: false,
      });
    }
  }
}
