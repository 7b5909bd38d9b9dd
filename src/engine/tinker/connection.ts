/**
 * Requests to one server: addressed, with the key, made again by the retry table, and answers read by the schema of their
 * endpoint. Errors name the server and repeat what it said, without the key.
 */
import type { z } from 'zod';
import { seedFrom } from '../../stats/random.ts';
import { type Clock, systemClock } from './clock.ts';
import { isRetryable, longestRetrying, retryDelay } from './retry-table.ts';
import { TinkerError, type TinkerErrorKind, withoutKey } from './tinker-error.ts';
import { fetchTransport, type HttpAnswer, NoAnswer, type Transport } from './transport.ts';
import { apiPrefix, type Endpoint, pathOf } from './wire/endpoints/endpoint.ts';

/** The version of the protocol that is spoken. */
export const sdkVersion = '0.38.0';

export interface ConnectionOptions {
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly clock?: Clock;
  readonly transport?: Transport;
  readonly onRemark?: ((text: string) => void) | undefined;
  /** Fires when all that goes over this connection should end. */
  readonly signal?: AbortSignal | undefined;
}

export interface SendOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  /** In place of a JSON body. */
  readonly bytes?: { readonly contentType: string; readonly value: Uint8Array<ArrayBuffer> };
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
  /** False: one attempt. */
  readonly retries?: boolean;
  /** False: not made again once it may have reached the server. */
  readonly repeatable?: boolean;
  /** Answers of these kinds are the caller's business, whatever the retry table says. */
  readonly isFinal?: (answer: HttpAnswer) => boolean;
}

export class Connection {
  /** Where the server is, for messages. */
  readonly label: string;
  readonly clock: Clock;
  readonly onRemark: (text: string) => void;
  readonly #base: string;
  readonly #apiKey: string | undefined;
  readonly #transport: Transport;
  readonly #signal: AbortSignal | undefined;
  /** Why nothing more can be asked. */
  #failure: TinkerError | undefined;
  #count = 0;

