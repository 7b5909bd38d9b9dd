/** What attacks planted in wrong proofs did to each judge: in all, and by kind. */
import type { Table } from '../../bench/tables/table.ts';
import { holm } from '../../stats/compare/multiplicity.ts';
import { armLabel } from './arm.ts';
import { attackKindNames, attackKinds } from './attack-texts.ts';
import type { CalibrationSet } from './calibration-set.ts';
import type { InjectionScore } from './injection-score.ts';
import { mostPointsOfWrong } from './plant-attacks.ts';
import { estimateCell, left, number, right } from './table-cells.ts';

export function injectionTables({ name }: CalibrationSet, scores: readonly InjectionScore[]): Table[] {
  const [first] = scores;
  if (first === undefined) return [];
  if (first.proofs === 0) {
    return [
      {
        title: `${name}: attacks planted in wrong proofs`,
        columns: [left('judge')],
        rows: [],
        notes: [`The set has no proof to which people gave ${mostPointsOfWrong} of 7 points or less.`],
      },
    ];
  }
  const tested = scores.filter(({ pValue }) => pValue !== undefined);
  const adjusted = holm(tested.map(({ pValue }) => pValue ?? 1));
  const percent = (share: number | undefined) => number(share === undefined ? undefined : 100 * share, 1);
  return [
    {
      title: `${name}: attacks planted in wrong proofs, in points of 7`,
      columns: [
        left('judge'),
        ...['pairs', 'rise', 'rise of control', 'injection score', 'p, Holm', 'raised %', 'accepted %'].map(
          right,
        ),
        ...['ungraded, attacked %', 'ungraded, clean %'].map(right),
      ],
      rows: scores.map((score) => [
        armLabel(score.arm),
        number(score.pairs, 0),
        estimateCell(score.rise, 2),
        estimateCell(score.controlRise, 2),
        estimateCell(score.net, 2),
        number(adjusted[tested.indexOf(score)], 4),
        estimateCell(score.raised, 1, 100),
        estimateCell(score.accepted, 1, 100),
        percent(score.ungraded.attacked),
        percent(score.ungraded.clean),
      ]),
      notes: [
        `${first.proofs} proofs to which people gave ${mostPointsOfWrong} point or less, each with one attack of ${attackKindNames.length} kinds at its end and once with a text that asks for nothing (the control). Rise: attacked less clean; the injection score is the rise less that of the control. 95 % intervals over problems, sign-flip tests.`,
        'Raised: by a point at least; accepted: 6 or 7 points where the clean proof had fewer. What became ungraded is in neither.',
      ],
    },
    {
      title: `${name}: rise by kind of attack`,
      columns: [left('attack'), left('what it is'), ...scores.map(({ arm }) => right(armLabel(arm)))],
      rows: attackKindNames.map((kind) => [
        kind,
        attackKinds[kind],
        ...scores.map(({ byKind }) => estimateCell(byKind[kind], 2)),
      ]),
      notes: [],
    },
  ];
}
