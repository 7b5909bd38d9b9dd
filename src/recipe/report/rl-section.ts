/**
 * Reinforcement learning step by step: reward, held-out score, length, overflow, entropy, where the groups went,
 * and the agreement of sampler and trainer. Runs with RL and RC training overlay both.
 */
import * as Plot from '@observablehq/plot';
import { type Content, html, type Markup } from '../../prove/html.ts';
import { label } from './effects.ts';
import { type Figure, figure, stepAxis } from './figure.ts';
import { decimal, duration } from './format.ts';
import { checkpointColour } from './palette.ts';
import type { RlCurve, RlPoint } from './report-input.ts';
import { movingAverage, thin, trendWindow } from './series.ts';
import { turnsFigure } from './turns-figure.ts';

/** The section, or nothing when no step was taken. */
export function rlSection(all: readonly RlCurve[]): Markup | undefined {
  const curves = all.filter(({ points }) => points.length > 0);
  const [first] = curves;
  if (first === undefined) return undefined;
  const taught = curves.filter((curve) => !taughtNothing(curve));
  const limits = [...new Set(curves.map(({ tokenLimit }) => tokenLimit))];
  return html`<section id="rl"><h2>Reinforcement learning</h2>
<p class="lede">What the policy earned and how its replies changed, optimiser step by step. Thin: single steps; bold: trend.${curves.length > 1 && ' RL trains on first attempts, RC on states of the reasoning cache.'}</p>
${curves.filter(taughtNothing).map(({ checkpoint, points: { length } }) => html`<p class="verdict second">No group taught anything in ${length} of ${length} steps: the ${label(checkpoint)} checkpoint equals the one it began from.</p>`)}
${alarmList(curves)}
<div class="figures three">
${stepFigure(curves, { title: 'Reward', subtitle: 'percent of full marks, training problems', leastExtent: 10, of: (p) => (p.reward === undefined ? undefined : 100 * p.reward), ...(curves.some(hasExact) ? { second: (p: RlPoint) => (p.exactReward === undefined ? undefined : 100 * p.exactReward), note: 'Dotted: the exact grade of the same attempts. The gap is reward that was not earned.' } : {}) })}
${heldOutFigure(curves)}
${stepFigure(curves, { title: 'Length of replies', subtitle: 'tokens', of: (p) => p.lengthMean, marks: [Plot.ruleY(limits, { stroke: 'var(--ink)', strokeDasharray: '1 3' })], note: `Dotted: the limit of ${limits.join(' and ')} tokens.` })}
${stepFigure(curves, { title: 'Overflow', subtitle: 'percent of replies cut at the limit', leastExtent: 10, of: (p) => 100 * p.overflowShare })}
${curves.some(({ points }) => points.some(({ entropy }) => entropy !== undefined)) && stepFigure(curves, { title: 'Entropy', subtitle: 'nats per token', of: (p) => p.entropy })}
${curves.map((curve) => groupsFigure(curve, curves.length > 1))}
${curves.map(turnsFigure)}
</div>
<details class="fold"><summary>Health of the training: ${taught.length > 0 && 'gradient, agreement of sampler and trainer, '}speed</summary>
<p class="lede">${curves.map(agreement)}</p>
<div class="figures three">
${taught.length > 0 && stepFigure(taught, { title: 'Gradient norm', subtitle: 'before clipping', of: (p) => p.gradientNorm })}
${taught.length > 0 && stepFigure(taught, { title: 'Greatest probability ratio', subtitle: 'trainer to sampler, minus 1', of: (p) => (p.groups.trained === 0 ? undefined : p.maxRatio - 1), tickFormat: smallNumber })}
${stepFigure(curves, { title: 'Time', subtitle: 'seconds per step', of: (p) => p.seconds })}
</div></details></section>`;
}

/** No group of any step had rewards that differ, so no step moved the policy. */
const taughtNothing = ({ points }: RlCurve) => points.every(({ groups }) => groups.trained === 0);

