/**
 * The funnel as standing SVG: a bar for what is left after each reason, with what the reason took at its end. Colours are the
 * page's variables, so the same drawing serves light, dark and paper.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { html, type Markup, trusted } from '../../prove/html.ts';
import type { FunnelBar } from './funnel.ts';

const barHeight = 27;
const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** For a wide and for a narrow window, so that text keeps its size. */
export function funnelFigure(bars: readonly FunnelBar[]): Markup {
  return html`<div class="at-wide">${drawing(bars, 900)}</div><div class="at-narrow">${drawing(bars, 360)}</div>`;
}

function drawing(bars: readonly FunnelBar[], width: number): Markup {
  const isNarrow = width < 600;
  const rows = bars.map((bar, index) => ({
    ...bar,
    place: index,
    name: nameOf(bar, index),
    text: bar.lost === 0 ? count(bar.left) : `${count(bar.left)}  −${count(bar.lost)}`,
  }));
  const most = Math.max(1, ...rows.map(({ left, lost }) => left + lost));
  const names = new Map(rows.map(({ place, name }) => [place, name]));
  const steps = rows.filter((row, index) => index > 0 && row.step !== rows[index - 1]?.step);
  const svg = Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    width,
    height: barHeight * rows.length + 8,
    ...{ marginTop: 4, marginBottom: 4, marginLeft: isNarrow ? 146 : 190, marginRight: isNarrow ? 112 : 118 },
    style: { background: 'transparent', color: 'var(--ink)', fontSize: '13px', fontFamily: 'var(--sans)' },
    x: { domain: [0, most], axis: null },
    y: {
      domain: rows.map(({ place }) => place),
      label: null,
      tickSize: 0,
      tickFormat: (place: number) => names.get(place) ?? '',
      padding: 0.26,
    },
    marks: [
      Plot.barX(rows, { y: 'place', x1: 0, x2: 'left', fill: 'var(--kept)', rx: 2 }),
      Plot.barX(
        rows.filter(({ lost }) => lost > 0),
        { y: 'place', x1: 'left', x2: ({ left, lost }) => left + lost, fill: 'var(--lost)', rx: 2 },
      ),
      Plot.text(rows, {
        ...{
          y: 'place',
          x: ({ left, lost }: FunnelBar) => left + lost,
          text: 'text',
          textAnchor: 'start',
          dx: 8,
        },
        fill: 'var(--ink)',
      }),
      Plot.ruleY(steps, { y: 'place', dy: -barHeight / 2, stroke: 'var(--rule)' }),
    ],
  });
  const summary = rows.map(({ name, left }) => `${name}: ${left}`).join('; ');
  // The summary quotes the record, so it is set here, where it is escaped.
  const markup = svg.outerHTML.replace('<svg ', '').replaceAll(/\n\s*/g, '');
  return html`<svg role="img" aria-label="Rows left: ${summary}" ${trusted(markup)}`;
}

function nameOf({ step, reason, lost }: FunnelBar, index: number): string {
  if (index === 0) return 'came in';
  return reason === undefined || lost === 0 ? step : reason;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
