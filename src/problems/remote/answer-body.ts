/**
 * The bytes of an answer as they come, to the last one that came before the connection broke: a stream of Node that
 * is destroyed throws away what it has buffered, and a download would have to ask for it again. A break ends the bytes
 * and is told by `cause`.
 */
import type { IncomingMessage } from 'node:http';

/** As much as waits for a slow disk before the server has to. */
const mostWaiting = 1 << 20;

export class AnswerBody implements AsyncIterable<Uint8Array> {
  readonly #response: IncomingMessage;
  readonly #waiting: Uint8Array[] = [];
  #size = 0;
  #hasEnded = false;
  #wake: () => void = () => undefined;
  /** Why the answer broke off; undefined where it is whole. */
  cause: unknown;

  constructor(response: IncomingMessage) {
    this.#response = response;
    response.on('data', (chunk: Uint8Array) => {
      this.#waiting.push(chunk);
      this.#size += chunk.length;
      if (this.#size > mostWaiting) response.pause();
      this.#wake();
    });
    response.on('error', (error) => {
      this.cause ??= error;
    });
    response.on('close', () => {
      if (!response.complete) this.cause ??= new Error('it was reset');
      this.#hasEnded = true;
      this.#wake();
    });
  }

  /** Closes the connection; nothing more of it is wanted. */
  discard(): void {
    this.#response.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk !== undefined) {
        this.#size -= chunk.length;
        if (this.#size <= mostWaiting) this.#response.resume();
        yield chunk;
      } else if (this.#hasEnded) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
