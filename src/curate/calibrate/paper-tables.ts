/**
 * Tables 4 and 5 of the QED-Nano paper in form: advantage error by prompt style, and with and without the reference
 * solution. They are there when the arms have several styles, or both with and without.
 */
import type { Table } from '../../bench/tables/table.ts';
import type { ArmResult, SetCalibration } from './calibrate-set.ts';
import { estimateCell, left, right } from './table-cells.ts';

export function paperTables({ set, arms }: SetCalibration): Table[] {
  return [
    ...crossed(arms, {
      title: `${set.name}: advantage error by prompt style (the paper’s Table 4)`,
      row: ({ arm }) => arm.style,
      column: ({ arm }) => describe(arm.judge, arm.effort, referenceText(arm.reference)),
      first: 'style',
    }),
    ...crossed(arms, {
      title: `${set.name}: advantage error without and with the reference solution (the paper’s Table 5)`,
      row: ({ arm }) => describe(arm.judge, arm.effort, arm.style),
      column: ({ arm }) => referenceText(arm.reference),
      first: 'judge',
      isCrossedBy: 'columns',
    }),
  ];
}

/** Nothing where there is but one row (or, where columns are what is compared, one column). */
function crossed(
  arms: readonly ArmResult[],
  form: {
    readonly title: string;
    readonly row: (arm: ArmResult) => string | undefined;
    readonly column: (arm: ArmResult) => string | undefined;
    readonly first: string;
    readonly isCrossedBy?: 'columns';
  },
): Table[] {
  const named = arms.flatMap((arm) => {
    const [row, column] = [form.row(arm), form.column(arm) ?? 'advantage error'];
    const isLeftOut = row === undefined || (form.isCrossedBy === 'columns' && form.column(arm) === undefined);
    return isLeftOut ? [] : [{ arm, row, column }];
  });
  const rows = [...new Set(named.map(({ row }) => row))];
  const columns = [...new Set(named.map(({ column }) => column))];
  if ((form.isCrossedBy === 'columns' ? columns : rows).length < 2) return [];
  return [
    {
      title: form.title,
      columns: [left(form.first), ...columns.map(right)],
      rows: rows.map((row) => [
        row,
        ...columns.map((column) =>
          estimateCell(
            named.find((one) => one.row === row && one.column === column)?.arm.agreement.figures
              .advantageError,
            2,
          ),
        ),
      ]),
      notes: [
        'Lower is better. 95 % intervals over problems; the paired tests tell more than whether they overlap.',
      ],
    },
  ];
}

function referenceText(reference: boolean | undefined): string | undefined {
  return reference === undefined ? undefined : reference ? 'with reference' : 'without reference';
}

function describe(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' · ');
}
