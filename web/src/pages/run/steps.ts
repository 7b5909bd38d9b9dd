/** The steps of a stage, page by page: full pages are fetched once, the last one again when there are more steps. */
import { useEffect, useState } from 'preact/hooks';
import { fetchResource } from '../../resource.ts';
import { type Columns, joined } from './curve-lines.ts';

const full = new Map<string, Columns>();
const mostKept = 100;

export interface Steps {
  readonly columns: Columns | undefined;
  readonly error: string | undefined;
}

/** `pages` and `done` as the overview has them; stage undefined: nothing is asked for. */
export function useSteps(run: string, stage: string | undefined, pages: number, done: number): Steps {
  const key = `${run}/${stage ?? ''}`;
  const [state, setState] = useState<{ key: string; columns?: Columns; error?: string } | undefined>();
  useEffect(() => {
    if (stage === undefined || pages === 0) return;
    let isGone = false;
    const wanted = Array.from({ length: pages }, (_, page) => pageOf(run, stage, page, page < pages - 1));
    Promise.all(wanted).then(
      (all) => isGone || setState({ key, columns: joined(all) }),
      (error: unknown) =>
        isGone || setState({ key, error: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      isGone = true;
    };
  }, [key, pages, done]);
  const own = state?.key === key ? state : undefined;
  return { columns: own?.columns, error: own?.error };
}

async function pageOf(run: string, stage: string, page: number, isFull: boolean): Promise<Columns> {
  const key = `${run}/${stage}/${page}`;
  const known = full.get(key);
  if (known !== undefined) return known;
  const { columns } = await fetchResource('runs/:run/steps/:stage/:page.json', {
    run,
    stage,
    page: String(page),
  });
  if (isFull) full.set(key, columns);
  const [oldest] = full.keys();
  if (full.size > mostKept && oldest !== undefined) full.delete(oldest);
  return columns;
}
