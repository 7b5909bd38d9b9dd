/**
 * One figure of the report: a chart drawn to standing SVG by Observable Plot on a document without a browser,
 * with title, unit, legend and note. Colours are the stylesheet's variables, so the same drawing serves light,
 * dark and paper. Every figure is drawn for a narrow column; a wide one is drawn again for the full width, so
 * that text keeps its size.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Content, html, type Markup, trusted } from '../../prove/html.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Column widths in CSS pixels that the stylesheet's grid gives at 1280 and 390. */
const NARROW = 352;
const WIDE = 540;

export interface Figure {
  readonly title: string;
  /** What the vertical axis shows, with its unit. */
  readonly subtitle: string;
  /** What the chart shows, for someone who cannot see it. */
  readonly summary: string;
  readonly legend?: readonly { readonly label: string; readonly colour: string }[];
  readonly note?: Content;
  readonly wide?: boolean;
  readonly height?: number;
  /** What the vertical axis spans at least, in its unit, so that values all 0 do not fill the chart; default 1 where they are constant. */
  readonly leastExtent?: number;
  readonly plot: Plot.PlotOptions;
}

/** The figure element. */
export function figure({
  title,
  subtitle,
  summary,
  legend,
  note,
  wide,
  height = 200,
  leastExtent,
  plot,
}: Figure): Markup {
  const draw = (width: number) => drawing({ ...plot, width, height }, summary, leastExtent);
  return html`<figure class="${wide === true ? 'figure wide' : 'figure'}">
<figcaption><b>${title}</b> <span>${subtitle}</span></figcaption>
${wide === true ? [html`<div class="at-wide">${draw(WIDE)}</div><div class="at-narrow">${draw(NARROW)}</div>`] : draw(NARROW)}
${legend !== undefined && html`<p class="legend">${legend.map(entry)}</p>`}
${note !== undefined && html`<p class="note">${note}</p>`}
</figure>`;
}

function entry({ label, colour }: { label: string; colour: string }): Markup {
  return html`<span><i style="background:${colour}"></i>${label}</span> `;
}

function drawing(options: Plot.PlotOptions, summary: string, leastExtent?: number): Markup {
  const first = plotted(options);
  const [low, high] = extentOf(first);
  const tooFlat = high - low < (leastExtent ?? Number.MIN_VALUE);
  const svg = tooFlat
    ? plotted({ ...options, y: { ...options.y, domain: [low, low + (leastExtent ?? 1)] } })
    : first;
  // The serialiser leaves < and > in attributes as they are, so the summary, which may quote the run, is set here.
  return html`<svg role="img" aria-label="${summary}" ${trusted(compact(svg.outerHTML).replace('<svg ', ''))}`;
}

/** Ends of the vertical axis, ascending; an axis without values is flat at 0. */
function extentOf(svg: ReturnType<typeof Plot.plot>): [number, number] {
  const ends = [...(svg.scale('y')?.domain ?? [])].map(Number).filter(Number.isFinite);
  return ends.length === 0 ? [0, 0] : [Math.min(...ends), Math.max(...ends)];
}

function plotted(options: Plot.PlotOptions): ReturnType<typeof Plot.plot> {
  return Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    marginTop: 14,
    marginRight: 18,
    marginBottom: 34,
    marginLeft: 32,
    ...options,
    marks: [Plot.ruleY([0], { stroke: 'var(--soft)' }), ...(options.marks ?? [])],
    style: { background: 'none', fontSize: '11px', fontFamily: 'inherit', overflow: 'visible' },
    x: { tickSize: 4, labelAnchor: 'right', labelArrow: 'none', ...options.x },
    y: { grid: true, tickSize: 0, label: null, nice: true, ticks: 5, ...options.y },
  });
}

/** A horizontal axis of optimiser steps: whole numbers only, and room around a single step. */
export function stepAxis(steps: readonly number[]): NonNullable<Plot.PlotOptions['x']> {
  const low = steps.reduce((least, step) => Math.min(least, step), Number.POSITIVE_INFINITY);
  const high = steps.reduce((most, step) => Math.max(most, step), Number.NEGATIVE_INFINITY);
  const axis = { label: 'optimiser step', ticks: 5 };
  if (!(high - low <= 5)) return axis;
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const domain = high > low ? [low, high] : [low - 1, high + 1];
  return { ...axis, ticks, tickFormat: 'd', domain };
}

/** Without the stylesheet that Plot repeats in every drawing, and with coordinates to a hundredth of a pixel. */
function compact(svg: string): string {
  return svg
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/ (?:d|transform|x|y|x1|x2|y1|y2|cx|cy|width|height)="[^"]*"/g, (attribute) =>
      attribute.replace(/-?\d+\.\d{3,}/g, (number) => `${Number(Number(number).toFixed(2))}`),
    );
}
