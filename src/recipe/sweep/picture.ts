/**
 * A sweep as one standing SVG: each score against the swept value, with its interval and the means of the seeds, and below
 * it the arms step by step, against attempts where arms differ in how many a step has.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { movingAverage, thin, trendWindow } from '../report/series.ts';
import { type ArmCurve, type CurveFigure, curveFigures } from './curves.ts';
import type { ArmSummary, SweepSummary } from './summary.ts';
import { stageLabel } from './uses.ts';

const width = 960;
const panelWidth = width / 2;
const panelHeight = 300;
const legendLine = 20;
const ink = '#1a1a1a';
const paper = '#ffffff';
/** Told apart also by people who do not see all colours (Okabe and Ito 2008), then repeated. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#8c6d31'];

interface Panel {
  readonly title: string;
  readonly plot: Plot.PlotOptions;
}

/** One SVG document. `fields` are the names of what is swept, the first of which is the axis of the scores. */
export function sweepPicture(summary: SweepSummary, fields: readonly string[]): string {
  const panels = [...scorePanels(summary, fields), ...curvePanels(summary.arms)];
  const perLine = legendColumns(summary.arms);
  const top = 16 + legendLine * (1 + Math.ceil(summary.arms.length / perLine));
  const height = top + panelHeight * Math.ceil(panels.length / 2);
  const body = panels.map((panel, index) => {
    const [x, y] = [panelWidth * (index % 2), top + panelHeight * Math.floor(index / 2)];
    return drawn(panel).replace('<svg ', `<svg x="${x}" y="${y}" `);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="${paper}"/>`,
    ...legendOf(summary.arms, perLine),
    `<text x="18" y="${top - 12}" fill="${ink}" fill-opacity="0.65">Bars: 95 % intervals over problems and attempts. Rings: seeds. Curves: means of the seeds.</text>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function colourOf(index: number): string {
  return colours[index % colours.length] ?? ink;
}

/** As many arms beside each other as their names leave room for. */
function legendColumns(arms: readonly ArmSummary[]): number {
  const longest = Math.max(...arms.map(({ label }) => label.length));
  return Math.max(1, Math.min(6, Math.floor(width / (40 + 7 * longest))));
}

function legendOf(arms: readonly ArmSummary[], perLine: number): string[] {
  return arms.map(({ label }, index) => {
    const column = width / perLine;
    const [x, y] = [24 + column * (index % perLine), 20 + legendLine * Math.floor(index / perLine)];
    return `<circle cx="${x}" cy="${y - 4}" r="5" fill="${colourOf(index)}"/><text x="${x + 12}" y="${y}" fill="${ink}">${escaped(label)}</text>`;
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function drawn({ title, plot }: Panel): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  return Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    ...{
      width: panelWidth,
      height: panelHeight,
      marginTop: 44,
      marginLeft: 48,
      marginRight: 28,
      marginBottom: 42,
    },
    style: { background: paper, color: ink, fontSize: '12px' },
    ...plot,
    y: { label: null, grid: true, nice: true, ticks: 6, ...plot.y },
    marks: [
      ...(plot.marks ?? []),
      Plot.text([title], { frameAnchor: 'top-left', dy: -34, fontWeight: 'bold', fill: ink }),
    ],
  }).outerHTML;
}

/** A panel for each score; values stand in the order in which they were given. */
function scorePanels({ measures, arms }: SweepSummary, fields: readonly string[]): Panel[] {
  const [field = 'arm'] = fields;
  return measures.flatMap(({ id, title }) => {
    const marks = arms.flatMap((arm, index) => {
      const score = arm.scores.find(({ measure }) => measure === id);
      if (score?.mean === undefined) return [];
      const [first, ...rest] = arm.settings;
      return [
        {
          x: first?.value ?? '',
          series: rest.map(({ value }) => value).join(', '),
          colour: colourOf(index),
          ...{ score: score.mean.estimate, low: score.mean.low, high: score.mean.high },
          seeds: score.seeds.flatMap(({ mean }) => mean ?? []),
        },
      ];
    });
    if (marks.length === 0) return [];
    const series = [...new Set(marks.map((mark) => mark.series))];
    // Arms of one value stand side by side.
    const shift = (of: string): number => 14 * (series.indexOf(of) - (series.length - 1) / 2);
    return [
      {
        title: `${title}, percent of full marks`,
        plot: {
          x: {
            type: 'point',
            domain: [...new Set(marks.map(({ x }) => x))],
            label: field,
            labelAnchor: 'center',
            labelArrow: 'none',
          },
          marks: series.flatMap((of): Plot.Markish[] => {
            const own = marks.filter((mark) => mark.series === of);
            const rings = own.flatMap((mark) => mark.seeds.map((seed) => ({ ...mark, seed })));
            const at = { x: 'x', dx: shift(of) };
            return [
              Plot.line(own, { ...at, y: 'score', stroke: ink, strokeOpacity: 0.25 }),
              Plot.ruleX(own, {
                ...at,
                y1: 'low',
                y2: 'high',
                stroke: (mark) => mark.colour,
                strokeWidth: 2,
              }),
              Plot.dot(rings, {
                ...at,
                y: 'seed',
                r: 2.5,
                stroke: (mark) => mark.colour,
                strokeOpacity: 0.6,
              }),
              Plot.dot(own, { ...at, y: 'score', r: 5, fill: (mark) => mark.colour, stroke: paper }),
            ];
          }),
          color: { type: 'identity' },
        },
      },
    ];
  });
}

/** A panel for each stage and figure. */
function curvePanels(arms: readonly ArmSummary[]): Panel[] {
  const all = arms.flatMap(({ curves }) => curves);
  const kinds = [
    ...new Map(all.map(({ stage, figure }) => [`${stage} ${figure}`, { stage, figure }])).values(),
  ];
  return kinds.map(({ stage, figure }) => {
    const curves = arms.map((arm) => arm.curves.find((one) => one.stage === stage && one.figure === figure));
    const byAttempts = new Set(curves.flatMap((curve) => attemptsPerStep(curve) ?? [])).size > 1;
    const shown = curves.map((curve) => smoothed(curve, figure));
    return {
      title: `${stageLabel(stage)}: ${curveFigures[figure]}`,
      plot: {
        y: roomAround(shown.flatMap((points) => points.map(({ value }) => value))),
        x: {
          label: byAttempts ? 'attempts' : 'optimiser step',
          labelAnchor: 'center',
          labelArrow: 'none',
          ticks: 6,
          ...(byAttempts ? { tickFormat: '~s' } : {}),
        },
        marks: shown.flatMap((points, index) =>
          Plot.line(points, {
            x: byAttempts ? 'attempts' : 'step',
            y: 'value',
            stroke: colourOf(index),
            strokeWidth: 2,
            ...(figure === 'heldOut' || figure === 'validationLoss' ? { marker: 'dot' } : {}),
          }),
        ),
      },
    };
  });
}

/** An axis with some length, where all values are the same. */
function roomAround(values: readonly number[]): NonNullable<Plot.PlotOptions['y']> {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return most - least < 1e-6 ? { domain: [least, least + 1] } : {};
}

function attemptsPerStep(curve: ArmCurve | undefined): number | undefined {
  const last = curve?.points.at(-1);
  return last?.attempts === undefined ? undefined : last.attempts / last.step;
}

/** Single steps are noise: a trend is drawn, but of figures that are measured now and then. */
function smoothed(curve: ArmCurve | undefined, figure: CurveFigure): ArmCurve['points'] {
  const points = curve?.points ?? [];
  if (figure === 'heldOut' || figure === 'validationLoss') return points;
  const trend = movingAverage(
    points.map(({ value }) => value),
    trendWindow(points.length),
  );
  return thin(points.map((point, i) => ({ ...point, value: trend[i] ?? point.value })));
}
