/**
 * `GET /api/changes?runs=A,B`: which of these runs have changed, as server-sent events `change` with `{run: revision}`, at
 * most once a second. A browser that goes away ends it.
 */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { NotFoundError } from '../../view/not-found-error.ts';
import type { Workplace } from '../../view/workplace.ts';

const everyMilliseconds = 1000;
/** Something is sent after so many silent looks, so that nothing in between takes the connection for dead. */
const mostSilent = 15;
const mostRuns = 20;

export function streamChanges(context: Context, workplace: Workplace): Response {
  const runs = (context.req.query('runs') ?? '')
    .split(',')
    .filter((run) => run !== '')
    .slice(0, mostRuns);
  return streamSSE(context, async (stream) => {
    const known = new Map<string, string>();
    const gone = Promise.withResolvers<void>();
    stream.onAbort(() => gone.resolve());
    for (let silent = 0; !stream.aborted; ) {
      const changed = await changesOf(workplace, runs, known);
      if (Object.keys(changed).length > 0) {
        await stream.writeSSE({ event: 'change', data: JSON.stringify(changed) });
        silent = 0;
      } else if (silent >= mostSilent) {
        await stream.write(': still here\n\n');
        silent = 0;
      } else silent += 1;
      await Promise.race([stream.sleep(everyMilliseconds), gone.promise]);
    }
  });
}

/** Takes the revisions into `known`; a run that is not there any more has an empty one. */
async function changesOf(
  workplace: Workplace,
  runs: readonly string[],
  known: Map<string, string>,
): Promise<Record<string, string>> {
  const changed: Record<string, string> = {};
  for (const run of runs) {
    const revision = await workplace.revision(run).catch((error: unknown) => {
      if (error instanceof NotFoundError) return '';
      throw error;
    });
    if (known.get(run) === revision) continue;
    known.set(run, revision);
    changed[run] = revision;
  }
  return changed;
}
