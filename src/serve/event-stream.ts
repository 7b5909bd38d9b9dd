/**
 * One response as server-sent events. The header goes out with the first event, so what fails before still has a
 * status; a comment goes out when nothing else did for a while, so that proxies and clients do not give up. `isBlocked`
 * says that the reader is behind; a reader who takes nothing for too long is cut off.
 */
import type { ServerResponse } from 'node:http';

export interface EventStreamOptions {
  /** After so long without an event a comment is sent. */
  readonly keepAliveMilliseconds: number;
  /** A reader may be behind for so long. */
  readonly stallMilliseconds: number;
  /** Called when the reader has caught up. */
  readonly onDrain: () => void;
}

export class EventStream {
  readonly #response: ServerResponse;
  readonly #keepAlive: NodeJS.Timeout;
  readonly #stallMilliseconds: number;
  #stall: NodeJS.Timeout | undefined;
  #isBlocked = false;

  constructor(response: ServerResponse, options: EventStreamOptions) {
    this.#response = response;
    this.#stallMilliseconds = options.stallMilliseconds;
    this.#keepAlive = setInterval(() => {
      // Who is behind has enough to read.
      if (!this.#isBlocked) this.#write(': keep-alive\n\n');
    }, options.keepAliveMilliseconds);
    response.on('drain', () => {
      clearTimeout(this.#stall);
      this.#isBlocked = false;
      options.onDrain();
    });
    response.once('close', () => {
      clearInterval(this.#keepAlive);
      clearTimeout(this.#stall);
    });
  }

  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** `json` is one line. */
  send(json: string): void {
    this.#keepAlive.refresh();
    this.#write(`data: ${json}\n\n`);
  }

  /** Nothing is sent afterwards. */
  end(): void {
    clearInterval(this.#keepAlive);
    this.#write('data: [DONE]\n\n');
    this.#response.end();
    this.#watch();
  }

  /** Sends nothing at all. Only as long as nothing was sent. */
  cancel(): void {
    clearInterval(this.#keepAlive);
  }

  /** Ends without the mark of a whole answer. */
  fail(json: string): void {
    clearInterval(this.#keepAlive);
    this.#write(`data: ${json}\n\n`);
    this.#response.end();
    this.#watch();
  }

  #write(text: string): void {
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return;
    if (!response.headersSent) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        // nginx holds streams back otherwise.
        'x-accel-buffering': 'no',
      });
    }
    if (response.write(text) || this.#isBlocked) return;
    this.#isBlocked = true;
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#stall);
    this.#stall = setTimeout(() => this.#response.destroy(), this.#stallMilliseconds);
  }
}
