/**
 * Lines over steps, drawn by uPlot in the colours of the page. Charts of one `group` have one cursor and one zoom: drag
 * to zoom, double click or Escape to see all. Beside the drawing there is a sentence for whoever cannot see it, and the values as a
 * table on request.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatCount, formatFigure } from '../format.ts';
import type { ChartLine } from './chart-line.ts';
import { ValuesTable } from './values-table.tsx';

export type { ChartLine };

export interface ChartProps {
  readonly title: string;
  /** What one sees, and which direction is good; said to those who cannot see it, too. */
  readonly note?: string;
  readonly unit?: string;
  readonly x: readonly number[];
  readonly xLabel: string;
  readonly lines: readonly ChartLine[];
  /** Charts that move together. */
  readonly group?: string;
  /** Ends of the vertical axis, where they are known. */
  readonly range?: readonly [least: number, most: number];
  /** Values add up: each line is drawn on top of those before it, as an area. */
  readonly isStacked?: boolean;
  /** CSS pixels; default 180. */
  readonly height?: number;
  readonly onPick?: (x: number) => void;
}

export function Chart(props: ChartProps) {
  const { title, note, unit, x, lines, xLabel } = props;
  const [hasTable, setHasTable] = useState(false);
  const named = lines.filter(({ isFaint }) => isFaint !== true);
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        {unit !== undefined && <span class="chart-unit">{unit}</span>}
        <button
          type="button"
          class="chart-table-button"
          aria-expanded={hasTable}
          onClick={() => setHasTable(!hasTable)}
        >
          {hasTable ? 'Drawing' : 'Values'}
        </button>
        {note !== undefined && <span class="chart-note">{note}</span>}
      </figcaption>
      {hasTable ? <Values x={x} xLabel={xLabel} lines={lines} /> : <Drawing {...props} />}
      {named.length > 1 && <Legend lines={named} isStacked={props.isStacked === true} />}
    </figure>
  );
}

function Legend({ lines, isStacked }: { readonly lines: readonly ChartLine[]; readonly isStacked: boolean }) {
  return (
    <ul class={isStacked ? 'chart-legend areas' : 'chart-legend'}>
      {lines.map(({ label, colour = 'ink', isDashed }) => (
        <li key={label} class={isDashed === true ? 'dashed' : undefined}>
          <span class="chart-key" style={{ borderColor: `var(--${colour})` }} aria-hidden="true" />
          {label}
        </li>
      ))}
    </ul>
  );
}

function Values({ x, xLabel, lines }: Pick<ChartProps, 'x' | 'xLabel' | 'lines'>) {
  const columns = lines.map(({ label, values }) => ({
    name: label,
    cell: (index: number) => formatFigure(values[index]),
  }));
  return <ValuesTable label={xLabel} rows={x} columns={columns} />;
}

function Drawing(props: ChartProps) {
  const { title, x, lines, xLabel, height = 180 } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [scheme, setScheme] = useState(0);
  const shape = JSON.stringify([
    lines.map(({ label, colour, isDashed, isPoints, hasPoints, isFaint, band }) => [
      label,
      colour,
      isDashed,
      isPoints,
      hasPoints,
      isFaint,
      band !== undefined,
    ]),
    props.range,
    props.isStacked,
    props.group,
    height,
  ]);
  useEffect(() => {
    const again = (): void => setScheme((before) => before + 1);
    const system = matchMedia('(prefers-color-scheme: dark)');
    addEventListener('qed-scheme', again);
    system.addEventListener('change', again);
    return () => {
      removeEventListener('qed-scheme', again);
      system.removeEventListener('change', again);
    };
  }, []);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(props, element.clientWidth), dataOf(x, lines, props.isStacked), element);
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
    };
  }, [shape, scheme]);
  useEffect(() => {
    const made = plot.current;
    if (made === undefined) return;
    const { min, max } = made.scales.x ?? {};
    const data = dataOf(x, lines, props.isStacked);
    const before = made.data[0];
    const isWhole = min === before[0] && max === before[before.length - 1];
    made.setData(data, isWhole);
    if (!isWhole && min != null && max != null) made.setScale('x', { min, max });
  }, [x, lines]);
  const named = lines.filter(({ isFaint }) => isFaint !== true);
  const last = named.map(
    ({ label, values }) => `${label} ${formatFigure(values.findLast((value) => value !== null))}`,
  );
  return (
    <div
      class="chart-drawing"
      ref={place}
      role="img"
      aria-label={`${title} over ${xLabel}, ${x.length} points; last: ${last.join(', ')}`}
      style={{ minHeight: `${height}px` }}
    />
  );
}

function dataOf(x: readonly number[], lines: readonly ChartLine[], isStacked = false): uPlot.AlignedData {
  if (isStacked) {
    const below = x.map(() => 0);
    const columns = lines.map(({ values }) =>
      values.map((value, place) => {
        if (value === null) return null;
        below[place] = (below[place] ?? 0) + value;
        return below[place];
      }),
    );
    return [[...x], ...columns];
  }
  const columns = lines.flatMap(({ values, band }) =>
    band === undefined ? [values] : [values, band.high, band.low],
  );
  return [[...x], ...columns.map((column) => [...column])];
}

