/** The groups of the pages that are wanted, as they come. */
import { useEffect, useState } from 'preact/hooks';
import type { RolloutGroupRow, RolloutStage } from '../../../../src/view/api/rollouts.ts';
import { onChange } from '../../changes.ts';
import { fetchResource } from '../../resource.ts';

export interface Groups {
  readonly rows: readonly RolloutGroupRow[];
  readonly isWhole: boolean;
  readonly error: string | undefined;
}

/** `scope`: the number of a step, or all of them. */
export function useGroups(run: string, stage: RolloutStage, scope: number | 'all'): Groups {
  const { stage: name, stepsPerPage, pages } = stage;
  const page = scope === 'all' ? 'all' : Math.floor((scope - 1) / stepsPerPage);
  const key = `${run}/${name}/${page}`;
  const [state, setState] = useState<Groups & { readonly key: string }>({ key: '', ...nothing });
  const [turn, setTurn] = useState(0);
  useEffect(() => onChange(run, () => setTurn((before) => before + 1)), [run]);
  useEffect(() => {
    let isWanted = true;
    const wanted = page === 'all' ? Array.from({ length: pages }, (_, index) => index) : [page];
    const read = async (): Promise<void> => {
      const rows: RolloutGroupRow[] = [];
      for (const [index, number] of wanted.entries()) {
        const own = await fetchResource('runs/:run/rollouts/:stage/groups/:page.json', {
          ...{ run, stage: name, page: String(number) },
        });
        if (!isWanted) return;
        rows.push(...own.rows);
        // The first page at once; the others together, so that a long list does not jump with each.
        if (index === 0 || index === wanted.length - 1 || index % 4 === 0)
          setState({ key, rows: [...rows], isWhole: index === wanted.length - 1, error: undefined });
      }
    };
    read().catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      if (isWanted) setState({ key, ...nothing, error: text });
    });
    return () => {
      isWanted = false;
    };
  }, [key, pages, turn]);
  return state.key === key ? state : nothing;
}

const nothing: Groups = { rows: [], isWhole: false, error: undefined };
