/** Beside the calibration of the lab's noisy grader: its true error, which the intervals have to hold. */
import type { Table } from '../bench/tables/table.ts';
import type { SetCalibration } from '../curate/calibrate/calibrate-set.ts';
import { problemOf } from '../curate/calibrate/calibration-set.ts';
import { estimateCell, left, number, right } from '../curate/calibrate/table-cells.ts';
import { type KnownError, knownError } from '../lab/known-error.ts';

const shown: readonly (readonly [keyof KnownError, string, number, number])[] = [
  ['advantageError', 'advantage error', 3, 1],
  ['meanAbsolute', 'absolute error', 3, 1],
  ['bias', 'bias', 3, 1],
  ['exact', 'same %', 1, 100],
  ['withinOne', 'within 1 %', 1, 100],
];

/** `isExact`: the set's grades are the exact grader's. Nothing where the noisy grader is not among the judges. */
export function knownErrorTables(result: SetCalibration, isExact: boolean): Table[] {
  const noisy = result.arms.find(({ arm }) => arm.spec === 'noisy');
  if (noisy === undefined || !isExact) return [];
  const { proofs, name } = result.set;
  const known = knownError(
    [...Map.groupBy(proofs, problemOf).values()].map((own) => own.map(({ reference }) => reference)),
  );
  return [
    {
      title: `${name}: the known error of the noisy grader, and what was measured`,
      columns: [left('figure'), right('known'), right('measured'), left('within the interval')],
      rows: shown.map(([figure, heading, digits, scale]) => {
        const value = known[figure];
        const measured = noisy.agreement.figures[figure];
        const { low = Number.NaN, high = Number.NaN } = measured?.interval ?? {};
        return [
          heading,
          number(value === undefined ? undefined : scale * value, digits),
          estimateCell(measured, digits, scale),
          value === undefined || measured === undefined ? null : value >= low && value <= high ? 'yes' : 'no',
        ];
      }),
      notes: [
        'Known from its error model for the exact grades of these proofs; each interval misses one time in twenty.',
      ],
    },
  ];
}
