/** What attempts at states of the Reasoning Cache earned, by the turn that they take. */
import * as Plot from '@observablehq/plot';
import type { Markup } from '../../prove/html.ts';
import { label } from './effects.ts';
import { figure, stepAxis } from './figure.ts';
import { decimal } from './format.ts';
import { checkpointColour } from './palette.ts';
import type { RlCurve } from './report-input.ts';
import { movingAverage, thin, trendWindow } from './series.ts';

/** Nothing for a curve that was trained on problems as they stand. */
export function turnsFigure({ checkpoint, points }: RlCurve): Markup | undefined {
  const turns = [...new Set(points.flatMap((point) => Object.keys(point.turns ?? {})))].sort(
    (a, b) => Number(a) - Number(b),
  );
  if (turns.length === 0) return undefined;
  const series = turns.map((turn, place) => {
    const rows = points.flatMap(({ step, turns: of }) => {
      const reward = of?.[turn]?.reward;
      return reward === undefined ? [] : [{ step, reward: 100 * reward }];
    });
    const trend = movingAverage(
      rows.map(({ reward }) => reward),
      trendWindow(rows.length),
    );
    return {
      turn,
      opacity: (place + 1) / turns.length,
      rows: thin(rows.map(({ step }, i) => ({ step, trend: trend[i] ?? 0 }))),
    };
  });
  const ends = series.map(({ turn, rows }) => `turn ${turn} at ${decimal(rows.at(-1)?.trend ?? 0)}`);
  return figure({
    title: `Reward of ${label(checkpoint)} by turn`,
    subtitle: 'percent of full marks, training states, trend',
    summary: `Mean reward by optimiser step and turn, ending with ${ends.join(', ')} percent.`,
    note: `From pale to full: attempts at turn ${turns.join(', ')}.`,
    leastExtent: 10,
    plot: {
      x: stepAxis(points.map(({ step }) => step)),
      y: { zero: true },
      marks: series.map(({ rows, opacity }) =>
        Plot.lineY(rows, {
          x: 'step',
          y: 'trend',
          stroke: checkpointColour[checkpoint],
          strokeOpacity: opacity,
          strokeWidth: 2,
        }),
      ),
    },
  });
}
