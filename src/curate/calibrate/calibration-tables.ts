/** A calibration as tables: figures against people, order and classes, bias, repeats and cost, paired tests, and the forms of the paper's Tables 4 and 5. */
import type { Cell, Table } from '../../bench/tables/table.ts';
import type { AgreementFigure, JudgeAgreement } from '../../stats/agreement/judge-agreement.ts';
import type { BiasPart } from './bias.ts';
import type { ArmResult, SetCalibration } from './calibrate-set.ts';
import { paperTables } from './paper-tables.ts';
import { estimateCell, left, number, right } from './table-cells.ts';

type Row = { readonly label: string; readonly agreement: JudgeAgreement; readonly arm?: ArmResult };

/** In the order in which they are read. */
export function calibrationTables(results: readonly SetCalibration[]): Table[] {
  return results.flatMap((result) => [
    errorTable(result),
    orderTable(result),
    ...paperTables(result),
    ...pairTables(result),
    ...biasTables(result),
    ...stabilityTables(result),
    costTable(result),
    ...result.arms.flatMap((arm) => confusionTable(result, arm)),
  ]);
}

function rowsOf({ arms, baselines }: SetCalibration): Row[] {
  return [
    ...arms.map((arm) => ({ label: arm.label, agreement: arm.agreement, arm })),
    ...baselines.map(({ name, agreement }) => ({ label: name, agreement })),
  ];
}

function errorTable(result: SetCalibration): Table {
  const { set } = result;
  const figure =
    (name: AgreementFigure, digits: number, scale = 1) =>
    (row: Row): Cell =>
      estimateCell(row.agreement.figures[name], digits, scale);
  const columns: readonly (readonly [string, (row: Row) => Cell])[] = [
    ['advantage error', figure('advantageError', 2)],
    ['skill %', ({ arm }) => estimateCell(arm?.skill, 0, 100)],
    ['absolute error', figure('meanAbsolute', 2)],
    ['RMSE', figure('rootMeanSquare', 2)],
    ['bias', figure('bias', 2)],
    ['same %', figure('exact', 0, 100)],
    ...(set.threshold === undefined ? [['within 1 %', figure('withinOne', 0, 100)] as const] : []),
    ['κ', figure('quadraticKappa', 2)],
  ];
  return {
    title: `${set.name}: judges against people, in points of 7`,
    columns: [left('judge'), ...columns.map(([heading]) => right(heading))],
    rows: rowsOf(result).map((row) => [row.label, ...columns.map(([, cell]) => cell(row))]),
    notes: [
      ...set.notes,
      'In brackets 95 % intervals over problems. Advantage error: how far a proof’s distance from the mean of its problem is off (the paper’s measure); skill: how much of what a grader that never distinguishes errs by is gone. κ is weighted by squares; bias is judge minus people.',
      'The last rows read no proof: a judge has to beat them.',
    ],
  };
}

function orderTable(result: SetCalibration): Table {
  const { set } = result;
  const isLabels = set.threshold !== undefined;
  const classes = isLabels
    ? (['incorrect', 'correct'] as const)
    : (['incorrect', 'partial', 'almost', 'correct'] as const);
  return {
    title: `${set.name}: order, and classes of grades`,
    columns: [
      left('judge'),
      ...['Pearson', 'Spearman', 'Kendall', 'pairs in order %', 'same class %'].map(right),
      ...classes.map((name) => right(`recall of ${name} %`)),
    ],
    rows: rowsOf(result).map(({ label, agreement: { figures, recall } }) => [
      label,
      estimateCell(figures.pearson, 2),
      estimateCell(figures.spearman, 2),
      estimateCell(figures.kendall, 2),
      estimateCell(figures.localConsistency, 0, 100),
      estimateCell(figures.classAccuracy, 0, 100),
      ...classes.map((name) => estimateCell(recall[name], 0, 100)),
    ]),
    notes: [
      isLabels
        ? 'Classes are wrong and right.'
        : 'Classes: incorrect 0, partial 1 to 3, almost 4 to 6, correct 7. Recall: of the proofs that people put there, how many the judge did.',
      'Of a constant there is no correlation; pairs in order are of proofs of one problem, alike where people gave both the same.',
    ],
  };
}

