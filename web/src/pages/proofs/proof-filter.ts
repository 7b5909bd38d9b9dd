/** Which proofs of a list are looked for, and in which order. */
import type { ProofList } from '../../../../src/view/api/proof.ts';
import type { LoadedProofs } from './use-proofs.ts';

export const showChoices = [
  { value: '', text: 'all' },
  { value: 'wrong', text: 'wrong: no points' },
  { value: 'partial', text: 'partly right' },
  { value: 'right', text: 'full marks' },
  { value: 'ungraded', text: 'without a grade' },
  { value: 'disagreement', text: 'judges disagree' },
  { value: 'unfinished', text: 'cut, or no proof' },
];

export interface ProofFilter {
  readonly search: string;
  readonly show: string;
  /** Number of a system, or empty. */
  readonly system: string;
}

/** Points apart from which on judges disagree. */
const apart = 1;

export function pointsOf({ points }: LoadedProofs, row: number): (number | null)[] {
  return points.map((own) => own[row] ?? null);
}

/** The greatest difference between two judges; null where fewer than two have graded it. */
export function spreadOf(proofs: LoadedProofs, row: number): number | null {
  const graded = pointsOf(proofs, row).filter((value) => value !== null);
  return graded.length < 2 ? null : Math.max(...graded) - Math.min(...graded);
}

/** Numbers of the rows that are wanted. */
export function wantedRows(list: ProofList, proofs: LoadedProofs, filter: ProofFilter): number[] {
  const words = filter.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const problems = list.problems.map(({ id, statement }) => {
    const text = `${id} ${statement}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const system = filter.system === '' ? undefined : Number(filter.system);
  const found: number[] = [];
  for (let row = 0; row < proofs.ids.length; row += 1) {
    if (problems[proofs.problems[row] ?? -1] !== true) continue;
    if (system !== undefined && proofs.systems[row] !== system) continue;
    if (isShown(proofs, row, filter.show)) found.push(row);
  }
  return found;
}

function isShown(proofs: LoadedProofs, row: number, show: string): boolean {
  const graded = pointsOf(proofs, row).filter((value) => value !== null);
  switch (show) {
    case 'wrong':
      return graded.some((value) => value === 0);
    case 'partial':
      return graded.some((value) => value > 0 && value < 7);
    case 'right':
      return graded.length > 0 && graded.every((value) => value === 7);
    case 'ungraded':
      return graded.length < Math.max(1, proofs.points.length);
    case 'disagreement':
      return (spreadOf(proofs, row) ?? 0) > apart;
    case 'unfinished':
      return proofs.finishes[row] === 'cut' || proofs.finishes[row] === 'none';
    default:
      return true;
  }
}

export type SortColumn = 'problem' | 'system' | 'points' | 'tokens' | 'finish';

export function sortedProofs(
  list: ProofList,
  proofs: LoadedProofs,
  rows: readonly number[],
  { column, isDown }: { readonly column: SortColumn; readonly isDown: boolean },
): number[] {
  const keyOf = (row: number): number | string | null => {
    switch (column) {
      case 'points':
        return pointsOf(proofs, row).findLast((value) => value !== null) ?? null;
      case 'tokens':
        return proofs.tokens[row] ?? null;
      case 'system':
        return proofs.systems[row] ?? 0;
      case 'finish':
        return proofs.finishes[row] ?? '';
      default:
        return list.problems[proofs.problems[row] ?? 0]?.id ?? '';
    }
  };
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  keyed.sort((a, b) => {
    // What is not known comes last either way.
    if (a.key === null || b.key === null) return a.key === b.key ? a.row - b.row : a.key === null ? 1 : -1;
    const order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    return (isDown ? -order : order) || a.row - b.row;
  });
  return keyed.map(({ row }) => row);
}
