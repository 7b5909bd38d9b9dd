/**
 * An HTTP server that speaks OpenAI's protocol for any chat models. Every error is in OpenAI's form. A client that goes
 * away cancels its work; a slow one holds up nobody; closing lets what runs finish within a time and cuts off the rest.
 */
import type { IncomingMessage } from 'node:http';
import { seedFrom } from '../stats/random.ts';
import { Admission, type Limits } from './admission.ts';
import { answerChat } from './answer-chat.ts';
import { answerCompletion, parseCompletion } from './answer-completion.ts';
import { ApiError } from './api-error.ts';
import { ApiServer, type ApiServerOptions, type Handler, onlyFor } from './api-server.ts';
import { type ParseContext, parseChat } from './chat-request.ts';
import type { Exchange, RequestRecord } from './exchange.ts';
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

/** Resolves when the server listens. Rejects when it cannot: `error.code` is EADDRINUSE when the port is taken. */
export async function startOpenAiServer(options: OpenAiServerOptions): Promise<OpenAiServer> {
  const running = new RunningServer(options);
  await running.listen();
  return running;
}

class RunningServer implements OpenAiServer {
  readonly #options: OpenAiServerOptions;
  readonly #server: ApiServer;
  readonly #admission: Admission;
  readonly #started: number;
  readonly #now: () => number;
  #requests = 0;

  constructor(options: OpenAiServerOptions) {
    const { host = '127.0.0.1', port = 0, origins = [], limits = { running: 8, waiting: 64 } } = options;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#started = Math.floor(this.#now() / 1000);
    this.#admission = new Admission(limits);
    this.#server = new ApiServer({
      ...{ host, port, origins, apiKey: options.apiKey, onRequest: options.onRequest },
      timeoutMilliseconds: options.timeoutMilliseconds ?? 3_600_000,
      route: (request, path) => this.#route(request, path),
    });
  }

  get host(): string {
    return this.#server.host;
  }

  get port(): number {
    return this.#server.port;
  }

  async listen(): Promise<void> {
    await this.#server.listen();
  }

  async close(graceMilliseconds: number): Promise<void> {
    this.#admission.close();
    await this.#server.close(graceMilliseconds);
  }

  #route(request: IncomingMessage, path: string): ReturnType<ApiServerOptions['route']> {
    const get = (handler: Handler) => ({ handler: onlyFor('GET', request, handler) });
    const post = (handler: Handler) => ({ handler: onlyFor('POST', request, handler) });
    if (path === '/health') return { ...get(async (exchange) => this.#health(exchange)), isOpen: true };
    if (path === '/v1/chat/completions') return post((exchange) => this.#chat(exchange));
    if (path === '/v1/completions') return post((exchange) => this.#completion(exchange));
    if (path === '/v1/models') {
      const data = this.#options.models.map((model) => this.#described(model));
      return get(async (exchange) => exchange.sendJson(200, { object: 'list', data }));
    }
    if (path.startsWith('/v1/models/')) {
      const model = this.#find(decoded(path.slice('/v1/models/'.length)));
      return get(async (exchange) => exchange.sendJson(200, this.#described(model)));
    }
    throw new ApiError(
      `there is nothing at ${path}; this server has /v1/chat/completions, /v1/completions, /v1/models and /health`,
      { status: 404, type: 'invalid_request_error', code: 'unknown_url' },
    );
  }

  #health(exchange: Exchange): void {
    const { running, waiting } = this.#admission;
    const status = this.#server.isClosing ? 'shutting down' : 'ok';
    exchange.sendJson(this.#server.isClosing ? 503 : 200, { status, running, waiting });
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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
