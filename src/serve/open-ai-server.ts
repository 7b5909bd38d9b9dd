/**
 * An HTTP server that speaks OpenAI's protocol for any chat models. Every error is in OpenAI's form and every response
 * has an `x-request-id`. A client that goes away cancels its work; a slow one holds up nobody; closing lets what runs
 * finish within a time and cuts off the rest.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { seedFrom } from '../stats/random.ts';
import { Admission, type Limits } from './admission.ts';
import { answerChat } from './answer-chat.ts';
import { answerCompletion, parseCompletion } from './answer-completion.ts';
import { ApiError, apiErrorOf, shuttingDown } from './api-error.ts';
import { type ParseContext, parseChat } from './chat-request.ts';
import { Exchange, type RequestRecord } from './exchange.ts';
import { Gate, isLoopback } from './gate.ts';
import { readJsonBody } from './read-json-body.ts';
import type { ServedModel } from './served-model.ts';

export interface OpenAiServerOptions {
  /** At least one. */
  readonly models: readonly ServedModel[];
  /** Default 127.0.0.1. Another than a loopback address needs a key. */
  readonly host?: string;
  /** 0, the default: any free port. */
  readonly port?: number;
  readonly apiKey?: string;
  /** Origins of web pages that may ask; none by default. */
  readonly origins?: readonly string[];
  /** Answers made at once, and answers that wait; default 8 and 64. */
  readonly limits?: Limits;
  /** Largest body of a request; default 4 MiB. */
  readonly mostBodyBytes?: number;
  /** For a request from its first byte to the last of its answer; default an hour. */
  readonly timeoutMilliseconds?: number;
  /** Silence in a stream after which a comment is sent; default 10 s. */
  readonly keepAliveMilliseconds?: number;
  /** How long a reader of a stream may take nothing; default a minute. */
  readonly stallMilliseconds?: number;
  /** Where seeds of requests come from that bring none. */
  readonly seed: number;
  /** Milliseconds since 1970, for `created`. */
  readonly now?: () => number;
  /** Called after each request. */
  readonly onRequest?: (record: RequestRecord) => void;
}

export interface OpenAiServer {
  readonly host: string;
  readonly port: number;
  /** Takes no new requests, lets those that run finish, and cuts them off after so long. */
  close(graceMilliseconds: number): Promise<void>;
}

/** Most choices of one request. */
const mostChoices = 64;
/** For a request to arrive. */
const receiveMilliseconds = 60_000;

/** Resolves when the server listens. Rejects when it cannot: `error.code` is EADDRINUSE when the port is taken. */
export async function startOpenAiServer(options: OpenAiServerOptions): Promise<OpenAiServer> {
  const running = new RunningServer(options);
  await running.listen();
  return running;
}

type Handler = (exchange: Exchange) => Promise<void>;

class RunningServer implements OpenAiServer {
  readonly host: string;
  readonly #options: OpenAiServerOptions;
  readonly #server: Server;
  readonly #gate: Gate;
  readonly #admission: Admission;
  readonly #exchanges = new Set<Exchange>();
  readonly #started: number;
  readonly #now: () => number;
  #requests = 0;
  #isClosing = false;

