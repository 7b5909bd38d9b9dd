/** The tokens of an attempt, page after page as they come. */
import { useEffect, useState } from 'preact/hooks';
import type { RolloutAttempt, RolloutGroup, RolloutTokens } from '../../../../src/view/api/rollouts.ts';
import { fetchResource } from '../../resource.ts';

export interface Tokens {
  readonly ids: readonly number[];
  readonly pieces: readonly string[];
  readonly bytes: Readonly<Record<number, string>>;
  readonly logProbs: readonly number[];
  readonly logRatios: readonly (number | null)[];
  readonly error: string | undefined;
}

const none: Tokens = { ids: [], pieces: [], bytes: {}, logProbs: [], logRatios: [], error: undefined };

/** Attempts that are compared are often on one page. */
const pages = new Map<string, Promise<RolloutTokens>>();
const mostPages = 64;

export function useTokens(run: string, group: RolloutGroup, attempt: RolloutAttempt): Tokens {
  const key = `${run}/${group.stage}/${group.group}/${attempt.index}`;
  const [state, setState] = useState<Tokens & { readonly key: string }>({ key: '', ...none });
  useEffect(() => {
    let isWanted = true;
    const read = async (): Promise<void> => {
      const { start, tokens } = attempt;
      const { tokensPerPage } = group;
      const all = { ids: [] as number[], pieces: [] as string[], logProbs: [] as number[] };
      const logRatios: (number | null)[] = [];
      const bytes: Record<number, string> = {};
      for (let page = Math.floor(start / tokensPerPage); page * tokensPerPage < start + tokens; page += 1) {
        const own = await pageOf(run, group, page);
        if (!isWanted) return;
        const from = Math.max(0, start - own.start);
        const to = Math.min(own.ids.length, start + tokens - own.start);
        for (const [place, hex] of Object.entries(own.bytes)) {
          const at = Number(place);
          if (at >= from && at < to) bytes[all.ids.length + at - from] = hex;
        }
        all.ids.push(...own.ids.slice(from, to));
        all.pieces.push(...own.pieces.slice(from, to));
        all.logProbs.push(...own.logProbs.slice(from, to));
        logRatios.push(...own.logRatios.slice(from, to));
        const { ids, pieces: text, logProbs } = all;
        setState({
          ...{ key, ids: [...ids], pieces: [...text], logProbs: [...logProbs], logRatios: [...logRatios] },
          ...{ bytes: { ...bytes }, error: undefined },
        });
      }
    };
    read().catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      if (isWanted) setState({ key, ...none, error: text });
    });
    return () => {
      isWanted = false;
    };
  }, [key]);
  return state.key === key ? state : none;
}

async function pageOf(run: string, { stage, group }: RolloutGroup, page: number): Promise<RolloutTokens> {
  const key = `${run}/${stage}/${group}/${page}`;
  const known = pages.get(key);
  if (known !== undefined) return await known;
  const asked = fetchResource('runs/:run/rollouts/:stage/tokens/:group/:page.json', {
    ...{ run, stage, group: String(group), page: String(page) },
  });
  pages.set(key, asked);
  asked.catch(() => pages.delete(key));
  const [oldest] = pages.keys();
  if (pages.size > mostPages && oldest !== undefined) pages.delete(oldest);
  return await asked;
}
