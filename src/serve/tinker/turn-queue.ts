/**
 * The requests of one model, carried out one after another in the order of their numbers, however they arrive. Promises:
 * - a number that was used again with the same content is the same request, whatever has become of it;
 * - a number whose request was refused counts as used: the client does not send it again;
 * - a number that never comes does not hold up the others for ever: who waits for it then fails, saying so.
 */
import { ApiError, invalidRequest } from '../api-error.ts';
import type { Future } from './futures.ts';

export interface TurnQueueOptions {
  /** How long a missing number is waited for. */
  readonly gapMilliseconds: number;
  /** Bytes of requests that may wait; the one whose turn it is always may. */
  readonly mostWaitingBytes: number;
  /** Told of those that waited for a number that did not come. */
  onGap(future: Future, missing: number): void;
}

interface Turn {
  readonly future: Future;
  readonly bytes: number;
  run(): Promise<void>;
}

/** How far ahead of its turn a request may come. */
const mostAhead = 4096;
/** Numbers whose requests are remembered, so that one that is repeated gets the same answer. */
const remembered = 8192;

export class TurnQueue {
  readonly #options: TurnQueueOptions;
  /** Ids, not futures: those hold results. */
  readonly #known = new Map<number, { readonly digest: string; readonly id: string }>();
  readonly #waiting = new Map<number, Turn | 'refused'>();
  #next = 0;
  #highest = -1;
  #waitingBytes = 0;
  #isRunning = false;
  #isEnded = false;
  #gapTimer: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(options: TurnQueueOptions) {
    this.#options = options;
  }

  /** For a client that does not number its requests. */
  get nextFree(): number {
    return Math.max(this.#next, this.#highest + 1);
  }

  /** The future's id of the request that had this number and content before. Throws an ApiError of 400 for another content. */
  repeated(seq: number, digest: string): string | undefined {
    const known = this.#known.get(seq);
    if (known === undefined) return undefined;
    if (known.digest === digest) return known.id;
    throw invalidRequest(
      'seq_id',
      `seq_id: ${seq} was used for another request of this model`,
      'seq_id_used',
    );
  }

  /** Throws an ApiError of 400 or 429. `run` is called when the turn has come, and its end is waited for. */
  submit(seq: number, digest: string, turn: Turn): void {
    if (this.#isEnded) throw modelGone();
    if (seq < this.#next || this.#waiting.has(seq)) {
      throw invalidRequest('seq_id', `seq_id: ${seq} is over; the next is ${this.#next}`, 'seq_id_used');
    }
    if (seq >= this.#next + mostAhead) {
      throw invalidRequest('seq_id', `seq_id: ${seq} is far ahead; the next is ${this.#next}`);
    }
    if (seq !== this.#next && this.#waitingBytes + turn.bytes > this.#options.mostWaitingBytes) {
      throw new ApiError(
        `requests of ${this.#waitingBytes} bytes wait for seq_id ${this.#next} of this model, as many as may; try again`,
        { status: 429, type: 'rate_limit_error', code: 'queue_full', retryAfterSeconds: 1 },
      );
    }
    this.#known.set(seq, { digest, id: turn.future.id });
    const [oldest] = this.#known.keys();
    if (this.#known.size > remembered && oldest !== undefined) this.#known.delete(oldest);
    this.#highest = Math.max(this.#highest, seq);
    this.#waitingBytes += turn.bytes;
    this.#waiting.set(seq, turn);
    this.#advance();
  }

  /** The number was used for a request that was refused. */
  refuse(seq: number): void {
    if (this.#isEnded || !Number.isSafeInteger(seq)) return;
    if (seq < this.#next || seq >= this.#next + mostAhead || this.#waiting.has(seq)) return;
    this.#highest = Math.max(this.#highest, seq);
    this.#waiting.set(seq, 'refused');
    this.#advance();
  }

  /** Carries out no more; resolves when what runs has ended. */
  async end(): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#gapTimer);
    this.#waiting.clear();
    await this.#last;
  }

  #advance(): void {
    clearTimeout(this.#gapTimer);
    if (this.#isRunning || this.#isEnded) return;
    for (;;) {
      const turn = this.#waiting.get(this.#next);
      if (turn === undefined) break;
      this.#waiting.delete(this.#next);
      this.#next += 1;
      if (turn === 'refused') continue;
      this.#waitingBytes -= turn.bytes;
      this.#isRunning = true;
      this.#last = turn.run().finally(() => {
        this.#isRunning = false;
        this.#advance();
      });
      return;
    }
    if (this.#waiting.size > 0) {
      this.#gapTimer = setTimeout(() => this.#giveUp(), this.#options.gapMilliseconds);
      this.#gapTimer.unref();
    }
  }

  /** Who waits for a number that did not come fails: it was not meant to be carried out without that one. */
  #giveUp(): void {
    const missing = this.#next;
    const turns = [...this.#waiting.values()].filter((turn) => turn !== 'refused');
    this.#next = Math.max(...this.#waiting.keys()) + 1;
    this.#waiting.clear();
    this.#waitingBytes = 0;
    for (const { future } of turns) this.#options.onGap(future, missing);
  }
}

export function modelGone(): ApiError {
  return new ApiError('model_id: this model was unloaded, or its session has ended', {
    status: 404,
    type: 'invalid_request_error',
    code: 'model_not_found',
    param: 'model_id',
  });
}
