/** Which groups of a list are looked for: by problem, by what became of them, and by what their attempts earned. */
import type { RolloutGroupRow } from '../../../../src/view/api/rollouts.ts';
import { meanPoints } from './words.ts';

export interface GroupFilter {
  readonly search: string;
  /** An outcome, or a reason why groups were dropped. */
  readonly outcome: string;
  readonly reward: string;
}

export const rewardBands = [
  { value: '', text: 'any' },
  { value: 'none', text: 'no points' },
  { value: 'low', text: 'below 3.5 of 7' },
  { value: 'high', text: '3.5 of 7 and more' },
  { value: 'full', text: 'full marks' },
  { value: 'missing', text: 'an attempt without a grade' },
  { value: 'cut', text: 'an attempt cut' },
];

export function isWanted(row: RolloutGroupRow, { search, outcome, reward }: GroupFilter): boolean {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (!words.every((word) => `${row.problem} group ${row.group}`.toLowerCase().includes(word))) return false;
  if (outcome !== '' && row.outcome !== outcome && row.reason !== outcome) return false;
  const mean = meanPoints(row);
  switch (reward) {
    case 'none':
      return mean === 0;
    case 'low':
      return mean !== null && mean < 3.5;
    case 'high':
      return mean !== null && mean >= 3.5;
    case 'full':
      return mean !== null && mean > 7 - 1e-9;
    case 'missing':
      return row.points.includes(null);
    case 'cut':
      return row.cut > 0;
    default:
      return true;
  }
}
