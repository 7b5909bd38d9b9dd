/**
 * Score against what it takes, as a standing SVG: a panel for each suite, a mark with its interval for each system, and
 * the front of those that nothing cheaper beats. The axis is dollars where every system has a price above 0, else
 * tokens of replies; it is logarithmic, since scaffolds differ by orders of magnitude.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { paretoFront } from '../stats/pareto-front.ts';
import type { Row, SuiteComparison } from './comparison.ts';

const width = 720;
/** Of a panel, without the list of its systems. */
const height = 420;
const lineHeight = 18;
const ink = '#1a1a1a';
const paper = '#ffffff';
const accent = '#2b6cb0';

interface Mark {
  /** Its number, which the list below the plot explains: names would cover each other. */
  readonly label: string;
  readonly name: string;
  readonly x: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
}

/** One SVG document; panels stand below each other. */
export function scoreCostPicture(suites: readonly SuiteComparison[]): string {
  const panels = suites.map(panel);
  let total = 0;
  const body = panels
    .map(({ svg, height: own }) => {
      total += own;
      return svg.replace('<svg ', `<svg x="0" y="${total - own}" `);
    })
    .join('\n');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${total}" fill="${paper}"/>`,
    body,
    '</svg>',
    '',
  ].join('\n');
}

function panel({ suite, rows }: SuiteComparison): { readonly svg: string; readonly height: number } {
  const isMoney = rows.length > 0 && rows.every(({ cost }) => (cost?.dollars ?? 0) > 0);
  const marks = rows.flatMap((row, index) => markOf(row, `${index + 1}`, isMoney) ?? []);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const [least, most] = [Math.min(...marks.map(({ x }) => x)), Math.max(...marks.map(({ x }) => x))];
  const svg = Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    ...{ width, marginTop: 44, marginRight: 40, marginLeft: 44 },
    height: height + lineHeight * marks.length,
    marginBottom: 56 + lineHeight * marks.length,
    style: { background: paper, color: ink, fontSize: '12px' },
    x: {
      type: 'log',
      // A lone mark would have an axis without length.
      ...(marks.length === 0 ? { domain: [1, 10] } : { domain: [least / 1.6, most * 1.6] }),
      label: isMoney
        ? 'dollars for one attempt at one problem'
        : 'reply tokens of one attempt at one problem',
      labelAnchor: 'center',
      labelOffset: 40,
      grid: true,
      ticks: 6,
      tickFormat: isMoney ? (value: number) => `$${value}` : '~s',
    },
    y: { domain: [0, 100], label: null, grid: true },
    marks: [
      Plot.line(paretoFront(marks.map((mark) => ({ ...mark, cost: mark.x }))), {
        x: 'x',
        y: 'score',
        stroke: accent,
        strokeOpacity: 0.5,
        strokeDasharray: '4 3',
      }),
      Plot.ruleX(marks, { x: 'x', y1: 'low', y2: 'high', stroke: accent, strokeWidth: 1.5 }),
      Plot.dot(marks, { x: 'x', y: 'score', r: 4.5, fill: accent, stroke: paper }),
      Plot.text(marks, {
        ...{ x: 'x', y: 'score', text: 'label', textAnchor: 'start', dx: 7, dy: -9, fontWeight: 'bold' },
        ...{ fill: ink, stroke: paper, strokeWidth: 3 },
      }),
      ...marks.map(({ label, name, score, low, high }, index) =>
        Plot.text([`${label}   ${name}: ${score.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}]`], {
          ...{ frameAnchor: 'bottom-left', textAnchor: 'start', fill: ink },
          dy: 62 + lineHeight * index,
        }),
      ),
      Plot.text([`${suite.name}: score in percent of full marks against cost, with 95 % intervals`], {
        ...{ frameAnchor: 'top-left', dy: -34, fontWeight: 'bold', fill: ink },
      }),
    ],
  });
  return { svg: svg.outerHTML, height: height + lineHeight * marks.length };
}

function markOf({ name, score: { mean }, cost }: Row, label: string, isMoney: boolean): Mark | undefined {
  const x = isMoney ? cost?.dollars : cost?.completionTokens;
  if (mean === undefined || x === undefined || x <= 0) return undefined;
  return { label, name, x, score: mean.estimate, low: mean.low, high: mean.high };
}
