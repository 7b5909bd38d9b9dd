/** A drift check as a table, and in a sentence what it came to. */
import type { Table } from '../../bench/tables/table.ts';
import type { DriftThresholds, JudgeDrift } from './drift.ts';
import { estimateCell, left, number, right } from './table-cells.ts';

export function driftTable(drifts: readonly JudgeDrift[], thresholds: DriftThresholds): Table {
  return {
    title: 'Drift since the pin',
    columns: [
      left('judge'),
      left('measure'),
      ...['before', 'now', 'change', 'p, Holm', 'threshold'].map(right),
      left('drifted'),
    ],
    rows: drifts.flatMap(({ label, tests }) =>
      tests.map(({ measure, before, now, change, holm, threshold, hasDrifted }) => {
        const isShare = measure === 'ungraded';
        const [scale, digits] = isShare ? [100, 1] : [1, 2];
        return [
          label,
          isShare ? 'ungraded %' : `${measure}, points`,
          number(scale * before, digits),
          number(scale * now, digits),
          estimateCell(change, digits, scale),
          number(holm, 4),
          number(scale * threshold, digits),
          hasDrifted ? 'yes' : 'no',
        ];
      }),
    ),
    notes: [
      `Drifted: changed by more than ${thresholds.points} points (ungraded: ${100 * thresholds.ungraded} %), and the sign-flip test over problems says so at 5 % after Holm’s correction for all rows. Means are over problems.`,
      ...drifts.flatMap(({ label, same, changed, isAnother, tests }) => [
        ...(same === undefined
          ? []
          : [`${label}: ${(100 * same).toFixed(0)} % of its grades are the same points as then.`]),
        ...(changed === 0
          ? []
          : [
              `${label}: ${changed} pinned proofs are gone, or are graded by other material now, and are left out.`,
            ]),
        ...(isAnother === undefined
          ? []
          : [
              `${label}: it is another judge by name (${isAnother.before}, now ${isAnother.now}): model, settings or prompts have changed.`,
            ]),
        ...(tests.some(({ problems }) => problems < 6)
          ? [`${label}: with fewer than 6 problems no test can come to 5 %; pin more.`]
          : []),
      ]),
    ],
  };
}
