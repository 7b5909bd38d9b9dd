/**
 * An HTTP server that speaks the Tinker API for an engine: programs written for the official SDK train and sample on it.
 * Errors have the protocol's form, `{"detail": …}`, with the field at fault beside it.
 */
import type { IncomingMessage } from 'node:http';
import { ApiError } from '../api-error.ts';
import { ApiServer } from '../api-server.ts';
import type { RequestRecord } from '../exchange.ts';
import { checkpointRoutes } from './routes/checkpoint-routes.ts';
import { futureRoutes } from './routes/future-routes.ts';
import { modelRoutes } from './routes/model-routes.ts';
import type { Route } from './routes/route.ts';
import { samplingRoutes } from './routes/sampling-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { trainingRoutes } from './routes/training-routes.ts';
import { weightsRoutes } from './routes/weights-routes.ts';
import {
  type TinkerLimits,
  TinkerService,
  type TinkerServiceOptions,
  usualLimits,
} from './tinker-service.ts';

export interface TinkerServerOptions
  extends Pick<TinkerServiceOptions, 'engine' | 'bases' | 'checkpoints' | 'seed'> {
  /** Default 127.0.0.1. Another than a loopback address needs a key. */
  readonly host?: string;
  /** 0, the default: any free port. */
  readonly port?: number;
  /** What clients send as `X-API-Key`. */
  readonly apiKey?: string;
  readonly limits?: Partial<TinkerLimits>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Called after each request. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Told of what is passed over, and of what could not be let go. */
  readonly report?: (remark: string) => void;
}

export interface TinkerServer {
  readonly host: string;
  readonly port: number;
  readonly service: TinkerService;
  /** Takes no new requests, lets those that run finish within a time, and frees everything. The engine stays open. */
  close(graceMilliseconds: number): Promise<void>;
}

const routes: readonly Route[] = [
  ...sessionRoutes,
  ...modelRoutes,
  ...trainingRoutes,
  ...weightsRoutes,
  ...samplingRoutes,
  ...futureRoutes,
  ...checkpointRoutes,
];

/** For a request to arrive, and for an answer to be sent: bodies are large. */
const requestMilliseconds = 600_000;

/** Resolves when the server listens. Rejects when it cannot: `error.code` is EADDRINUSE when the port is taken. */
export async function startTinkerServer(options: TinkerServerOptions): Promise<TinkerServer> {
  const { engine, bases, checkpoints, seed, host = '127.0.0.1', port = 0, apiKey } = options;
  const service = await TinkerService.open({
    ...{ engine, bases, checkpoints, seed },
    limits: { ...usualLimits, ...options.limits },
    now: options.now ?? Date.now,
    report: options.report ?? (() => undefined),
  });
  const server = new ApiServer({
    ...{ host, port, apiKey, keyHeader: 'x-api-key', origins: [], onRequest: options.onRequest, errorBody },
    timeoutMilliseconds: requestMilliseconds,
    receiveMilliseconds: requestMilliseconds,
    route: (request, path) => {
      const { found, params } = find(request, path);
      return {
        isOpen: found.isOpen,
        handler: async (exchange) => {
          const answer = await found.answer(service, exchange, params);
          if (answer !== undefined) exchange.sendJson(200, answer);
        },
      };
    },
  });
  try {
    await server.listen();
  } catch (error) {
    await service.close();
    throw error;
  }
  let closed: Promise<void> | undefined;
  const close = async (graceMilliseconds: number): Promise<void> => {
    service.stop();
    await server.close(graceMilliseconds);
    await service.close();
  };
  return {
    ...{ host, service, port: server.port },
    close: (graceMilliseconds) => {
      closed ??= close(graceMilliseconds);
      return closed;
    },
  };
}

function find(
  request: IncomingMessage,
  path: string,
): { readonly found: Route; readonly params: Record<string, string> } {
  const there = routes.flatMap((route) => {
    const match = route.pattern.exec(path);
    return match === null ? [] : [{ route, match }];
  });
  const chosen = there.find(({ route }) => route.method === request.method);
  if (chosen !== undefined) {
    const params = Object.entries(chosen.match.groups ?? {}).map(([name, text]) => [name, decoded(text)]);
    return { found: chosen.route, params: Object.fromEntries(params) };
  }
  if (there.length > 0) {
    const methods = there.map(({ route }) => route.method).join(', ');
    throw new ApiError(`${request.method} is not possible here; use ${methods}`, {
      ...{ status: 405, type: 'invalid_request_error', code: 'method_not_allowed' },
      headers: { allow: methods },
    });
  }
  throw new ApiError(
    `there is nothing at ${path.slice(0, 200)}; this server speaks the Tinker API below /api/v1/`,
    {
      ...{ status: 404, type: 'invalid_request_error', code: 'unknown_url' },
    },
  );
}

function errorBody({ message, details: { code, param } }: ApiError): object {
  return { detail: message, code, ...(param === undefined ? {} : { field: param }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
