/**
 * Learning curves of the supervised stages: training loss, its trend and the validation loss against tokens.
 */
import * as Plot from '@observablehq/plot';
import { type Content, html, type Markup } from '../../prove/html.ts';
import { label } from './effects.ts';
import { figure } from './figure.ts';
import { count, decimal, integer } from './format.ts';
import { checkpointColour } from './palette.ts';
import type { SupervisedCurve } from './report-input.ts';
import { movingAverage, thin, trendWindow } from './series.ts';

const titles: Readonly<Record<string, string>> = {
  pretrain: 'Pre-training',
  sft: 'Supervised fine-tuning',
  judge: 'The judge',
};

/** The section, or nothing when no supervised stage has taken a step. */
export function supervisedSection(curves: readonly SupervisedCurve[]): Markup | undefined {
  const drawn = curves.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return undefined;
  return html`<section id="supervised"><h2>Supervised learning</h2>
<p class="lede">Cross-entropy of the next token on training texts (thin: single steps; bold: trend) and on texts that were held out.</p>
<div class="figures two">${drawn.map(lossFigure)}</div></section>`;
}

function lossFigure(curve: SupervisedCurve): Content {
  const { points, stage, checkpoint } = curve;
  const colour = checkpointColour[checkpoint];
  const trend = movingAverage(
    points.map(({ loss }) => loss),
    trendWindow(points.length),
  );
  const rows = thin(points.map((point, i) => ({ ...point, trend: trend[i] ?? point.loss })));
  const measured = points.flatMap(({ tokens, validationLoss }) =>
    validationLoss === undefined ? [] : [{ tokens, validationLoss }],
  );
  const { before } = curve;
  const validation = before === undefined ? measured : [{ tokens: 0, validationLoss: before }, ...measured];
  const last = points.at(-1);
  const final = trend.at(-1) ?? 0;
  const held = validation.at(-1)?.validationLoss;
  const peak = points.reduce((most, { learningRate }) => Math.max(most, learningRate), 0);
  // The first steps of a fresh model tower over all that follows: the axis ends at what the trend reaches.
  const top = Math.max(...trend, ...validation.map(({ validationLoss }) => validationLoss));
  const summary = `Loss of stage ${stage} against trained tokens; it ends at ${decimal(final, 3)}.`;
  return figure({
    title: titles[stage] ?? stage,
    subtitle: 'loss, nats per token',
    summary,
    wide: true,
    height: 230,
    legend: [
      { label: `training (leaves ${label(checkpoint)})`, colour },
      ...(held === undefined ? [] : [{ label: 'held out', colour: 'var(--ink)' }]),
    ],
    note: [
      `Ends at ${decimal(final, 3)}`,
      held !== undefined && `, held out ${decimal(held, 3)}`,
      held !== undefined && before !== undefined && ` (${decimal(before, 3)} before the first step)`,
      `, after ${integer(last?.step ?? 0)} steps and ${count(last?.tokens ?? 0)} tokens. `,
      `Peak learning rate ${Number(peak.toPrecision(3))}.`,
    ],
    plot: {
      x: { label: 'tokens trained on', tickFormat: count, ticks: 5 },
      y: { zero: true, domain: [0, (top || 1) * 1.04] },
      marks: [
        Plot.lineY(
          rows.map((row) => ({ ...row, loss: Math.min(row.loss, top * 1.04) })),
          { x: 'tokens', y: 'loss', stroke: colour, strokeWidth: 1, strokeOpacity: 0.35 },
        ),
        Plot.lineY(rows, { x: 'tokens', y: 'trend', stroke: colour, strokeWidth: 2 }),
        Plot.lineY(validation, {
          x: 'tokens',
          y: 'validationLoss',
          stroke: 'var(--ink)',
          strokeWidth: 1,
          strokeDasharray: '2 3',
        }),
        Plot.dot(validation, { x: 'tokens', y: 'validationLoss', r: 2.5, fill: 'var(--ink)' }),
      ],
    },
  });
}
