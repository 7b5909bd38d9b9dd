/**
 * Who may ask. Without a key a server is reached over loopback only, by a name for loopback (a web page whose name
 * was made to point here, DNS rebinding, has another one), and from no web page but those of the origins that were
 * named. With a key, its digest is compared in constant time.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.ts';

export interface GateOptions {
  /** The address that the server listens on. */
  readonly host: string;
  readonly apiKey?: string;
  /** Where the key stands; default `authorization`, as a bearer. */
  readonly keyHeader?: KeyHeader;
  /** Origins of web pages that may ask, `*` for all. */
  readonly origins: readonly string[];
}

export type KeyHeader = 'authorization' | 'x-api-key';

/** What of a request decides. */
export interface Asking {
  readonly headers: IncomingHttpHeaders;
  readonly method?: string | undefined;
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

export class Gate {
  readonly #names: readonly string[] | undefined;
  readonly #digest: Buffer | undefined;
  readonly #keyHeader: KeyHeader;
  readonly #origins: ReadonlySet<string>;

  constructor({ host, apiKey, keyHeader = 'authorization', origins }: GateOptions) {
    this.#names = isLoopback(host) ? [...loopbackNames, host] : undefined;
    this.#digest = apiKey === undefined ? undefined : digestOf(apiKey);
    this.#keyHeader = keyHeader;
    this.#origins = new Set(origins);
  }

  /** Throws an ApiError of 403 for a host or an origin that may not ask. */
  checkSource({ headers }: Asking): void {
    const name = (headers.host ?? '').replace(/:\d*$/, '').toLowerCase();
    if (this.#names !== undefined && !this.#names.includes(name)) {
      throw forbidden(
        `this server answers to ${loopbackNames.join(', ')}, not to "${name}"`,
        'host_not_allowed',
      );
    }
    if (headers.origin !== undefined && !this.#allows(headers.origin)) {
      throw forbidden(
        `web pages of ${headers.origin} may not ask this server; start it with --cors ${headers.origin} to let them`,
        'origin_not_allowed',
      );
    }
  }

  /** Throws an ApiError of 401. */
  checkKey({ headers }: Asking): void {
    if (this.#digest === undefined) return;
    const isBearer = this.#keyHeader === 'authorization';
    const told = headers[this.#keyHeader];
    const given = isBearer ? /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1] : told?.toString();
    if (given !== undefined && timingSafeEqual(digestOf(given.trim()), this.#digest)) return;
    throw new ApiError(
      given === undefined
        ? `this server needs a key: send it as "${isBearer ? 'Authorization: Bearer KEY' : 'X-API-Key: KEY'}"`
        : 'the API key is not the one of this server',
      {
        status: 401,
        type: 'authentication_error',
        code: 'invalid_api_key',
        headers: { 'www-authenticate': 'Bearer' },
      },
    );
  }

  /** What a browser needs to be told so that a page of an allowed origin may read the answer. */
  corsHeaders({ headers, method }: Asking): Record<string, string> {
    const { origin } = headers;
    if (origin === undefined || this.#origins.size === 0 || !this.#allows(origin)) return {};
    const common = {
      'access-control-allow-origin': this.#origins.has('*') ? '*' : origin,
      vary: 'origin',
      'access-control-expose-headers': 'x-request-id, retry-after',
    };
    if (method !== 'OPTIONS') return common;
    return {
      ...common,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers':
        headers['access-control-request-headers'] ?? 'authorization, content-type',
      'access-control-allow-private-network': 'true',
      'access-control-max-age': '600',
    };
  }

  #allows(origin: string): boolean {
    return this.#origins.has('*') || this.#origins.has(origin);
  }
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function forbidden(message: string, code: string): ApiError {
  return new ApiError(message, { status: 403, type: 'permission_error', code });
}
