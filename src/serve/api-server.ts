/**
 * The HTTP under every API that this program serves: it listens or says why not, decides who may ask, gives every
 * response an `x-request-id`, and tells every failure in the API's own form. A client that goes away cancels its work;
 * closing lets what runs finish within a time and cuts off the rest.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError, apiErrorOf, shuttingDown } from './api-error.ts';
import { Exchange, type RequestRecord } from './exchange.ts';
import { Gate, isLoopback, type KeyHeader } from './gate.ts';

export type Handler = (exchange: Exchange) => Promise<void>;

export interface ApiServerOptions {
  /** Another than a loopback address needs a key. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly apiKey?: string | undefined;
  readonly keyHeader?: KeyHeader;
  /** Origins of web pages that may ask. */
  readonly origins: readonly string[];
  /** For a request from its first byte to the last of its answer. */
  readonly timeoutMilliseconds: number;
  /** For a request to arrive; default a minute. */
  readonly receiveMilliseconds?: number;
  /** Called after each request. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** What answers a path. Throws an ApiError of 404 or 405. */
  route(request: IncomingMessage, path: string): { readonly handler: Handler; readonly isOpen?: boolean };
  /** The body that tells an error; default OpenAI's form. */
  readonly errorBody?: (error: ApiError) => object;
}

/** For a request to arrive. */
const usualReceiveMilliseconds = 60_000;

export class ApiServer {
  readonly host: string;
  readonly #options: ApiServerOptions;
  readonly #receiveMilliseconds: number;
  readonly #server: Server;
  readonly #gate: Gate;
  readonly #exchanges = new Set<Exchange>();
  #isClosing = false;

  constructor(options: ApiServerOptions) {
    const { host, apiKey, origins, keyHeader } = options;
    if (!isLoopback(host) && apiKey === undefined) {
      throw new Error(`a server at ${host} can be reached from elsewhere, so it needs an API key`);
    }
    this.host = host;
    this.#options = options;
    this.#receiveMilliseconds = options.receiveMilliseconds ?? usualReceiveMilliseconds;
    this.#gate = new Gate({
      ...{ host, origins },
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(keyHeader === undefined ? {} : { keyHeader }),
    });
    this.#server = createServer({
      requestTimeout: this.#receiveMilliseconds,
      headersTimeout: this.#receiveMilliseconds / 2,
      // Longer than clients keep theirs, so that it is the client that ends an idle connection.
      keepAliveTimeout: 75_000,
      // The gate refuses a request without a host in the API's form.
      requireHostHeader: false,
    });
    this.#server.on('request', (request, response) => void this.#serve(request, response));
    this.#server.on('clientError', (error, socket) => refuseGarbage(error, socket as Socket, options));
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Resolves when it listens. Rejects when it cannot: `error.code` is EADDRINUSE when the port is taken. */
  async listen(): Promise<void> {
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: this.host, port: this.#options.port, exclusive: true }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  }

  /** Takes no new connections, lets requests that run finish, and cuts them off after so long. */
  async close(graceMilliseconds: number): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => {
      for (const exchange of this.#exchanges) exchange.cancel(shuttingDown());
    }, graceMilliseconds);
    // Whoever does not read the end of an answer is not waited for.
    const end = setTimeout(
      () => this.#server.closeAllConnections(),
      graceMilliseconds + usualReceiveMilliseconds / 10,
    );
    await closed;
    clearTimeout(cut);
    clearTimeout(end);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = new Exchange(request, response, this.#options.timeoutMilliseconds);
    this.#exchanges.add(exchange);
    response.once('close', () => {
      this.#exchanges.delete(exchange);
      if (exchange.signal.aborted && !response.writableFinished) exchange.error = exchange.signal.reason;
      this.#options.onRequest?.(exchange.record());
      // A connection that was busy when the server began to close is idle now.
      if (this.#isClosing) setImmediate(() => this.#server.closeIdleConnections());
    });
    response.setHeader('x-request-id', exchange.id);
    if (this.#isClosing) response.setHeader('connection', 'close');
    for (const [name, value] of Object.entries(this.#gate.corsHeaders(request)))
      response.setHeader(name, value);
    try {
      this.#gate.checkSource(request);
      await this.#handlerOf(request)(exchange);
    } catch (error) {
      exchange.error = apiErrorOf(error);
      const body = this.#options.errorBody?.(exchange.error) ?? exchange.error;
      exchange.sendJson(exchange.error.status, body, exchange.error.headers());
    }
  }

  #handlerOf(request: IncomingMessage): Handler {
    const path = (request.url ?? '').replace(/[?#].*/s, '');
    if (request.method === 'OPTIONS') return async ({ response }) => void response.writeHead(204).end();
    let routed: ReturnType<ApiServerOptions['route']>;
    try {
      routed = this.#options.route(request, path);
    } catch (error) {
      // Whoever has no key is not told what there is.
      this.#gate.checkKey(request);
      throw error;
    }
    if (routed.isOpen !== true) this.#gate.checkKey(request);
    return routed.handler;
  }
}

/** The handler for one method of a path; GET answers HEAD too. Throws an ApiError of 405. */
export function onlyFor(method: string, request: IncomingMessage, handler: Handler): Handler {
  if (request.method === method || (method === 'GET' && request.method === 'HEAD')) return handler;
  throw new ApiError(`${request.method} is not possible here; use ${method}`, {
    status: 405,
    type: 'invalid_request_error',
    code: 'method_not_allowed',
    headers: { allow: method },
  });
}

/** What is no HTTP, or too much of it, or too slow. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket, { errorBody }: ApiServerOptions): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const told: Record<string, readonly [status: string, message: string]> = {
    HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the header is too large'],
    ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
  };
  const [status, message] = told[error.code ?? ''] ?? ['400 Bad Request', 'this is not HTTP'];
  const refusal = new ApiError(message, {
    status: Number.parseInt(status, 10),
    type: 'invalid_request_error',
    code: 'bad_request',
  });
  const body = JSON.stringify(errorBody?.(refusal) ?? refusal);
  const length = Buffer.byteLength(body);
  const header = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close`;
  socket.end(`${header}\r\n\r\n${body}`);
}
