/** Counts by bin, a panel below the other on one axis, with the shape that was asked for as a line and a value that is marked. */
import { useState } from 'preact/hooks';
import type { DataHistogram } from '../../../../src/view/api/data.ts';
import { formatFigure, formatNumber } from '../../format.ts';
import { ValuesTable } from '../../parts/values-table.tsx';

const width = 480;
const panelHeight = 128;
const left = 44;
const bottom = 22;

export function Histogram({ histogram }: { readonly histogram: DataHistogram }) {
  const [hasTable, setHasTable] = useState(false);
  const { title, label, counted, panels, note } = histogram;
  return (
    <figure class="data-histogram">
      <figcaption>
        <span class="chart-title">{title}</span>
        <button
          type="button"
          class="chart-table-button"
          aria-expanded={hasTable}
          onClick={() => setHasTable(!hasTable)}
        >
          {hasTable ? 'Drawing' : 'Values'}
        </button>
      </figcaption>
      {hasTable ? (
        <Values histogram={histogram} />
      ) : (
        panels.map((panel) => (
          <Panel key={panel.name} panel={panel} histogram={histogram} isLast={panel === panels.at(-1)} />
        ))
      )}
      <p class="data-detail">
        {counted} by {label}. {note}
      </p>
    </figure>
  );
}

type PanelOf = DataHistogram['panels'][number];

function Panel({
  panel: { name, counts, target },
  histogram: { edges, names, panels, counted, mark, title },
  isLast,
}: {
  readonly panel: PanelOf;
  readonly histogram: DataHistogram;
  readonly isLast: boolean;
}) {
  const most = Math.max(1, ...counts, ...(target ?? []));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const height = panelHeight + (isLast ? bottom : 4);
  const slot = (width - left) / counts.length;
  const y = (count: number): number => panelHeight - ((panelHeight - 18) * count) / most;
  const [from, to] = [edges?.[0] ?? 0, edges?.at(-1) ?? 1];
  const at = (value: number): number => left + ((width - left) * (value - from)) / (to - from || 1);
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${title}${panels.length > 1 ? `, ${name}` : ''}: ${formatNumber(total)} ${counted}`}
    >
      {panels.length > 1 && (
        <text class="data-panel-name" x={left} y="11">
          {name}: {formatNumber(total)}
        </text>
      )}
      <text class="data-tick" x={left - 6} y={y(most) + 4} text-anchor="end">
        {formatNumber(most)}
      </text>
      <line class="data-axis" x1={left} x2={width} y1={y(most)} y2={y(most)} />
      {counts.map((count, bin) => (
        <rect
          key={bin}
          class="data-bar"
          x={left + slot * bin + 0.5}
          width={Math.max(0.5, slot - 1)}
          y={y(count)}
          height={panelHeight - y(count)}
        >
          <title>{`${binName(bin, edges, names)}: ${formatNumber(count)}`}</title>
        </rect>
      ))}
      {target !== null && (
        <polyline
          class="data-target"
          points={target.map((count, bin) => `${left + slot * (bin + 0.5)},${y(count)}`).join(' ')}
        />
      )}
      {mark !== null && (
        <>
          <line class="data-mark" x1={at(mark.at)} x2={at(mark.at)} y1="14" y2={panelHeight} />
          <text class="data-tick" x={Math.min(at(mark.at), width)} y="11" text-anchor="end">
            {mark.text}
          </text>
        </>
      )}
      <line class="data-axis" x1={left} x2={width} y1={panelHeight} y2={panelHeight} />
      {isLast && <Ticks counts={counts.length} edges={edges} names={names} />}
    </svg>
  );
}

function Ticks({
  counts,
  edges,
  names,
}: {
  readonly counts: number;
  readonly edges: readonly number[] | null;
  readonly names: readonly string[] | null;
}) {
  const slot = (width - left) / counts;
  const y = panelHeight + 16;
  if (names !== null) {
    return (
      <>
        {names.map((name, bin) => (
          <text key={name} class="data-tick" x={left + slot * (bin + 0.5)} y={y} text-anchor="middle">
            {name}
          </text>
        ))}
      </>
    );
  }
  const every = Math.max(1, Math.ceil(counts / 5));
  const shown = (edges ?? []).map((edge, bin) => ({ edge, bin })).filter(({ bin }) => bin % every === 0);
  return (
    <>
      {shown.map(({ edge, bin }) => (
        <text
          key={bin}
          class="data-tick"
          x={left + slot * bin}
          y={y}
          text-anchor={bin === counts ? 'end' : 'middle'}
        >
          {shortEdge(edge)}
        </text>
      ))}
    </>
  );
}

function Values({ histogram: { panels, edges, names, label } }: { readonly histogram: DataHistogram }) {
  const rows = (panels[0]?.counts ?? []).map((_, bin) => binName(bin, edges, names));
  const columns = panels.map(({ name, counts }) => ({
    name,
    cell: (bin: number) => formatNumber(counts[bin]),
  }));
  return <ValuesTable label={label} rows={rows} columns={columns} />;
}

function binName(bin: number, edges: readonly number[] | null, names: readonly string[] | null): string {
  if (names !== null) return names[bin] ?? '';
  return `${shortEdge(edges?.[bin] ?? 0)} to ${shortEdge(edges?.[bin + 1] ?? 0)}`;
}

function shortEdge(edge: number): string {
  return edge === 0 ? '0' : Number.isInteger(edge) ? formatNumber(edge) : formatFigure(edge);
}