  constructor(options: ConnectionOptions) {
    const { url, apiKey, clock = systemClock, transport = fetchTransport, onRemark = () => {} } = options;
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new TinkerError(
        'rejected',
        `engine url ${JSON.stringify(url)}: it begins with http:// or https://`,
      );
    }
    const { protocol, host, hostname, pathname } = new URL(url);
    this.#base = `${protocol}//${host}${pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}${apiPrefix}`;
    this.label = `the server at ${protocol}//${host}`;
    this.clock = clock;
    this.onRemark = (text) => onRemark(withoutKey(text, apiKey));
    this.#apiKey = apiKey;
    this.#transport = transport;
    this.#signal = options.signal;
    const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
    if (apiKey !== undefined && protocol === 'http:' && !isHere) {
      this.onRemark(
        `${this.label} is asked without encryption, and the key can be read on the way; https would hide it`,
      );
    }
  }

  /** Address and headers for who asks by itself. */
  get access(): { readonly base: string; readonly headers: Readonly<Record<string, string>> } {
    return { base: this.#base, headers: this.#keyHeaders() };
  }

  /** From now on every request fails with this. */
  fail(error: TinkerError): void {
    this.#failure ??= error;
  }

  get failure(): TinkerError | undefined {
    return this.#failure;
  }

  /** Asks an endpoint that answers at once. Throws a TinkerError unless the answer is what the endpoint has. */
  async call<Q extends z.ZodType, A extends z.ZodType>(
    endpoint: Endpoint<Q, A>,
    body: z.input<Q>,
    options: SendOptions & { readonly parts?: Readonly<Record<string, string>> } = {},
  ): Promise<z.output<A>> {
    const path = pathOf(endpoint.path, options.parts ?? {});
    const answer = await this.send(path, {
      method: endpoint.method,
      ...(endpoint.method === 'GET' || endpoint.method === 'DELETE' ? {} : { body }),
      ...options,
    });
    if (answer.status >= 300) throw this.errorOf(path, answer);
    return this.read(endpoint.answer, answer, path);
  }

  /** The JSON of an answer by a schema. */
  read<A extends z.ZodType>(schema: A, answer: HttpAnswer, what: string): z.output<A> {
    const result = schema.safeParse(answer.bytes.length === 0 ? {} : this.json(answer, what));
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const place = issue === undefined ? '' : ` (${issue.path.join('.') || 'the whole'}: ${issue.message})`;
    throw new TinkerError(
      'protocol',
      `${this.label} answered ${what} with something else than the protocol has${place}`,
    );
  }

  json(answer: HttpAnswer, what: string): unknown {
    try {
      return JSON.parse(new TextDecoder().decode(answer.bytes));
    } catch (cause) {
      throw new TinkerError(
        'protocol',
        `${this.label} answered ${what} with ${answer.contentType || 'something'} that is no JSON: ${this.#shown(answer)}`,
        { cause, status: answer.status },
      );
    }
  }

  /** One request, made again by the retry table. Any answer that is not retried is returned, whatever its status. */
  async send(path: string, options: SendOptions = {}): Promise<HttpAnswer> {
    const began = this.clock.now();
    this.#count += 1;
    const seed = seedFrom(this.#base, this.#count);
    const idempotencyKey = `qed-${seed.toString(16)}-${this.#count}`;
    for (let attempt = 0; ; attempt += 1) {
      if (this.#failure !== undefined) throw this.#failure;
      const outcome = await this.#attempt(path, idempotencyKey, options);
      const answer = outcome instanceof NoAnswer ? undefined : outcome;
      if (answer !== undefined && (options.isFinal?.(answer) ?? false)) return answer;
      const again = (options.retries ?? true) && isRetryable(answer?.status, answer?.headers);
      if (!again) {
        if (answer !== undefined) return answer;
        throw outcome;
      }
      if (outcome instanceof NoAnswer && outcome.mayHaveArrived && options.repeatable === false) {
        throw new TinkerError(
          'connection',
          `${this.label} has not answered ${path} (${outcome.message}), and would not know it again: whether it was done cannot be told. Go on from the last checkpoint`,
          { cause: outcome },
        );
      }
      const delay = retryDelay(attempt, answer?.headers, seed);
      if (this.clock.now() + delay - began > longestRetrying) {
        if (answer !== undefined) throw this.errorOf(path, answer);
        throw new TinkerError(
          'connection',
          `${this.label} has not answered ${path} for ${longestRetrying / 60_000} minutes (${(outcome as NoAnswer).message}). Is it running, and is the address right?`,
          { cause: outcome },
        );
      }
      if (attempt === 2) {
        const why = answer === undefined ? (outcome as NoAnswer).message : `status ${answer.status}`;
        this.onRemark(`${this.label} does not take ${path} (${why}); asking again for up to 5 minutes`);
      }
      await this.clock.sleep(delay, this.#both(options.signal));
    }
  }

  async #attempt(
    path: string,
    idempotencyKey: string,
    { method = 'POST', body, bytes, headers, timeout = 60_000, signal }: SendOptions,
  ): Promise<HttpAnswer | NoAnswer> {
    const payload = bytes?.value ?? (body === undefined ? undefined : JSON.stringify(body));
    try {
      return await this.#transport({
        method,
        url: this.#base + path,
        headers: {
          accept: 'application/json',
          'user-agent': 'qed-toolkit',
          ...(payload === undefined ? {} : { 'content-type': bytes?.contentType ?? 'application/json' }),
          ...(method === 'GET' ? {} : { 'x-idempotency-key': idempotencyKey }),
          ...this.#keyHeaders(),
          ...headers,
        },
        timeout,
        signal: this.#both(signal),
        ...(payload === undefined ? {} : { body: payload }),
      });
    } catch (error) {
      if (error instanceof NoAnswer) return error;
      throw error;
    }
  }

  /** The error that an answer is. `advice` is added to what the server said. */
  errorOf(path: string, answer: HttpAnswer, advice = ''): TinkerError {
    const { status } = answer;
    const kind: TinkerErrorKind = status === 402 ? 'billing' : status >= 500 ? 'failed' : 'rejected';
    const help =
      advice !== ''
        ? ` ${advice}`
        : status === 401 || status === 403
          ? ' The key that it wants is in the environment variable that engine.apiKeyVariable names.'
          : '';
    return new TinkerError(
      kind,
      `${this.label} answered ${path} with ${status}: ${this.#shown(answer)}${help}`,
      {
        status,
      },
    );
  }

  /** What the server said, for people. */
  said(text: string): string {
    return withoutKey(text, this.#apiKey).replaceAll(/\s+/g, ' ').trim().slice(0, 600);
  }

  #shown(answer: HttpAnswer): string {
    const text = new TextDecoder().decode(answer.bytes.subarray(0, 20_000));
    return this.said(detailIn(text)) || 'nothing more';
  }

  #keyHeaders(): Readonly<Record<string, string>> {
    return this.#apiKey === undefined ? {} : { 'x-api-key': this.#apiKey };
  }

  #both(signal: AbortSignal | undefined): AbortSignal | undefined {
    if (signal === undefined || this.#signal === undefined) return signal ?? this.#signal;
    return AbortSignal.any([signal, this.#signal]);
  }
}

/** The human part of an error's body: `detail`, a text or FastAPI's list of faults, or `error`; else the body. */
function detailIn(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A page of a proxy, or plain text.
    return text;
  }
  if (typeof value !== 'object' || value === null) return text;
  const { detail, error } = value as { readonly detail?: unknown; readonly error?: unknown };
  if (typeof detail === 'string') return detail;
  if (typeof error === 'string') return error;
  if (!Array.isArray(detail)) return text;
  const faults = detail.map(
    (fault: { readonly loc?: readonly unknown[]; readonly msg?: unknown }) =>
      `${(fault.loc ?? []).join('.')}: ${String(fault.msg)}`,
  );
  return faults.join('; ');
}
