/**
 * One POST, sent once, whose answer is read as it comes, over Node's own HTTP with connections kept alive. It ends in exactly one
 * way: the answer is whole, the reader has what it needs, or it fails as a ModelError; an abort closes the socket at
 * once. Deadlines are the watchdog's alone, no cap of an HTTP library.
 */
import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { connectTimeoutCode, ModelError } from '../model-error.ts';
import type { Clock } from './clock.ts';
import { takeShortcut } from './connections.ts';
import { failureOf } from './failure.ts';
import { retryAfterOf } from './retry-after.ts';
import { turns } from './turns.ts';
import { type CallLimits, type Expiry, Watchdog } from './watchdog.ts';

export interface StreamReader {
  /** Takes bytes of the answer. `false` ends the call: all that is needed has come. May throw. */
  read(bytes: Uint8Array, watchdog: Watchdog): boolean;
  /** The answer ended by itself. May throw. */
  end(): void;
  /** The connection broke; true where what has come is all that is needed. */
  isEnoughWhenBroken(): boolean;
}

export interface PostOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly agent: http.Agent;
  readonly limits: CallLimits;
  readonly clock: Clock;
  readonly label: string;
  readonly apiKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** As much of an error's body as is read. */
const ERROR_BODY_READ = 64 * 1024;
/** How long a server may take to end an answer that has said it is done, before its connection is given up. */
const PATIENCE_AFTER_END = 1_000;

export function postStream(options: PostOptions, reader: StreamReader): Promise<void> {
  return new Promise((resolve, reject) => {
    new Post(options, reader, resolve, reject).send();
  });
}

class Post {
  readonly #options: PostOptions;
  readonly #reader: StreamReader;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  readonly #watchdog: Watchdog;
  #request: http.ClientRequest | undefined;
  #isSettled = false;

