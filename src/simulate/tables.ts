/** What a survey of a cluster found, as tables: a line for each bound, split or loss. */
import type { Cell, Column, Table } from '../bench/tables/table.ts';
import type { RunComparison, StepTimes } from './compare-run.ts';
import type { SimulationSummary } from './summary.ts';
import { type BoundRow, bestSplit, type LossRow, type Outcome, type SplitRow } from './survey.ts';

interface Shown {
  readonly heading: string;
  readonly cell: (summary: SimulationSummary) => Cell;
}

const number = (heading: string, digits: number, value: (summary: SimulationSummary) => number): Shown => ({
  heading,
  cell: (summary) => ({ value: value(summary), digits }),
});
const percent = (heading: string, value: (summary: SimulationSummary) => number): Shown => ({
  heading,
  cell: (summary) => `${(100 * value(summary)).toFixed(0)} %`,
});

const stepColumns: readonly Shown[] = [
  number('step s', 0, ({ stepMean }) => stepMean),
  number('median', 0, ({ stepMedian }) => stepMedian),
  number('p95', 0, ({ step95 }) => step95),
  number('tokens/s', 0, ({ tokensPerSecond }) => tokensPerSecond),
];
const useColumns: readonly Shown[] = [
  percent('sampling', ({ samplingShare }) => samplingShare),
  percent('places', ({ placesShare }) => placesShare),
  percent('training', ({ trainingShare }) => trainingShare),
  number('waited s', 0, ({ waitedMean }) => waitedMean),
];
const lagColumns: readonly Shown[] = [
  number('lag', 1, ({ lagMean }) => lagMean),
  number('most', 0, ({ lagMost }) => lagMost),
];
const dropColumn: Shown = { heading: 'dropped', cell: ({ dropped }) => droppedText(dropped) };

export function boundsTable(rows: readonly BoundRow[]): Table {
  const first = rows[0]?.outcome;
  const base = first?.kind === 'ran' ? first.summary.stepMean : undefined;
  const gain: Shown = {
    heading: 'speed',
    cell: ({ stepMean }) => (base === undefined ? null : `${(base / stepMean).toFixed(2)}×`),
  };
  return tableOf(
    'Bounds on staleness',
    [{ heading: 'bound', align: 'left' }],
    rows.map(({ maxLag, outcome }) => ({ heads: [boundText(maxLag)], outcome })),
    [...stepColumns, gain, ...useColumns, ...lagColumns, dropColumn],
    [
      'step, median, p95: seconds of an optimiser step. speed: against the first line. sampling: share of the time in which an engine has a sequence; places: share of its places in use; training: share of the time in which the trainer works.',
      'lag: optimiser steps between the weights that sampled a token and those it trains, mean over tokens and most. dropped: groups, by reason.',
    ],
  );
}

export function splitsTable(
  rows: readonly SplitRow[],
  own: { sampling: number; training: number },
  maxLag: number,
): Table {
  const best = bestSplit(rows);
  const ownRow = rows.find(({ sampling }) => sampling === own.sampling)?.outcome;
  const notes =
    best === undefined || ownRow?.kind !== 'ran'
      ? []
      : [
          `Best: ${best.sampling} + ${best.training}, ${((100 * ownRow.summary.stepMean) / best.summary.stepMean - 100).toFixed(0)} % more steps an hour than ${own.sampling} + ${own.training}.`,
        ];
  return tableOf(
    `Splits of the nodes (${boundText(maxLag)})`,
    [{ heading: 'sampling + training', align: 'left' }],
    rows.map(({ sampling, training, outcome }) => ({ heads: [`${sampling} + ${training}`], outcome })),
    [...stepColumns, ...useColumns, ...lagColumns, dropColumn],
    notes,
  );
}

export function lossTable(rows: readonly LossRow[], maxLag: number): Table {
  return tableOf(
    `A lost node (${boundText(maxLag)})`,
    [{ heading: 'what happens', align: 'left' }],
    rows.map(({ name, outcome }) => ({ heads: [name], outcome })),
    [
      ...stepColumns.slice(0, 3),
      number('longest', 0, ({ stepMost }) => stepMost),
      { heading: 'lost tokens', cell: ({ lostShare }) => `${(100 * lostShare).toFixed(1)} %` },
      ...lagColumns,
      dropColumn,
    ],
    [],
  );
}

function tableOf(
  title: string,
  heads: readonly Column[],
  rows: readonly { readonly heads: readonly string[]; readonly outcome: Outcome }[],
  shown: readonly Shown[],
  notes: readonly string[],
): Table {
  const columns = [...heads, ...shown.map(({ heading }): Column => ({ heading, align: 'right' }))];
  const stalled = rows.flatMap(({ heads: [name = ''], outcome }) =>
    outcome.kind === 'stalled' ? [`${name}: ${outcome.message}`] : [],
  );
  return {
    ...{ title, columns },
    rows: rows.map(({ heads: names, outcome }) => [
      ...names,
      ...shown.map(({ cell }, place): Cell => {
        if (outcome.kind === 'ran') return cell(outcome.summary);
        return place === 0 ? 'stalls' : null;
      }),
    ]),
    notes: [...notes, ...stalled],
  };
}

function boundText(maxLag: number): string {
  if (maxLag === 0) return 'synchronous';
  return Number.isFinite(maxLag) ? `bound ${maxLag}` : 'unbounded';
}

function droppedText(dropped: Readonly<Record<string, number>>): string {
  const parts = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return parts.length === 0 ? '0' : parts.join(', ');
}

/** A real run beside its simulation. */
export function comparisonTable({ maxLag, recorded, predicted, cluster }: RunComparison): Table {
  const cells = ({ seconds, trainingSeconds, waitedSeconds, totalSeconds }: StepTimes): Cell[] => [
    ...[seconds, trainingSeconds, waitedSeconds].map((value): Cell => ({ value, digits: 3 })),
    { value: totalSeconds, digits: 1 },
  ];
  const own = predicted.find((one) => one.maxLag === maxLag)?.times;
  return {
    title: 'The run and its simulation',
    columns: [
      { heading: '', align: 'left' },
      ...['step s', 'training s', 'waited s', 'all steps s'].map(
        (heading): Column => ({ heading, align: 'right' }),
      ),
    ],
    rows: [
      [`recorded, ${boundText(maxLag)}`, ...cells(recorded)],
      ...predicted.map((one): Cell[] => [`simulated, ${boundText(one.maxLag)}`, ...cells(one.times)]),
    ],
    notes: [
      ...(own === undefined
        ? []
        : [
            `The simulation of the run itself is off by ${signedPercent(own.seconds / recorded.seconds - 1)} in the step; the speeds are fitted to it.`,
          ]),
      `Steps are means without the first and without those around held-out scores. Fitted: a decoding step ${(1000 * cluster.sampling.decode.stepSeconds).toFixed(2)} ms and ${(1e6 * cluster.sampling.decode.secondsPerSequence).toFixed(1)} µs a sequence; training ${cluster.training.stepSeconds.toFixed(3)} s a step and ${cluster.training.tokensPerSecondPerNode.toFixed(0)} tokens a second. While both are at work each has ${cluster.sharedSpeed ?? 1} of its speed, which is assumed.`,
    ],
  };
}

function signedPercent(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)} %`;
}
