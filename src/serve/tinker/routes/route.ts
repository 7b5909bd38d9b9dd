/**
 * One endpoint and what answers it. A handler gets what the endpoint's schema made of the request and returns the body of
 * the answer; what it throws is told in the protocol's form.
 */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { apiPrefix, type Endpoint } from '../../../engine/tinker/wire/endpoints/endpoint.ts';
import { WireError } from '../../../engine/tinker/wire/wire-error.ts';
import { ApiError, invalidRequest } from '../../api-error.ts';
import type { Exchange } from '../../exchange.ts';
import { checkType, parseJsonBody, readBody } from '../../read-json-body.ts';
import type { TinkerService } from '../tinker-service.ts';

export interface Call<Body> {
  readonly service: TinkerService;
  readonly body: Body;
  /** The parts of the path that the endpoint names. */
  readonly params: Readonly<Record<string, string>>;
  readonly exchange: Exchange;
  /** Of the body: the same request has the same. */
  readonly digest: string;
  readonly bytes: number;
}

/** Undefined: the handler has answered itself. */
export type Answer = object | undefined;

export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  /** Whoever has no key may ask too. */
  readonly isOpen: boolean;
  answer(
    service: TinkerService,
    exchange: Exchange,
    params: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

export function route<Q extends z.ZodType>(
  endpoint: Pick<Endpoint<Q>, 'method' | 'path' | 'request'>,
  handle: (call: Call<z.output<Q>>) => Answer | Promise<Answer>,
  { isOpen = false }: { readonly isOpen?: boolean } = {},
): Route {
  return {
    method: endpoint.method,
    pattern: patternOf(endpoint.path),
    isOpen,
    answer: async (service, exchange, params) => {
      const { request } = exchange;
      let raw: unknown;
      let content: Buffer = Buffer.alloc(0);
      if (endpoint.method === 'GET') {
        raw = Object.fromEntries(new URL(request.url ?? '', 'http://localhost').searchParams);
      } else if (hasBody(exchange)) {
        checkType(request, ['application/json']);
        content = await readBody(request, service.limits.requestBytes);
        raw = parseJsonBody(content);
      }
      const digest = digestOf(content);
      const call = { service, params, exchange, digest, bytes: content.length };
      return await handle({ ...call, body: readFields(endpoint.request, raw) });
    },
  };
}

/** A route that reads its body itself. */
export function rawRoute(
  { method, path }: Pick<Endpoint, 'method' | 'path'>,
  answer: Route['answer'],
): Route {
  return { method, pattern: patternOf(path), isOpen: false, answer };
}

/** Throws an ApiError of 400 that names the first field at fault. */
export function readFields<Q extends z.ZodType>(schema: Q, raw: unknown): z.output<Q> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  const place = field === '' ? 'the body' : field;
  throw invalidRequest(field === '' ? undefined : field, `${place}: ${issue?.message ?? 'not as expected'}`);
}

/** What the wire's readers throw, as the client's fault. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) throw invalidRequest(undefined, error.message, 'invalid_body');
    throw error;
  }
}

export function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('base64');
}

/** A request that the client will not send again: what was asked cannot be done. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status < 500 && ![408, 409, 429, 499].includes(error.status);
}

function hasBody({ request: { headers } }: Exchange): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** A checkpoint's id has a slash: `weights/x`. */
function patternOf(path: string): RegExp {
  const parts = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === 'checkpoint_id'
      ? `(?<${name}>(?:weights|sampler_weights|external_weights)/[^/]+)`
      : `(?<${name}>[^/]+)`,
  );
  return new RegExp(`^${apiPrefix}${parts}$`);
}
