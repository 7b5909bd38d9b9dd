/** The rows of a list of proofs, page after page as they come. */
import { useEffect, useState } from 'preact/hooks';
import type { ProofList, ProofRows } from '../../../../src/view/api/proof.ts';
import { fetchResource } from '../../resource.ts';

export interface LoadedProofs extends ProofRows {
  readonly error: string | undefined;
}

const none: LoadedProofs = {
  ids: [],
  problems: [],
  systems: [],
  attempts: [],
  points: [],
  causes: [],
  tokens: [],
  finishes: [],
  error: undefined,
};

/** Read anew when the list is another, as after a change of the run. */
export function useProofs(run: string, list: ProofList | undefined): LoadedProofs {
  const [state, setState] = useState(none);
  const [of, setOf] = useState(run);
  useEffect(() => {
    if (list === undefined) return;
    let isWanted = true;
    const read = async (): Promise<void> => {
      let all = none;
      for (let page = 0; page < list.pages; page += 1) {
        const own = await fetchResource('runs/:run/proofs/rows/:page.json', { run, page: String(page) });
        if (!isWanted) return;
        all = {
          ids: all.ids.concat(own.ids),
          problems: all.problems.concat(own.problems),
          systems: all.systems.concat(own.systems),
          attempts: all.attempts.concat(own.attempts),
          points: own.points.map((points, judge) => (all.points[judge] ?? []).concat(points)),
          causes: own.causes.map((causes, judge) => (all.causes[judge] ?? []).concat(causes)),
          tokens: all.tokens.concat(own.tokens),
          finishes: all.finishes.concat(own.finishes),
          error: undefined,
        };
        setOf(run);
        setState(all);
      }
    };
    read().catch((error: unknown) => {
      if (isWanted) setState({ ...none, error: error instanceof Error ? error.message : String(error) });
    });
    return () => {
      isWanted = false;
    };
  }, [run, list]);
  return of === run ? state : none;
}
