/**
 * A comparison as tables: the paper's Table 1 (scores by suite), its Table 2 (score against tokens and cost), the
 * scores of categories and levels, and the paired tests.
 */
import type { Pair, RankedRow, Row, Score, SuiteComparison } from './comparison.ts';
import type { Cell, NumberCell, Table } from './tables/table.ts';

const left = (heading: string) => ({ heading, align: 'left' as const });
const right = (heading: string) => ({ heading, align: 'right' as const });

/** Tables in the order in which they are read. */
export function comparisonTables(suites: readonly SuiteComparison[]): Table[] {
  return [
    scoreTable(suites),
    ...suites.map(costTable),
    ...suites.flatMap(severalTable),
    ...suites.flatMap(partTables),
    ...suites.flatMap((suite) => (suite.pairs.length === 0 ? [] : [pairTable(suite)])),
  ];
}

/** Systems by suites: the paper's Table 1. */
function scoreTable(suites: readonly SuiteComparison[]): Table {
  const names = [...new Set(suites.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  const judges = [...new Set(suites.flatMap(({ rows }) => rows.flatMap(({ system }) => system.judge ?? [])))];
  const deviates = suites.some(({ rows }) => rows.some(({ score }) => score.deviation !== undefined));
  return {
    title: 'Scores, percent of full marks',
    columns: [left('system'), ...suites.map(({ suite }) => right(suite.name))],
    rows: names.map((name) => [
      name,
      ...suites.map(({ rows }) => {
        const row = rows.find((one) => one.name === name);
        return row === undefined ? null : scoreCell(row.score);
      }),
    ]),
    notes: [
      `In brackets 95 % intervals over problems and attempts${deviates ? '; in parentheses the standard deviation of runs' : ''}.`,
      ...suites.flatMap(({ suite, rows }) => sizes(suite.name, rows)),
      ...(judges.length === 0 ? [] : [`Graded by ${judges.join('; ')}.`]),
      ...suites.flatMap(({ warnings }) => warnings),
    ],
  };
}

function sizes(suite: string, rows: readonly Row[]): string[] {
  const texts = rows.map(
    ({ score, system }) =>
      `${counted(score.problems, 'problem')} × ${counted(system.points_P_R[0]?.length ?? 0, 'run')}`,
  );
  return new Set(texts).size === 1
    ? [`${suite}: ${texts[0]}.`]
    : rows.map(({ name }, index) => `${suite}, ${name}: ${texts[index]}.`);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function scoreCell({ mean, deviation }: Score): Cell {
  if (mean === undefined) return 'ungraded';
  return { value: mean.estimate, digits: 1, low: mean.low, high: mean.high, deviation };
}

function number(value: number | undefined, digits: number, unit?: '$'): NumberCell | null {
  return value === undefined ? null : { value, digits, unit };
}

/** What a score takes: the paper's Table 2. */
function costTable({ suite, rows }: SuiteComparison): Table {
  const isPriced = rows.some(({ cost }) => (cost?.dollars ?? 0) > 0);
  const hasJudgePrice = rows.some(({ cost }) => (cost?.judgeDollars ?? 0) > 0);
  const haveCalls = rows.some(({ cost }) => cost?.calls !== undefined);
  const haveJudge = rows.some(({ cost }) => cost?.judgeTokens !== undefined);
  const areCut = rows.some(({ cost }) => (cost?.cut ?? 0) > 0);
  const isRelative = rows.some(({ relative }) => relative !== undefined);
  return {
    title: `${suite.name}: what it takes, for one attempt at one problem`,
    columns: [
      left('system'),
      right('score %'),
      ...(rows.length > 1 ? [right('rank')] : []),
      ...(haveCalls ? [right('calls')] : []),
      right('reply tokens'),
      ...(isRelative ? [right('× single turn')] : []),
      ...(isPriced ? [right('cost')] : []),
      ...(areCut ? [right('cut %')] : []),
      ...(haveJudge ? [right('judge tokens')] : []),
      ...(hasJudgePrice ? [right('grading')] : []),
    ],
    rows: rows.map(({ name, score, cost, relative, ranks }) => [
      name,
      number(score.mean?.estimate, 1),
      ...(rows.length > 1 ? [rankText(ranks)] : []),
      ...(haveCalls ? [number(cost?.calls, 1)] : []),
      number(cost?.completionTokens, 0),
      ...(isRelative ? [number(relative, 2)] : []),
      ...(isPriced ? [number(cost?.dollars, 4, '$')] : []),
      ...(areCut ? [number(cost && 100 * cost.cut, 1)] : []),
      ...(haveJudge ? [number(cost?.judgeTokens, 0)] : []),
      ...(hasJudgePrice ? [number(cost?.judgeDollars, 4, '$')] : []),
    ]),
    notes: [
      'Reply tokens include reasoning.',
      ...(areCut ? ['Cut are attempts of which some reply ended at its limit of tokens.'] : []),
      ...(rows.length > 1 ? ['Ranks are those that the tests below leave open.'] : []),
    ],
  };
}

/** What more attempts would bring; nothing where there was one at each problem. Of answers the best is the pass. */
function severalTable({ suite, rows }: SuiteComparison): Table[] {
  const counts = [...new Set(rows.flatMap(({ several }) => several.map(({ k }) => k)))].sort((a, b) => a - b);
  if (counts.length === 0 || rows.every(({ score }) => score.mean === undefined)) return [];
  const kinds = suite.kind === 'answer' ? (['pass'] as const) : (['best', 'pass'] as const);
  return [
    {
      title: `${suite.name}: of several attempts, percent`,
      columns: [left('system'), ...kinds.flatMap((kind) => counts.map((k) => right(`${kind}@${k}`)))],
      rows: rows.map(({ name, several }) => [
        name,
        ...kinds.flatMap((kind) =>
          counts.map((k) => {
            const interval = several.find((one) => one.k === k)?.[kind];
            return interval === undefined
              ? null
              : { value: interval.estimate, digits: 1, low: interval.low, high: interval.high };
          }),
        ),
      ]),
      notes: [
        `pass@k is the chance that one of k attempts has full marks${kinds.length > 1 ? ', best@k the points of the best of them' : ''}; problems with fewer than k graded attempts are left out.`,
      ],
    },
  ];
}

function rankText({ low, high }: RankedRow['ranks']): string {
  return low === high ? `${low}` : `${low}–${high}`;
}

/** A table for each tag that splits the suite. */
function partTables({ suite, rows }: SuiteComparison): Table[] {
  if (rows.every(({ score }) => score.mean === undefined)) return [];
  const tags = [...new Set(rows.flatMap(({ parts }) => parts.map(({ tag }) => tag)))];
  return tags.map((tag) => {
    const values = [
      ...new Set(
        rows.flatMap(({ parts }) => parts.filter((part) => part.tag === tag).map(({ value }) => value)),
      ),
    ];
    const find = (row: Row, value: string): Score | undefined =>
      row.parts.find((part) => part.tag === tag && part.value === value)?.score;
    return {
      title: `${suite.name} by ${tag}, percent of full marks`,
      columns: [left('system'), ...values.map(right)],
      rows: [
        [
          'problems',
          ...values.map((value) =>
            number(Math.max(...rows.map((row) => find(row, value)?.problems ?? 0)), 0),
          ),
        ],
        ...rows.map((row) => [
          row.name,
          ...values.map((value) => {
            const score = find(row, value);
            return score === undefined ? null : scoreCell({ ...score, deviation: undefined });
          }),
        ]),
      ],
      notes: [],
    };
  });
}

function pairTable({ suite, pairs }: SuiteComparison): Table {
  return {
    title: `${suite.name}: differences, percent of full marks`,
    columns: [
      left('better'),
      left('than'),
      right('difference'),
      right('p'),
      right('p, corrected'),
      right('problems'),
    ],
    rows: pairs.map(({ better, worse, difference, pValue, corrected, problems }: Pair) => [
      better.name,
      worse.name,
      { value: difference.estimate, digits: 1, low: difference.low, high: difference.high },
      number(pValue, 4),
      number(corrected, 4),
      number(problems, 0),
    ]),
    notes: [
      `Paired over problems: 95 % intervals, two-sided sign-flip permutation tests, Holm's correction over ${pairs.length} ${pairs.length === 1 ? 'test' : 'tests'}.`,
    ],
  };
}
