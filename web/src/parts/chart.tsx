/**
 * Lines over steps, drawn by uPlot in the colours of the page. Charts of one `group` have one cursor and one zoom: drag
 * to zoom, double click or Escape to see all. Beside the drawing there is a sentence for whoever cannot see it, and the values as a
 * table on request.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatFigure } from '../format.ts';

export interface ChartLine {
  readonly label: string;
  /** As many as there are values on the horizontal axis; null is a gap. */
  readonly values: readonly (number | null)[];
  /** Name of a colour of the stylesheet, such as `rl`; default `ink`. */
  readonly colour?: string;
  readonly isDashed?: boolean;
  /** Points without a line between them. */
  readonly isPoints?: boolean;
  /** Ends of an interval around each value. */
  readonly band?: { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] };
}

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
  /** CSS pixels; default 180. */
  readonly height?: number;
  readonly onPick?: (x: number) => void;
}

export function Chart(props: ChartProps) {
  const { title, note, unit, x, lines, xLabel } = props;
  const [hasTable, setHasTable] = useState(false);
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
      {lines.length > 1 && <Legend lines={lines} />}
    </figure>
  );
}

function Legend({ lines }: { readonly lines: readonly ChartLine[] }) {
  return (
    <ul class="chart-legend">
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
  return (
    <div class="chart-values" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{xLabel}</th>
            {lines.map(({ label }) => (
              <th key={label} scope="col" class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {x.map((at, index) => (
            <tr key={at}>
              <th scope="row">{at}</th>
              {lines.map(({ label, values }) => (
                <td key={label} class="number">
                  {formatFigure(values[index])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Drawing(props: ChartProps) {
  const { title, x, lines, xLabel, height = 180 } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [scheme, setScheme] = useState(0);
  const shape = JSON.stringify([
    lines.map(({ label, colour, isDashed, isPoints, band }) => [
      label,
      colour,
      isDashed,
      isPoints,
      band !== undefined,
    ]),
    props.range,
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
    const made = new uPlot(optionsOf(props, element.clientWidth), dataOf(x, lines), element);
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
    const data = dataOf(x, lines);
    const before = made.data[0];
    const isWhole = min === before[0] && max === before[before.length - 1];
    made.setData(data, isWhole);
    if (!isWhole && min != null && max != null) made.setScale('x', { min, max });
  }, [x, lines]);
  const last = lines.map(
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

function dataOf(x: readonly number[], lines: readonly ChartLine[]): uPlot.AlignedData {
  const columns = lines.flatMap(({ values, band }) =>
    band === undefined ? [values] : [values, band.high, band.low],
  );
  return [[...x], ...columns.map((column) => [...column])];
}

function optionsOf({ lines, group, range, height = 180, onPick }: ChartProps, width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colourOf = (name: string): string => style.getPropertyValue(`--${name}`).trim() || '#888';
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const { label, colour = 'ink', isDashed, isPoints, band } of lines) {
    const stroke = colourOf(colour);
    series.push({
      label,
      stroke,
      width: 1.6,
      spanGaps: true,
      points: isPoints === true ? { show: true, size: 6, fill: stroke } : { show: false },
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
      ...(range === undefined ? {} : { y: { range: () => [range[0], range[1]] } }),
    },
    axes: [
      { ...axis, size: 26 },
      {
        ...axis,
        size: 48,
        values: (_, splits) => splits.map((value) => (value === null ? '' : formatFigure(value))),
      },
    ],
    cursor: {
      drag: { x: true, y: false, uni: 12 },
      ...(group === undefined ? {} : { sync: { key: group, setSeries: false, scales: ['x', null] } }),
    },
    plugins: [readout(lines, onPick)],
    padding: [8, 8, 0, 0],
  };
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
        const rows = lines.flatMap(({ label, values }) => {
          const value = values[idx];
          return value === null || value === undefined ? [] : [`${label}: ${formatFigure(value)}`];
        });
        note.textContent = [`${plot.data[0][idx]}`, ...rows].join('\n');
        note.classList.toggle('left', left > plot.over.clientWidth / 2);
      },
    },
  };
}