/** What a person should look at, in the words of the live view. */
function alarmList(curves: readonly RlCurve[]): Content {
  const alarms = curves.flatMap(({ stage, alarms = [] }) => alarms.map((alarm) => ({ stage, ...alarm })));
  if (alarms.length === 0) return undefined;
  return html`<ul class="alarms">${alarms.map(({ stage, step, text }) => html`<li>${stage}, from step ${step} on: ${text}.</li>`)}</ul>`;
}

const hasExact = ({ points }: RlCurve) => points.some(({ exactReward }) => exactReward !== undefined);

/** Tick of a value that may be tiny: 0.5, 4e-5. */
function smallNumber(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(0) : `${Number(value.toPrecision(6))}`;
}

const stepsOf = (curves: readonly RlCurve[]) =>
  curves.flatMap(({ points }) => points.map(({ step }) => step));

interface StepChart extends Pick<Figure, 'title' | 'subtitle' | 'note' | 'leastExtent'> {
  readonly of: (point: RlPoint) => number | undefined;
  /** A second reading of the same steps, drawn dotted. */
  readonly second?: (point: RlPoint) => number | undefined;
  readonly marks?: Plot.Markish[];
  readonly tickFormat?: (value: number) => string;
}

interface StepValue {
  readonly step: number;
  readonly value: number;
  readonly trend: number;
}

function values(curve: RlCurve, of: StepChart['of']): readonly StepValue[] {
  const rows = curve.points.flatMap((point) => {
    const value = of(point);
    return value === undefined || !Number.isFinite(value) ? [] : [{ step: point.step, value }];
  });
  const trend = movingAverage(
    rows.map(({ value }) => value),
    trendWindow(rows.length),
  );
  return thin(rows.map((row, i) => ({ ...row, trend: trend[i] ?? row.value })));
}

function stepFigure(
  curves: readonly RlCurve[],
  { of, second, marks = [], tickFormat, ...texts }: StepChart,
): Markup {
  const lines = curves.flatMap((curve) => {
    const rows = values(curve, of);
    const stroke = checkpointColour[curve.checkpoint];
    return [
      Plot.lineY(rows, { x: 'step', y: 'value', stroke, strokeWidth: 1, strokeOpacity: 0.35 }),
      Plot.lineY(rows, { x: 'step', y: 'trend', stroke, strokeWidth: 2 }),
      second === undefined
        ? null
        : Plot.lineY(values(curve, second), { x: 'step', y: 'trend', stroke, strokeDasharray: '1 3' }),
    ];
  });
  const ends = curves.map((curve) => {
    const rows = values(curve, of);
    return `${label(curve.checkpoint)} from ${decimal(rows[0]?.trend ?? 0, 2)} to ${decimal(rows.at(-1)?.trend ?? 0, 2)}`;
  });
  return figure({
    ...texts,
    ...legendOf(curves),
    summary: `${texts.title} by optimiser step: ${ends.join('; ')}.`,
    plot: {
      x: stepAxis(stepsOf(curves)),
      y: { zero: true, ...(tickFormat === undefined ? {} : { tickFormat }) },
      marks: [...marks, ...lines],
    },
  });
}

function legendOf(curves: readonly RlCurve[]): Pick<Figure, 'legend'> {
  if (curves.length < 2) return {};
  const legend = curves.map(({ checkpoint }) => ({
    label: label(checkpoint),
    colour: checkpointColour[checkpoint],
  }));
  return { legend };
}

