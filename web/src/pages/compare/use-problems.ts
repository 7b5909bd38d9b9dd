/** All problems of a suite, fetched page by page and anew when the comparison is another. */
import { useEffect, useState } from 'preact/hooks';
import type { ComparedProblem } from '../../../../src/view/api/compare.ts';
import { fetchResource } from '../../resource.ts';

export function useProblems(
  systems: string,
  suite: number,
  pages: number,
): { readonly problems: readonly ComparedProblem[] | undefined; readonly error: string | undefined } {
  const [problems, setProblems] = useState<readonly ComparedProblem[] | undefined>(undefined);
  const [error, setError] = useState<string | undefined>(undefined);
  useEffect(() => {
    let isOver = false;
    const fetchAll = async (): Promise<void> => {
      const rows: ComparedProblem[] = [];
      for (let page = 0; page < pages && !isOver; page += 1) {
        const names = { systems, suite: `${suite}`, page: `${page}` };
        rows.push(...(await fetchResource('compare/:systems/problems/:suite/:page.json', names)).rows);
      }
      if (!isOver) setProblems(rows);
    };
    fetchAll().catch((reason: unknown) => {
      if (!isOver) setError(reason instanceof Error ? reason.message : String(reason));
    });
    return () => {
      isOver = true;
    };
  }, [systems, suite, pages]);
  return { problems, error };
}
