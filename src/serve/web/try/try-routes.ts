/** Routes below /api/try: a preview, a plan, a beginning, an end, and what happens as server-sent events. */
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { markdownToHtml } from '../../../prove/markdown-html.ts';
import { createMathematics } from '../../../prove/mathematics.ts';
import type { TryEvent } from '../../../view/api/try.ts';
import { safeHtml } from '../../../view/safe-html.ts';
import type { Workplace } from '../../../view/workplace.ts';
import { invalidRequest } from '../../api-error.ts';
import type { Tries } from './tries.ts';
import { planTry, readTry } from './try-setup.ts';

const longestPreview = 100_000;
/** A reader that is so far behind begins again with the state. */
const mostBehind = 2000;
const silentMilliseconds = 15_000;

export function tryRoutes(workplace: Workplace, tries: Tries): Hono {
  const app = new Hono();
  app.post('/try/preview', async (context) => {
    const body = (await jsonOf(context.req)) as { readonly problem?: unknown };
    if (typeof body.problem !== 'string' || body.problem.length > longestPreview)
      throw invalidRequest('problem', 'problem: a text is expected');
    return context.json({ statement: safeHtml(markdownToHtml(body.problem, createMathematics(2000))) });
  });
  app.post('/try/plan', async (context) =>
    context.json(await planTry(await readTry(await jsonOf(context.req)), workplace)),
  );
  app.post('/try/start', async (context) =>
    context.json(tries.start(await readTry(await jsonOf(context.req)))),
  );
  app.post('/try/:run/stop', (context) => {
    tries.stop(context.req.param('run'));
    return context.json({});
  });
  app.get('/try/:run/events', (context) => {
    const state = tries.state(context.req.param('run'));
    return streamSSE(context, async (stream) => {
      const waiting: TryEvent[] = [];
      let wake: () => void = () => undefined;
      let isBehind = false;
      const end = state.watch((event) => {
        if (waiting.length >= mostBehind) isBehind = true;
        else waiting.push(event);
        wake();
      });
      stream.onAbort(() => {
        end();
        wake();
      });
      try {
        while (!stream.aborted && !isBehind) {
          const event = waiting.shift();
          if (event !== undefined) {
            await stream.writeSSE({ event: 'try', data: JSON.stringify(event) });
            if (event.kind === 'end' || (event.kind === 'state' && event.state.end !== null)) return;
            continue;
          }
          let timer: NodeJS.Timeout | undefined;
          const isSilent = await new Promise<boolean>((resolve) => {
            wake = () => resolve(false);
            timer = setTimeout(() => resolve(true), silentMilliseconds);
          });
          clearTimeout(timer);
          if (isSilent) await stream.write(': still here\n\n');
        }
      } finally {
        end();
      }
    });
  });
  return app;
}

async function jsonOf(request: { json(): Promise<unknown> }): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw invalidRequest(undefined, 'the body is no JSON');
  }
}
