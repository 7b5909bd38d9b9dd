/**
 * What more test-time compute buys, and where: reasoning-cache score by turn and by tokens spent, and score by
 * the number of steps that a problem needs.
 */
import * as Plot from '@observablehq/plot';
import { type Content, html, type Markup } from '../../prove/html.ts';
import { label } from './effects.ts';
import { figure } from './figure.ts';
import { decimal } from './format.ts';
import { checkpointColour } from './palette.ts';
import { type CheckpointName, checkpointNames } from './report-input.ts';
import { type Score, scoresBySteps } from './scores.ts';

interface Reading {
  readonly checkpoint: CheckpointName;
  readonly x: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
}

/** The section; its figures are those for which there are evaluations. Scores of one suite and seed. */
export function scaffoldSection(scores: readonly Score[]): Markup | undefined {
  const cache = scores.filter(
    ({ evaluation: e }) => e.scaffold === 'reasoning-cache' && e.turn !== undefined,
  );
  const byTurn = cache.map((score) => reading(score, score.evaluation.turn ?? 1));
  const byTokens = cache.map((score) => reading(score, score.tokens));
  const single = scores.filter(({ evaluation }) => evaluation.scaffold === 'single');
  const bySteps = single.flatMap(({ evaluation }) =>
    scoresBySteps(evaluation).map(({ steps, interval }) => ({
      checkpoint: evaluation.checkpoint,
      x: steps,
      score: interval.estimate,
      low: interval.low,
      high: interval.high,
    })),
  );
  const turns = [...new Set(byTurn.map(({ x }) => x))];
  if (turns.length < 2 && bySteps.length === 0) return undefined;
  return html`<section id="scaffold"><h2>More turns, harder problems</h2>
<p class="lede">In the reasoning cache a model thinks within its token limit, summarises what it found, and continues from the summary. Bars are 95 % intervals over problems and attempts.</p>
<div class="figures three">
${turns.length > 1 && readingsFigure(byTurn, { title: 'Score by turn', subtitle: 'percent of full marks', x: 'turn of the reasoning cache', ticks: turns, note: 'After each turn, the last answer that closed its reasoning is graded.' })}
${turns.length > 1 && readingsFigure(byTokens, { title: 'Score by tokens spent', subtitle: 'percent of full marks', x: 'mean completion tokens per attempt', note: 'The same turns against what they cost: one dot a turn.' })}
${bySteps.length > 0 && readingsFigure(bySteps, { title: 'Score by steps needed', subtitle: 'percent of full marks, single turn', x: 'steps of the shortest proof', ticks: [...new Set(bySteps.map(({ x }) => x))], note: 'Problems of the same length of proof, taken together.' })}
</div></section>`;
}

function reading({ evaluation, interval }: Score, x: number): Reading {
  return {
    checkpoint: evaluation.checkpoint,
    x,
    score: interval.estimate,
    low: interval.low,
    high: interval.high,
  };
}

interface ReadingsChart {
  readonly title: string;
  readonly subtitle: string;
  readonly x: string;
  readonly note: Content;
  /** The values of a discrete axis; checkpoints then stand side by side. */
  readonly ticks?: readonly number[];
}

function readingsFigure(readings: readonly Reading[], chart: ReadingsChart): Markup {
  const present = checkpointNames.filter((name) => readings.some(({ checkpoint }) => checkpoint === name));
  const apart = chart.ticks === undefined ? 0 : 0.07;
  const series = present.map((name, i) => ({
    colour: checkpointColour[name],
    rows: readings
      .filter(({ checkpoint }) => checkpoint === name)
      .map((row) => ({ ...row, x: row.x + (i - (present.length - 1) / 2) * apart }))
      .sort((a, b) => a.x - b.x),
  }));
  const ends = series.map(
    ({ rows }, i) =>
      `${label(present[i] ?? 'base')} from ${decimal(rows[0]?.score ?? 0)} to ${decimal(rows.at(-1)?.score ?? 0)}`,
  );
  return figure({
    title: chart.title,
    subtitle: chart.subtitle,
    note: chart.note,
    legend: present.map((name) => ({ label: label(name), colour: checkpointColour[name] })),
    summary: `${chart.title}: ${ends.join('; ')} percent.`,
    height: 230,
    leastExtent: 10,
    plot: {
      x: {
        label: chart.x,
        ...(chart.ticks === undefined
          ? { ticks: 5, zero: true, nice: true }
          : {
              ticks: [...chart.ticks],
              tickFormat: 'd',
              domain: [Math.min(...chart.ticks) - 0.25, Math.max(...chart.ticks) + 0.25],
            }),
      },
      y: { zero: true },
      marks: series.flatMap(({ colour, rows }) => [
        Plot.ruleX(rows, { x: 'x', y1: 'low', y2: 'high', stroke: colour, strokeOpacity: 0.55 }),
        Plot.lineY(rows, { x: 'x', y: 'score', stroke: colour, strokeWidth: 2 }),
        Plot.dot(rows, { x: 'x', y: 'score', fill: colour, r: 3 }),
      ]),
    },
  });
}
