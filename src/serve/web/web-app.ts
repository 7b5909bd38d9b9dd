/**
 * The web app's server side as a Hono app: what can be looked at under /api/, changes as server-sent events, and the
 * browser app itself. What models wrote is hostile: the policy of every answer forbids scripts but the app's own, frames, and
 * every other place. Who may ask is decided before anything else.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import type { LineLayer } from '../../journal/durable-lines.ts';
import { NotFoundError } from '../../view/not-found-error.ts';
import type { Workplace } from '../../view/workplace.ts';
import { ApiError, apiErrorOf } from '../api-error.ts';
import { streamChanges } from './changes.ts';
import { gradeRoutes } from './grades/grade-routes.ts';
import { headerPolicy } from './policy.ts';
import { addResources } from './resource-routes.ts';
import { serveApp } from './serve-app.ts';
import { serveDocuments } from './serve-documents.ts';
import { WebGate } from './web-gate.ts';

export interface WebAppOptions {
  readonly workplace: Workplace;
  /** Directory of the built browser app. */
  readonly appDirectory: string;
  /** The address that is listened on. */
  readonly host: string;
  /** What whoever asks must have; undefined on loopback. */
  readonly token?: string | undefined;
  /** Routes below /api/ that do something. */
  readonly routes?: readonly Hono[];
  /** How human grades get to the disk; in tests one that fails. */
  readonly lineLayer?: LineLayer;
  /** Told of what is the program's own fault. */
  readonly onFault?: (error: unknown) => void;
}

/** Largest body of a request. */
const mostBodyBytes = 4 * 1024 * 1024;

export function createWebApp(options: WebAppOptions): Hono {
  const { workplace, appDirectory, host, token, routes = [], lineLayer, onFault } = options;
  const gate = new WebGate({ host, token });
  const app = new Hono();
  app.onError((error, context) => failure(error, context, onFault));
  app.notFound((context) =>
    context.json({ error: { message: `there is nothing at ${context.req.path}` } }, 404),
  );
  app.use(async (context, next) => {
    await next();
    const { headers } = context.res;
    // A document of a run has its own.
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', headerPolicy);
    headers.set('x-content-type-options', 'nosniff');
    headers.set('referrer-policy', 'no-referrer');
    headers.set('cross-origin-opener-policy', 'same-origin');
    headers.set('cross-origin-resource-policy', 'same-origin');
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-cache');
  });
  app.use(async (context, next) => {
    const answer = gate.check(context);
    return answer ?? (await next());
  });
  app.use(compress());
  app.use('/api/*', bodyLimit({ maxSize: mostBodyBytes, onError: tooLarge }));
  app.get('/api/changes', (context) => streamChanges(context, workplace));
  for (const route of [gradeRoutes(workplace, lineLayer), ...routes]) app.route('/api', route);
  addResources(app, workplace);
  serveDocuments(app, workplace);
  serveApp(app, appDirectory);
  return app;
}

function tooLarge(): never {
  throw new ApiError(`a request has at most ${mostBodyBytes / 1024 / 1024} MiB`, {
    status: 413,
    type: 'invalid_request_error',
    code: 'too_large',
  });
}

function failure(error: unknown, context: Context, onFault: WebAppOptions['onFault']): Response {
  if (error instanceof NotFoundError) return context.json({ error: { message: error.message } }, 404);
  const known = error instanceof ApiError;
  if (!known) onFault?.(error);
  // What a damaged directory makes a reader say is for whoever looks at it; nobody else can ask.
  const message = error instanceof Error ? error.message : String(error);
  const { status } = apiErrorOf(error);
  return new Response(JSON.stringify({ error: { message } }), {
    status: known ? status : 500,
    headers: { 'content-type': 'application/json' },
  });
}