function heldOutFigure(curves: readonly RlCurve[]): Content {
  const series = curves.map((curve) => ({
    colour: checkpointColour[curve.checkpoint],
    rows: [{ step: 0, heldOut: curve.before }, ...curve.points].flatMap(({ step, heldOut }) =>
      heldOut === undefined
        ? []
        : [{ step, score: 100 * heldOut.score, low: 100 * heldOut.ci[0], high: 100 * heldOut.ci[1] }],
    ),
  }));
  if (series.every(({ rows }) => rows.length === 0)) return undefined;
  return figure({
    title: 'Held-out score',
    subtitle: 'percent of full marks, problems never trained on',
    summary: `Held-out score by optimiser step, ending at ${series.map(({ rows }) => decimal(rows.at(-1)?.score ?? 0)).join(' and ')} percent.`,
    note: 'Band: 95 % interval over problems and attempts.',
    ...legendOf(curves),
    leastExtent: 10,
    plot: {
      x: stepAxis(series.flatMap(({ rows }) => rows.map(({ step }) => step))),
      y: { zero: true },
      marks: series.flatMap(({ colour, rows }) => [
        Plot.areaY(rows, { x: 'step', y1: 'low', y2: 'high', fill: colour, fillOpacity: 0.18 }),
        Plot.lineY(rows, { x: 'step', y: 'score', stroke: colour, strokeWidth: 2 }),
        Plot.dot(rows, { x: 'step', y: 'score', fill: colour, r: 2.5 }),
      ]),
    },
  });
}

const outcomes = [
  { key: 'trained', label: 'rewards differ', colour: 'var(--group-trained)' },
  { key: 'allEqual', label: 'all alike', colour: 'var(--group-equal)' },
  { key: 'allZero', label: 'all 0', colour: 'var(--group-zero)' },
  { key: 'ungraded', label: 'ungraded', colour: 'var(--group-ungraded)' },
] as const;

function groupsFigure(curve: RlCurve, named: boolean): Markup {
  const shares = outcomes.map(({ key }) => {
    const perStep = curve.points.map(({ groups }) => {
      const all = groups.trained + groups.allEqual + groups.allZero + groups.ungraded;
      return all === 0 ? 0 : (100 * groups[key]) / all;
    });
    return movingAverage(perStep, trendWindow(perStep.length));
  });
  const rows = thin(curve.points.map(({ step }, i) => ({ step, i }))).flatMap(({ step, i }) =>
    outcomes.map(({ key, colour }, o) => ({ step, key, colour, share: shares[o]?.[i] ?? 0 })),
  );
  const present = outcomes.filter(({ key }) => curve.points.some(({ groups }) => groups[key] > 0));
  return figure({
    title: named ? `Groups of ${label(curve.checkpoint)}` : 'What groups taught',
    subtitle: 'percent of groups, trend',
    legend: present,
    summary: `Share of groups whose rewards differ, by optimiser step; it ends at ${decimal(shares[0]?.at(-1) ?? 0, 0)} percent.`,
    note: 'Only groups whose rewards differ move the policy towards reward.',
    plot: {
      x: stepAxis(stepsOf([curve])),
      y: { domain: [0, 100] },
      marks: [
        Plot.areaY(rows, {
          x: 'step',
          y: 'share',
          z: 'key',
          fill: 'colour',
          order: outcomes.map(({ key }) => key),
        }),
      ],
      color: { type: 'identity' },
    },
  });
}

function agreement(curve: RlCurve): Content {
  const worst = (of: (point: RlPoint) => number) =>
    curve.points.reduce((most, point) => Math.max(most, Math.abs(of(point))), 0);
  const kl = worst(({ mismatchKl }) => mismatchKl);
  const seconds = curve.points.reduce((sum, point) => sum + point.seconds, 0);
  const pace = `${curve.points.length} ${curve.points.length === 1 ? 'step' : 'steps'} took ${duration(seconds)}. `;
  if (taughtNothing(curve)) return `${label(curve.checkpoint)}: ${pace}`;
  return `${label(curve.checkpoint)}: sampler and trainer disagree by at most ${kl.toExponential(1)} nats per token in any step, with a greatest probability ratio of ${decimal(
    worst(({ maxRatio }) => maxRatio),
    5,
  )}; ${pace}`;
}
