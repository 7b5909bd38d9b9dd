/**
 * One request that is being answered: who it is, what cancels it, and what is known of it afterwards. The signal fires
 * when the client has gone, when the request's time is over, or when the server stops; its reason is an ApiError that
 * says which.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Usage } from '../model/chat-model.ts';
import { type ApiError, clientGone, TimeLimitError } from './api-error.ts';

/** What a log says of a request. */
export interface RequestRecord {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** 499: the client went away. */
  readonly status: number;
  readonly seconds: number;
  readonly model?: string;
  readonly usage?: Usage;
  readonly error?: ApiError;
}

export class Exchange {
  readonly id = `req_${randomUUID().replaceAll('-', '')}`;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** For the log. */
  model: string | undefined;
  usage: Usage | undefined;
  error: ApiError | undefined;
  readonly #controller = new AbortController();
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(request: IncomingMessage, response: ServerResponse, timeoutMilliseconds: number) {
    this.request = request;
    this.response = response;
    this.#timer = setTimeout(
      () => this.cancel(new TimeLimitError(timeoutMilliseconds / 1000)),
      timeoutMilliseconds,
    );
    response.once('close', () => {
      clearTimeout(this.#timer);
      if (!response.writableFinished) this.cancel(clientGone());
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the request's work. What comes later than the first reason changes nothing. */
  cancel(reason: ApiError): void {
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  sendJson(status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
    this.send(status, Buffer.from(JSON.stringify(body)), { 'content-type': 'application/json', ...headers });
  }

  send(status: number, bytes: Uint8Array, headers: Readonly<Record<string, string>>): void {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return;
    response.writeHead(status, { 'content-length': bytes.length, ...headers });
    response.end(bytes);
  }

  record(): RequestRecord {
    const { id, request, response, model, usage, error } = this;
    return {
      id,
      method: request.method ?? '',
      path: (request.url ?? '').replace(/\?.*/s, ''),
      status: error?.status ?? response.statusCode,
      seconds: (performance.now() - this.#began) / 1000,
      ...(model === undefined ? {} : { model }),
      ...(usage === undefined ? {} : { usage }),
      ...(error === undefined ? {} : { error }),
    };
  }
}