  constructor(options: OpenAiServerOptions) {
    const { host = '127.0.0.1', apiKey, origins = [], limits = { running: 8, waiting: 64 } } = options;
    if (!isLoopback(host) && apiKey === undefined) {
      throw new Error(`a server at ${host} can be reached from elsewhere, so it needs an API key`);
    }
    this.host = host;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#started = Math.floor(this.#now() / 1000);
    this.#gate = new Gate({ host, origins, ...(apiKey === undefined ? {} : { apiKey }) });
    this.#admission = new Admission(limits);
    this.#server = createServer({
      requestTimeout: receiveMilliseconds,
      headersTimeout: receiveMilliseconds / 2,
      // Longer than clients keep theirs, so that it is the client that ends an idle connection.
      keepAliveTimeout: 75_000,
      // The gate refuses a request without a host in OpenAI's form.
      requireHostHeader: false,
    });
    this.#server.on('request', (request, response) => void this.#serve(request, response));
    this.#server.on('clientError', refuseGarbage);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async listen(): Promise<void> {
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: this.host, port: this.#options.port ?? 0, exclusive: true }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  }

  async close(graceMilliseconds: number): Promise<void> {
    this.#isClosing = true;
    this.#admission.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => {
      for (const exchange of this.#exchanges) exchange.cancel(shuttingDown());
    }, graceMilliseconds);
    // Whoever does not read the end of an answer is not waited for.
    const end = setTimeout(
      () => this.#server.closeAllConnections(),
      graceMilliseconds + receiveMilliseconds / 10,
    );
    await closed;
    clearTimeout(cut);
    clearTimeout(end);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = new Exchange(request, response, this.#options.timeoutMilliseconds ?? 3_600_000);
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
      exchange.sendJson(exchange.error.status, exchange.error, exchange.error.headers());
    }
  }

  #handlerOf(request: IncomingMessage): Handler {
    const path = (request.url ?? '').replace(/[?#].*/s, '');
    if (request.method === 'OPTIONS') return async ({ response }) => void response.writeHead(204).end();
    if (path === '/health') return onlyFor('GET', request, async (exchange) => this.#health(exchange));
    this.#gate.checkKey(request);
    if (path === '/v1/chat/completions') return onlyFor('POST', request, (exchange) => this.#chat(exchange));
    if (path === '/v1/completions') return onlyFor('POST', request, (exchange) => this.#completion(exchange));
    if (path === '/v1/models') {
      const data = this.#options.models.map((model) => this.#described(model));
      return onlyFor('GET', request, async (exchange) => exchange.sendJson(200, { object: 'list', data }));
    }
    if (path.startsWith('/v1/models/')) {
      const model = this.#find(decoded(path.slice('/v1/models/'.length)));
      return onlyFor('GET', request, async (exchange) => exchange.sendJson(200, this.#described(model)));
    }
    throw new ApiError(
      `there is nothing at ${path}; this server has /v1/chat/completions, /v1/completions, /v1/models and /health`,
      { status: 404, type: 'invalid_request_error', code: 'unknown_url' },
    );
  }

  #health(exchange: Exchange): void {
    const { running, waiting } = this.#admission;
    const status = this.#isClosing ? 'shutting down' : 'ok';
    exchange.sendJson(this.#isClosing ? 503 : 200, { status, running, waiting });
  }

  async #chat(exchange: Exchange): Promise<void> {
    const asked = parseChat(await this.#read(exchange), this.#parseContext);
    exchange.model = asked.served.id;
    await answerChat(asked, exchange, this.#answerOptions(asked.requests.length));
  }

  async #completion(exchange: Exchange): Promise<void> {
    const asked = parseCompletion(await this.#read(exchange), this.#parseContext);
    exchange.model = asked.served.id;
    await answerCompletion(asked, exchange, this.#answerOptions(asked.requests.length));
  }

  async #read({ request }: Exchange): Promise<unknown> {
    return await readJsonBody(request, this.#options.mostBodyBytes ?? 4 * 1024 * 1024);
  }

  get #parseContext(): ParseContext {
    return {
      find: (id) => this.#find(id),
      nextSeed: () => {
        this.#requests += 1;
        return seedFrom(this.#options.seed, this.#requests);
      },
      mostChoices: Math.min(mostChoices, this.#admission.capacity),
    };
  }

  #answerOptions(choices: number): Parameters<typeof answerChat>[2] {
    const { keepAliveMilliseconds = 10_000, stallMilliseconds = 60_000 } = this.#options;
    return {
      places: this.#admission.admit(choices),
      created: Math.floor(this.#now() / 1000),
      keepAliveMilliseconds,
      stallMilliseconds,
    };
  }

  #find(id: string): ServedModel {
    const found = this.#options.models.find((model) => model.id === id);
    if (found !== undefined) return found;
    const ids = this.#options.models.map((model) => model.id).join(', ');
    throw new ApiError(`there is no model ${id} here; there is ${ids}`, {
      status: 404,
      type: 'invalid_request_error',
      code: 'model_not_found',
      param: 'model',
    });
  }

  #described({ id, model, scaffold }: ServedModel): object {
    return {
      id,
      object: 'model',
      created: this.#started,
      owned_by: 'qed',
      ...(model.contextTokens === undefined ? {} : { max_model_len: model.contextTokens }),
      ...(scaffold === undefined ? {} : { scaffold }),
    };
  }
}

function onlyFor(method: 'GET' | 'POST', request: IncomingMessage, handler: Handler): Handler {
  if (request.method === method || (method === 'GET' && request.method === 'HEAD')) return handler;
  throw new ApiError(`${request.method} is not possible here; use ${method}`, {
    status: 405,
    type: 'invalid_request_error',
    code: 'method_not_allowed',
    headers: { allow: method },
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What is no HTTP, or too much of it, or too slow. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const told: Record<string, readonly [status: string, message: string]> = {
    HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the header is too large'],
    ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
  };
  const [status, message] = told[error.code ?? ''] ?? ['400 Bad Request', 'this is not HTTP'];
  const body = JSON.stringify({
    error: { message, type: 'invalid_request_error', param: null, code: 'bad_request' },
  });
  const length = Buffer.byteLength(body);
  const header = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close`;
  socket.end(`${header}\r\n\r\n${body}`);
}
