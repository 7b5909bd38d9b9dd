/** Histograms as one standing SVG, a panel below the other on the same horizontal axis, so that they can be compared by eye. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const width = 720;
const panelHeight = 230;
const ink = '#1a1a1a';
const paper = '#ffffff';
const bar = '#2b6cb0';
const line = '#d55e00';

export interface HistogramPanel {
  readonly title: string;
  /** Number in each bin. */
  readonly counts: readonly number[];
  /** What the numbers were to be, as a line. */
  readonly target?: readonly number[] | undefined;
}

export interface HistogramPicture {
  /** Ends of the bins, one more than there are bins. */
  readonly edges: readonly number[];
  /** What lies on the horizontal axis. */
  readonly label: string;
  /** What the bins count. */
  readonly counted: string;
  readonly panels: readonly HistogramPanel[];
  /** Values to mark, with a word each. */
  readonly marks?: readonly { readonly at: number; readonly text: string }[];
}

export function histogramPicture(picture: HistogramPicture): string {
  const height = panelHeight * picture.panels.length;
  const body = picture.panels.map((panel, index) =>
    drawn(picture, panel).replace('<svg ', `<svg x="0" y="${panelHeight * index}" `),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="${paper}"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function drawn({ edges, label, counted, marks = [] }: HistogramPicture, panel: HistogramPanel): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const bars = panel.counts.map((count, bin) => ({
    ...{ from: edges[bin] ?? 0, to: edges[bin + 1] ?? 0, count },
    target: panel.target?.[bin] ?? 0,
  }));
  const most = Math.max(1, ...bars.map(({ count, target }) => Math.max(count, target)));
  return Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    ...{ width, height: panelHeight, marginTop: 40, marginBottom: 40, marginLeft: 56, marginRight: 24 },
    style: { background: paper, color: ink, fontSize: '12px' },
    x: {
      domain: [edges[0] ?? 0, edges.at(-1) ?? 1],
      label,
      ...{ labelAnchor: 'center', labelArrow: 'none', labelOffset: 36 },
    },
    y: { domain: [0, 1.05 * most], label: null, grid: true, ticks: 5 },
    marks: [
      Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'count', fill: bar, inset: 0.5 }),
      ...(panel.target === undefined
        ? []
        : [
            Plot.line(bars, {
              x: ({ from, to }) => (from + to) / 2,
              y: 'target',
              stroke: line,
              strokeWidth: 2,
            }),
            Plot.text(['line: the shape asked for'], {
              ...{ frameAnchor: 'top-right', dy: -16, textAnchor: 'end', fill: line },
            }),
          ]),
      Plot.ruleX(marks, { x: 'at', stroke: line, strokeDasharray: '4 3' }),
      Plot.text(marks, {
        ...{ x: 'at', text: 'text', frameAnchor: 'top', textAnchor: 'end', dx: -4, dy: 6, fill: line },
        ...{ stroke: paper, strokeWidth: 3 },
      }),
      Plot.ruleY([0], { stroke: ink }),
      Plot.text([`${panel.title}; ${counted} by ${label}`], {
        ...{ frameAnchor: 'top-left', textAnchor: 'start', dy: -30, fontWeight: 'bold', fill: ink },
      }),
    ],
  }).outerHTML;
}
