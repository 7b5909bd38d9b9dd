/**
 * What all callers of one server share: connections, how many calls it takes at once, and whether it works. Two models
 * at one address share it too, so that their calls do not add up to more than the server said it can take.
 */
import type http from 'node:http';
import { AdaptiveLimit, type ConcurrencyLimits, defaultConcurrencyLimits } from './adaptive-limit.ts';
import { Breaker, type BreakerLimits, defaultBreakerLimits } from './breaker.ts';
import type { OnCallEvent } from './call.ts';
import { type Clock, systemClock } from './clock.ts';
import { createAgent } from './connections.ts';
import { freshConnections } from './fresh-connections.ts';

export interface Endpoint {
  readonly baseUrl: URL;
  readonly agent: http.Agent;
  readonly limit: AdaptiveLimit;
  readonly breaker: Breaker;
  readonly clock: Clock;
  /** Closes the connections. */
  close(): void;
}

export interface EndpointOptions {
  /** Up to and without `/chat/completions`, usually ending in `/v1`. */
  readonly baseUrl: string;
  readonly concurrency?: Partial<ConcurrencyLimits> | undefined;
  readonly breaker?: Partial<BreakerLimits> | undefined;
  readonly clock?: Clock | undefined;
  readonly onEvent?: OnCallEvent | undefined;
}

/** Throws a TypeError when the address is none, or has a key in it: keys come from the environment. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const { clock = systemClock, onEvent } = options;
  const baseUrl = parseBaseUrl(options.baseUrl);
  const isSecure = baseUrl.protocol === 'https:';
  // Node's own switch says whether its proxy variables count.
  const proxy = process.env.NODE_USE_ENV_PROXY === '1' ? { proxyEnv: process.env } : {};
  const agent = freshConnections(createAgent(isSecure, { keepAlive: true, scheduling: 'lifo', ...proxy }));
  const concurrency = { ...defaultConcurrencyLimits, ...options.concurrency };
  const breakerLimits = { ...defaultBreakerLimits, ...options.breaker };
  return {
    baseUrl,
    agent,
    limit: new AdaptiveLimit(concurrency, clock, onEvent),
    breaker: new Breaker(breakerLimits, clock, addressOf(baseUrl), onEvent),
    clock,
    close: () => agent.destroy(),
  };
}

function parseBaseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`"${text}" is no address of a server; one looks like http://127.0.0.1:8000/v1`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '') {
    throw new TypeError(`the address of ${url.host} must not hold a user, a password or a query`);
  }
  if (/\/(?:chat\/)?completions\/?$/.test(url.pathname)) {
    throw new TypeError(`${text}: say the address without /chat/completions or /completions`);
  }
  url.hash = '';
  url.pathname = url.pathname.replace(/\/*$/, '/');
  return url;
}

/** For people: `https://host/v1`. */
export function addressOf(baseUrl: URL): string {
  return `${baseUrl.origin}${baseUrl.pathname.replace(/\/$/, '')}`;
}

const shared = new Map<string, { readonly endpoint: Endpoint; users: number }>();

/** The endpoint that all users of this address and key in this process share, as the first one set it up. */
export function shareEndpoint(options: EndpointOptions & { readonly apiKey?: string | undefined }): Endpoint {
  const key = `${addressOf(parseBaseUrl(options.baseUrl))} ${options.apiKey ?? ''}`;
  const entry = shared.get(key) ?? { endpoint: createEndpoint(options), users: 0 };
  shared.set(key, entry);
  entry.users += 1;
  let isOpen = true;
  return {
    ...entry.endpoint,
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      entry.users -= 1;
      if (entry.users > 0) return;
      shared.delete(key);
      entry.endpoint.close();
    },
  };
}