function pairTables({ set, comparison }: SetCalibration): Table[] {
  if (comparison === undefined) return [];
  const left_out = comparison.leftOut.map((label) => `${label} graded less than half and is left out.`);
  return comparison.comparisons.map(({ error, pairs, problems }) => ({
    title: `${set.name}: differences of the ${error === 'advantage' ? 'advantage error' : 'absolute error'} between judges`,
    columns: [
      left('errs less'),
      left('errs more'),
      right('by points'),
      right('p'),
      right('p, Holm'),
      right('p, BH'),
    ],
    rows: pairs.map(({ better, worse, difference, pValue, holm, benjaminiHochberg, significant }) => [
      better,
      `${worse}${significant ? ' *' : ''}`,
      { value: difference.estimate, digits: 2, low: difference.low, high: difference.high },
      number(pValue, 4),
      number(holm, 4),
      number(benjaminiHochberg, 4),
    ]),
    notes: [
      `Paired over ${problems} problems, each weighing the same, on the ${comparison.shared} gradings that all came to; sign-flip tests; * differs at 5 % after Holm’s correction for ${pairs.length === 1 ? 'one pair' : `${pairs.length} pairs`}.`,
      ...left_out,
    ],
  }));
}

function biasTables({ set, arms }: SetCalibration): Table[] {
  const table = (what: string, parts: (arm: ArmResult) => readonly BiasPart[], extra: boolean): Table[] => {
    const [first] = arms.map(parts).sort((a, b) => b.length - a.length);
    if (first === undefined || first.length === 0) return [];
    return [
      {
        title: `${set.name}: judge minus people by ${what}`,
        columns: [
          left('judge'),
          ...(extra ? [right('points per doubling')] : []),
          ...first.map(({ name }) => right(name)),
        ],
        rows: arms.map((arm) => [
          arm.label,
          ...(extra ? [estimateCell(arm.bias.perDoubling, 2)] : []),
          ...first.map((_, index) => estimateCell(parts(arm)[index]?.bias, 2)),
        ]),
        notes: extra
          ? ['Points per doubling of the length are of proofs to which people gave the same class of grade.']
          : ['Any judge that is not sure is generous to bad proofs and strict with good ones.'],
      },
    ];
  };
  return [
    ...table('people’s grade', ({ bias }) => bias.byScore, false),
    ...table('length of the proof', ({ bias }) => bias.byLength, true),
  ];
}

function stabilityTables({ set, arms, repeats }: SetCalibration): Table[] {
  if (repeats < 2) return [];
  return [
    {
      title: `${set.name}: the same judge again`,
      columns: [left('judge'), ...['proofs', 'deviation', 'same points %', 'α'].map(right)],
      rows: arms.map(({ label, stability }) => [
        label,
        number(stability?.retested, 0),
        estimateCell(stability?.deviation, 2),
        estimateCell(stability?.same, 0, 100),
        estimateCell(stability?.alpha, 2),
      ]),
      notes: [
        `${repeats} gradings of each proof. Deviation: of the grades of one proof, in points; α: Krippendorff’s, by intervals.`,
      ],
    },
  ];
}

function costTable({ set, arms }: SetCalibration): Table {
  const isPriced = arms.some(({ cost }) => (cost.dollars ?? 0) > 0);
  return {
    title: `${set.name}: what a grade takes`,
    columns: [
      left('judge'),
      ...['gradings', 'ungraded %', 'prompt tokens', 'reply tokens'].map(right),
      ...(isPriced ? [right('cost')] : []),
      ...['seconds, median', 'seconds, 95 %'].map(right),
      left('ungraded because'),
    ],
    rows: arms.map(({ label, cost }) => [
      label,
      number(cost.graded + cost.ungraded, 0),
      cost.ungradedRate === undefined
        ? null
        : {
            value: 100 * cost.ungradedRate.estimate,
            digits: 1,
            low: 100 * cost.ungradedRate.low,
            high: 100 * cost.ungradedRate.high,
          },
      number(cost.promptTokens, 0),
      number(cost.completionTokens, 0),
      ...(isPriced ? [number(cost.dollars, 4, '$')] : []),
      number(cost.seconds?.median, 1),
      number(cost.seconds?.ninetyFifth, 1),
      cost.causes.map(([cause, count]) => `${count} ${cause}`).join(', '),
    ]),
    notes: [
      'Of gradings in which the judge was asked, questions repeated for a readable verdict included. What is ungraded is in no other figure.',
      ...arms.flatMap(({ label, cost }) =>
        cost.pending === 0 ? [] : [`${label}: ${cost.pending} gradings have not been made yet.`],
      ),
    ],
  };
}

function confusionTable({ set }: SetCalibration, { label, agreement }: ArmResult): Table[] {
  const { classes, counts } = agreement.confusion;
  const shown = set.threshold === undefined ? [0, 1, 2, 3] : [0, 3];
  if (agreement.coverage.compared === 0) return [];
  return [
    {
      title: `${set.name}: what ${label} gave`,
      columns: [left('people'), ...shown.map((index) => right(classes[index] ?? '')), right('all')],
      rows: shown.map((truth) => {
        const row = counts[truth] ?? [];
        return [
          classes[truth] ?? '',
          ...shown.map((given) => number(row[given], 0)),
          number(
            row.reduce((sum, count) => sum + count, 0),
            0,
          ),
        ];
      }),
      notes: [],
    },
  ];
}
