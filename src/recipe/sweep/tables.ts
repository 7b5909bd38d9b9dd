/** The result of a sweep as tables: scores of the arms, differences to the first arm, and what each arm took. */
import type { Cell, NumberCell, Table } from '../../bench/tables/table.ts';
import { signed } from '../report/format.ts';
import type { ArmScore, ArmSummary, SweepSummary } from './summary.ts';
import { type StageUseRow, stageLabel } from './uses.ts';

const left = (heading: string) => ({ heading, align: 'left' as const });
const right = (heading: string) => ({ heading, align: 'right' as const });

/** In the order in which they are read; `notes` are put below the first one. */
export function sweepTables(summary: SweepSummary, notes: readonly string[]): Table[] {
  return [
    ...(summary.measures.length === 0 ? [] : [scoreTable(summary, notes)]),
    ...(summary.differences.length === 0 ? [] : [differenceTable(summary)]),
    ...useTables(summary, summary.measures.length === 0 ? notes : []),
  ];
}

function scoreTable({ measures, arms }: SweepSummary, notes: readonly string[]): Table {
  const scores = arms.flatMap((arm) => arm.scores);
  const deviates = scores.some(({ deviation }) => deviation !== undefined);
  const ungraded = scores.reduce((sum, score) => sum + score.ungraded, 0);
  return {
    title: 'Scores, percent of full marks',
    columns: [left('arm'), right('seeds'), ...measures.map(({ title }) => right(title))],
    rows: arms.map((arm) => [
      arm.label,
      { value: arm.runs.length, digits: 0 },
      ...measures.map(({ id }) => scoreCell(arm.scores.find(({ measure }) => measure === id))),
    ]),
    notes: [
      `In brackets 95 % intervals over problems and attempts of all seeds${deviates ? '; in parentheses the standard deviation of seeds, which alone says how much training anew would change' : ''}.`,
      ...measures.flatMap(({ id, title }) => sizeNote(title, arms, id)),
      ...(ungraded === 0 ? [] : [`${ungraded} attempts have no grade and are left out.`]),
      ...notes,
    ],
  };
}

function sizeNote(title: string, arms: readonly ArmSummary[], id: string): string[] {
  const found = arms.flatMap(({ scores }) => scores.filter(({ measure }) => measure === id));
  const texts = new Set(
    found.map(({ problems, graded }) => `${problems} problems, ${graded} graded attempts`),
  );
  return [`${title}: ${[...texts].join('; ')}${texts.size === 1 && arms.length > 1 ? ' in each arm' : ''}.`];
}

function scoreCell(score: ArmScore | undefined): Cell {
  if (score === undefined) return null;
  const { mean, deviation } = score;
  if (mean === undefined) return 'ungraded';
  return { value: mean.estimate, digits: 1, low: mean.low, high: mean.high, deviation };
}

function differenceTable({ measures, arms, differences }: SweepSummary): Table {
  const counts = measures.map(({ id }) => differences.filter(({ measure }) => measure === id).length);
  const tests = Math.max(...counts);
  const severalSeeds = differences.some(({ seeds }) => seeds.length > 1);
  return {
    title: `Differences to ${arms[0]?.label}, percent of full marks`,
    columns: [
      left('score'),
      left('arm'),
      right('difference'),
      right('p'),
      right('p, corrected'),
      right('problems'),
      ...(severalSeeds ? [left('by seed')] : []),
    ],
    rows: differences.map(({ measure, arm, difference, pValue, corrected, problems, seeds }) => [
      measures.find(({ id }) => id === measure)?.title ?? measure,
      arm,
      { value: difference.estimate, digits: 1, low: difference.low, high: difference.high },
      { value: pValue, digits: 4 },
      { value: corrected, digits: 4 },
      { value: problems, digits: 0 },
      ...(severalSeeds ? [seeds.map((one) => signed(one.difference)).join(', ')] : []),
    ]),
    notes: [
      `Paired over problems and seeds: 95 % intervals, two-sided sign-flip permutation tests, ${tests === 1 ? 'one test for each score' : `Holm's correction over the ${tests} tests of each score`}.`,
      severalSeeds
        ? 'Interval and test are about other problems. Where seeds differ in sign, or by as much as the difference, only more seeds can tell.'
        : 'One seed: what training anew would change is not in any of this.',
    ],
  };
}

const useColumns: readonly {
  readonly heading: string;
  readonly of: (use: StageUseRow) => number | undefined;
  readonly digits: number;
}[] = [
  { heading: 'steps', of: ({ steps }) => steps, digits: 0 },
  { heading: 'attempts', of: ({ attempts }) => attempts, digits: 0 },
  { heading: 'sampled tokens', of: ({ sampledTokens }) => sampledTokens || undefined, digits: 0 },
  { heading: 'trained tokens', of: ({ trainedTokens }) => trainedTokens, digits: 0 },
  { heading: 'seconds', of: ({ seconds }) => seconds, digits: 1 },
  { heading: 'length', of: ({ length }) => length, digits: 1 },
  { heading: 'overflow %', of: ({ overflow }) => overflow, digits: 1 },
  { heading: 'no success %', of: ({ withoutSuccess }) => withoutSuccess, digits: 1 },
  { heading: 'teaching %', of: ({ teaching }) => teaching, digits: 1 },
  { heading: 'validation loss', of: ({ validationLoss }) => validationLoss, digits: 4 },
];

/** A table for each stage. */
function useTables({ arms }: SweepSummary, notes: readonly string[]): Table[] {
  const stages = [...new Set(arms.flatMap(({ uses }) => uses.map(({ stage }) => stage)))];
  return stages.map((stage, index) => {
    const rows = arms.flatMap(({ label, uses }) => {
      const use = uses.find((one) => one.stage === stage);
      return use === undefined ? [] : [{ label, use }];
    });
    const shown = useColumns.filter(({ of }) => rows.some(({ use }) => of(use) !== undefined));
    const samples = rows.some(({ use }) => use.attempts !== undefined);
    return {
      title: `${stageLabel(stage)}: what it took, mean over seeds`,
      columns: [left('arm'), ...shown.map(({ heading }) => right(heading))],
      rows: rows.map(({ label, use }) => [
        label,
        ...shown.map(({ of, digits }): NumberCell | null => {
          const value = of(use);
          return value === undefined ? null : { value, digits };
        }),
      ]),
      notes: [
        ...(samples
          ? [
              'Length and overflow are those of the last tenth of the steps. No success: groups in which every attempt got 0; teaching: groups whose rewards differed; of all groups.',
            ]
          : []),
        ...(index === 0 ? notes : []),
      ],
    };
  });
}