  constructor(
    options: PostOptions,
    reader: StreamReader,
    resolve: () => void,
    reject: (error: unknown) => void,
  ) {
    this.#options = options;
    this.#reader = reader;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#watchdog = new Watchdog(options.limits, options.clock, (expiry) => this.#expire(expiry));
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Once: whether a connection that broke had carried it to the server cannot be told, and a provider may charge. */
  send(): void {
    const { url, headers, body, agent, signal } = this.#options;
    if (signal?.aborted === true) {
      this.#abort();
      return;
    }
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      agent,
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'accept-encoding': 'identity',
        ...headers,
        'content-length': String(Buffer.byteLength(body)),
      },
    });
    this.#request = request;
    request.on('socket', (socket) => {
      const isReady = !socket.connecting;
      if (isReady) this.#watchdog.connected();
      else
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () =>
          this.#watchdog.connected(),
        );
    });
    request.on('response', (response) => {
      this.#watchdog.connected();
      this.#receive(response);
    });
    request.on('error', (error) => {
      if (!this.#isSettled) this.#broken(error);
    });
    request.end(body);
  }

  #receive(response: http.IncomingMessage): void {
    const status = response.statusCode ?? 0;
    const body = decoded(response);
    if (body === undefined) {
      const encoding = response.headers['content-encoding'];
      this.#fail(this.#protocol(`the answer is encoded as ${encoding}, which is not known`));
      return;
    }
    body.on('error', (error) => this.#broken(error));
    response.on('error', (error) => this.#broken(error));
    response.on('aborted', () => this.#broken(new Error('the connection was reset')));
    if (status !== 200) {
      this.#receiveFailure(response, body, status);
      return;
    }
    const type = response.headers['content-type'] ?? 'nothing';
    if (!type.toLowerCase().startsWith('text/event-stream')) {
      this.#receiveWrongType(body, type);
      return;
    }
    takeShortcut(response, (bytes) => this.#take(bytes, response.socket, response));
    body.on('data', (bytes: Uint8Array) => {
      if (!this.#take(bytes, body, response)) body.pause();
    });
    body.on('end', () => {
      if (this.#isSettled) return;
      try {
        this.#reader.end();
        this.#succeed();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Reads what came. False when no more may come in this turn; then `source` goes on in a later one. */
  #take(bytes: Uint8Array, source: Readable, response: http.IncomingMessage): boolean {
    if (this.#isSettled) return true;
    this.#watchdog.byte();
    try {
      if (!this.#reader.read(bytes, this.#watchdog)) this.#finish(response);
    } catch (error) {
      this.#fail(error);
    }
    if (this.#isSettled || turns.hasTime) return true;
    turns.later(() => {
      source.resume();
    });
    return false;
  }

  #receiveFailure(response: http.IncomingMessage, body: Readable, status: number): void {
    const { label, apiKey, clock } = this.#options;
    const shouldRetry = response.headers['x-should-retry'];
    const location = response.headers.location;
    this.#collect(body, (text) =>
      failureOf({
        label,
        status,
        body:
          status >= 300 && status < 400
            ? `the server is elsewhere: ${location ?? 'it says not where'}`
            : text,
        apiKey,
        retryAfterMilliseconds: retryAfterOf(response.headers, clock.date()),
        shouldRetry: shouldRetry === 'true' ? true : shouldRetry === 'false' ? false : undefined,
      }),
    );
  }

  /** A page of a proxy, or a server that does not stream; an error in JSON with status 200 says what it is. */
  #receiveWrongType(body: Readable, type: string): void {
    const { label, apiKey } = this.#options;
    this.#collect(body, (text) => {
      if (/^\s*(?:\[\s*)?\{\s*"error"/.test(text)) {
        return failureOf({ label, status: undefined, body: text, apiKey });
      }
      const { message } = failureOf({ label: 'it begins', status: undefined, body: text, apiKey });
      return this.#protocol(`the answer is no event stream but ${type}; ${message.slice(0, 200)}`, true);
    });
  }

  #collect(body: Readable, failure: (text: string) => ModelError): void {
    const pieces: Uint8Array[] = [];
    let size = 0;
    const done = () => {
      if (!this.#isSettled) this.#fail(failure(Buffer.concat(pieces).toString('utf8')));
    };
    body.on('data', (bytes: Uint8Array) => {
      this.#watchdog.byte();
      pieces.push(bytes);
      size += bytes.length;
      if (size > ERROR_BODY_READ) done();
    });
    body.on('end', done);
  }

  /** The reader is satisfied: the socket is used again if the answer ends soon. */
  #finish(response: http.IncomingMessage): void {
    const request = this.#request;
    this.#succeed();
    response.resume();
    const timer = this.#options.clock.after(PATIENCE_AFTER_END, () => request?.destroy());
    response.once('close', () => timer.cancel());
  }

  #broken(error: Error): void {
    if (this.#isSettled) return;
    if (this.#reader.isEnoughWhenBroken()) {
      this.#succeed();
      return;
    }
    const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
    const message = error.message === '' ? 'no connection' : error.message;
    this.#fail(
      new ModelError(`${this.#options.label}: ${message}${message.includes(code.slice(2, -1)) ? '' : code}`, {
        kind: 'connection',
        isRetryable: true,
        cause: error,
      }),
    );
  }

  #expire(expiry: Expiry): void {
    const { label, limits } = this.#options;
    const seconds = limits[expiry] / 1_000;
    const said = {
      connect: `no connection within ${seconds} s`,
      firstToken: `no reply began within ${seconds} s`,
      idle: `nothing came for ${seconds} s`,
      total: `not done within ${seconds} s`,
    }[expiry];
    const kind = expiry === 'connect' ? 'connection' : expiry === 'total' ? 'total-timeout' : 'idle-timeout';
    const cause =
      expiry === 'connect' ? { cause: Object.assign(new Error(said), { code: connectTimeoutCode }) } : {};
    this.#fail(
      new ModelError(`${label}: ${said}`, { kind, isRetryable: kind !== 'total-timeout', ...cause }),
    );
  }

  readonly #abort = (): void => {
    this.#fail(this.#options.signal?.reason);
  };

  #protocol(message: string, isRetryable = false): ModelError {
    return new ModelError(`${this.#options.label}: ${message}`, { kind: 'protocol', isRetryable });
  }

  #succeed(): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#resolve();
  }

  #fail(error: unknown): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#request?.destroy();
    this.#reject(error);
  }

  #settle(): void {
    this.#isSettled = true;
    this.#watchdog.stop();
    this.#options.signal?.removeEventListener('abort', this.#abort);
  }
}

/** The body without its content coding; a proxy may add one although none was accepted. */
function decoded(response: http.IncomingMessage): Readable | undefined {
  const flush = { flush: zlib.constants.Z_SYNC_FLUSH };
  switch (response.headers['content-encoding'] ?? 'identity') {
    case 'identity':
      return response;
    case 'gzip':
    case 'x-gzip':
      return response.pipe(zlib.createGunzip(flush));
    case 'deflate':
      return response.pipe(zlib.createInflate(flush));
    case 'br':
      return response.pipe(zlib.createBrotliDecompress());
    default:
      return undefined;
  }
}