function optionsOf(
  { lines, group, range, height = 180, isStacked = false, onPick }: ChartProps,
  width: number,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colourOf = (name: string): string => style.getPropertyValue(`--${name}`).trim() || '#888';
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const [index, line] of lines.entries()) {
    const { label, colour = 'ink', isDashed, isPoints, hasPoints, isFaint, band } = line;
    const full = colourOf(colour);
    const stroke = isFaint === true ? `color-mix(in srgb, ${full} 30%, transparent)` : full;
    if (isStacked) {
      series.push({ label, stroke: full, width: 0.5, spanGaps: true, points: { show: false } });
      // The first area goes down to the axis, each other one to the line before it.
      if (index === 0) Object.assign(series[1] ?? {}, { fill: full });
      else bands.push({ series: [index + 1, index], fill: full });
      continue;
    }
    series.push({
      label,
      stroke,
      width: isFaint === true ? 1 : 1.6,
      spanGaps: true,
      points:
        isPoints === true || hasPoints === true ? { show: true, size: 6, fill: stroke } : { show: false },
      ...(isPoints === true ? { paths: () => null } : {}),
      ...(isDashed === true ? { dash: [5, 4] } : {}),
    });
    if (band !== undefined) {
      const at = series.length;
      const quiet = { stroke: 'transparent', width: 0, spanGaps: true, points: { show: false } };
      series.push({ ...quiet, label: `${label}, high` }, { ...quiet, label: `${label}, low` });
      bands.push({ series: [at, at + 1], fill: `color-mix(in srgb, ${stroke} 18%, transparent)` });
    }
  }
  const axis = {
    stroke: colourOf('soft'),
    grid: { stroke: colourOf('rule'), width: 0.5 },
    ticks: { stroke: colourOf('rule'), width: 0.5, size: 4 },
    font: '12px system-ui, sans-serif',
  };
  return {
    width: Math.max(width, 100),
    height,
    series,
    bands,
    legend: { show: false },
    scales: {
      x: { time: false },
      y: { range: range === undefined ? spanOf : () => [range[0], range[1]] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        values: (_, splits, _axis, _space, increment) => splits.map((value) => tickText(value, increment)),
      },
      {
        ...axis,
        size: 48,
        values: (_, splits, _axis, _space, increment) => splits.map((value) => tickText(value, increment)),
      },
    ],
    cursor: {
      drag: { x: true, y: false, uni: 12 },
      ...(group === undefined ? {} : { sync: { key: group, setSeries: false, scales: ['x', null] } }),
    },
    plugins: [readout(lines, onPick)],
    padding: [8, 18, 0, 0],
  };
}

/** Room above and below; values that are all the same are not stretched to a storm. */
function spanOf(_: uPlot, least: number | null, most: number | null): uPlot.Range.MinMax {
  const [low, high] = [least ?? 0, most ?? 0];
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, 2 * low), Math.max(0, 2 * high)];
  const room = 0.08 * (high - low);
  // What is never negative does not seem to be.
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

/** All of an axis with as many digits as its smallest step needs. */
function tickText(value: number | null, increment: number): string {
  if (value === null) return '';
  if (value === 0) return '0';
  if (Math.abs(value) >= 10_000) return formatCount(value);
  if (value !== 0 && increment < 0.0005) return value.toExponential(1);
  const digits = `${Number(increment.toPrecision(3))}`.split('.')[1]?.length ?? 0;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: Math.min(digits, 4),
    maximumFractionDigits: Math.min(digits, 4),
  });
}

/** The values under the cursor beside it, and the choice of a step by a click. */
function readout(lines: readonly ChartLine[], onPick: ChartProps['onPick']): uPlot.Plugin {
  const note = document.createElement('div');
  note.className = 'chart-readout';
  note.hidden = true;
  return {
    hooks: {
      init: (plot) => {
        plot.over.append(note);
        plot.over.addEventListener('click', () => {
          const x = plot.data[0][plot.cursor.idx ?? -1];
          if (x !== undefined && plot.select.width < 4) onPick?.(x);
        });
      },
      setCursor: (plot) => {
        const { idx, left = -1 } = plot.cursor;
        const isOut = idx === null || idx === undefined || left < 0;
        note.hidden = isOut;
        if (isOut) return;
        const rows = lines.flatMap(({ label, values, isFaint }) => {
          const value = values[idx];
          return value === null || value === undefined || isFaint === true
            ? []
            : [`${label}: ${formatFigure(value)}`];
        });
        note.textContent = [`${plot.data[0][idx]}`, ...rows].join('\n');
        note.classList.toggle('left', left > plot.over.clientWidth / 2);
      },
    },
  };
}
