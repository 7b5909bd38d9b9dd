/**
 * The rows of a file that match, read page by page until there are enough to look at: a file of any size is searched without
 * being held.
 */
import { useEffect, useState } from 'preact/hooks';
import type { DataIndexRow } from '../../../../src/view/api/data.ts';
import { fetchResource } from '../../resource.ts';

/** Matching rows after which reading waits to be asked for more. */
export const enough = 1000;

export interface Wanted {
  readonly search: string;
  readonly reason: string;
  readonly source: string;
}

export interface FoundRows {
  readonly rows: readonly DataIndexRow[];
  /** Lines that were looked at. */
  readonly looked: number;
  readonly state: 'reading' | 'waiting' | 'done';
  readonly error: string | undefined;
  readonly more: () => void;
}

export function useIndex(run: string, part: string, { search, reason, source }: Wanted): FoundRows {
  const [wanted, setWanted] = useState(enough);
  const [found, setFound] = useState<Omit<FoundRows, 'more'>>(nothing);
  const key = JSON.stringify([run, part, search, reason, source]);
  useEffect(() => setWanted(enough), [key]);
  useEffect(() => {
    let isOver = false;
    const words = search
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const matches = (row: DataIndexRow): boolean =>
      (reason === '' || row.reason === reason) &&
      (source === '' || row.source === source) &&
      words.every((word) => `${row.id} ${row.excerpt}`.toLowerCase().includes(word));
    const read = async (): Promise<void> => {
      const rows: DataIndexRow[] = [];
      let looked = 0;
      for (let page = 0; !isOver; page += 1) {
        const answer = await fetchResource('data/:run/parts/:part/index/:page.json', {
          run,
          part,
          page: `${page}`,
        });
        rows.push(...answer.rows.filter(matches));
        looked += answer.rows.length;
        const state = answer.isLast ? 'done' : rows.length >= wanted ? 'waiting' : 'reading';
        if (isOver) return;
        setFound({ rows: [...rows], looked, state, error: undefined });
        if (state !== 'reading') return;
      }
    };
    // Whoever types has not ended yet.
    const timer = setTimeout(() => {
      read().catch((error: unknown) => {
        if (isOver) return;
        setFound((before) => ({
          ...before,
          state: 'done',
          error: error instanceof Error ? error.message : String(error),
        }));
      });
    }, 120);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [key, wanted]);
  return { ...found, more: () => setWanted((before) => before + enough) };
}

const nothing = { rows: [], looked: 0, state: 'reading', error: undefined } as const;
