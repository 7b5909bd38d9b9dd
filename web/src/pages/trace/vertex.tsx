/** One vertex of a picture: a card with its name, what it took and what judges said, or a small cell. */
import type { TraceVertex } from '../../../../src/view/api/trace.ts';
import { formatCount } from '../../format.ts';
import type { Place, Size } from './place.ts';

export interface VertexProps {
  readonly vertex: TraceVertex;
  readonly place: Place;
  readonly size: Size;
  readonly isSelected: boolean;
  readonly isReachable: boolean;
  readonly onSelect: (vertex: TraceVertex) => void;
}

/** Marks drawn on a card; a text has their mean. */
const mostMarks = 12;

export function Vertex({ vertex, place, size, isSelected, isReachable, onSelect }: VertexProps) {
  const { x, y, width, height } = place;
  return (
    <g
      class={classes(vertex, isSelected)}
      role="button"
      tabindex={isReachable ? 0 : -1}
      aria-pressed={isSelected}
      data-id={vertex.id}
      transform={`translate(${x} ${y})`}
      onClick={() => onSelect(vertex)}
    >
      <title>{spoken(vertex)}</title>
      <rect class="trace-box" width={width} height={height} rx="3" />
      {size === 'card' ? <Card vertex={vertex} width={width} /> : <Cell vertex={vertex} side={width} />}
    </g>
  );
}

function Card({ vertex, width }: { readonly vertex: TraceVertex; readonly width: number }) {
  const { name, kind, verdicts, isChosen } = vertex;
  return (
    <>
      {kind === 'scaffold' && <rect class="trace-inner" x="3" y="3" width={width - 6} height="40" rx="2" />}
      <text class="trace-name" x="10" y="19">
        {shortened(name, 18)}
      </text>
      {isChosen && (
        <text class="trace-chosen" x={width - 8} y="36" text-anchor="end">
          chosen
        </text>
      )}
      <text class="trace-line" x="10" y="36">
        {shortened(lineOf(vertex), isChosen || verdicts.length > 3 ? 12 : 20)}
      </text>
      {verdicts.slice(0, mostMarks).map(({ call, value }, index) => (
        <circle
          key={call}
          class={valueClass(value)}
          cx={width - 12 - 9 * (Math.min(verdicts.length, mostMarks) - 1 - index)}
          cy="32"
          r="3.2"
        />
      ))}
    </>
  );
}

function Cell({ vertex: { score, state }, side }: { readonly vertex: TraceVertex; readonly side: number }) {
  const middle = side / 2;
  return (
    <circle class={state === 'reply' ? valueClass(score) : 'trace-none'} cx={middle} cy={middle} r="4" />
  );
}

/** The second line of a card. */
export function lineOf({
  kind,
  notes,
  state,
  scoreText,
  completionTokens,
  isCut,
  from,
}: TraceVertex): string {
  if (state !== 'reply') return { waiting: 'no answer yet', refused: 'refused', failed: 'failed' }[state];
  if (kind === 'match') {
    const [, winner] = /\bwinner ([\w/-]+)/.exec(notes) ?? [];
    if (winner === undefined) return `${from.length} compared`;
    return `${winner}${/decided by coin/.test(notes) ? ' by coin' : ' wins'}`;
  }
  const score = scoreText === null ? undefined : (/^[\d.]+ of \d+/.exec(scoreText)?.[0] ?? scoreText);
  return score ?? `${formatCount(completionTokens)} tokens${isCut ? ', cut' : ''}`;
}

/** For whoever cannot see it, and on hovering. */
export function spoken(vertex: TraceVertex): string {
  const { name, role, kind, state, completionTokens, isCut, scoreText, isChosen, from, notes } = vertex;
  const parts = [
    name,
    kind === 'scaffold' ? 'a scaffold within' : role,
    state === 'reply'
      ? `${formatCount(completionTokens)} tokens${isCut ? ', cut at the limit' : ''}`
      : lineOf(vertex),
    ...(scoreText === null ? [] : [scoreText]),
    ...(notes === '' ? [] : [notes]),
    ...(from.length === 0 ? [] : [`reads ${from.map(({ id }) => id).join(', ')}`]),
    ...(isChosen ? ['chosen'] : []),
  ];
  return parts.join('; ');
}

/** From bad to good in five steps; hollow where nobody said. */
export function valueClass(value: number | null): string {
  if (value === null) return 'trace-value trace-none';
  return `trace-value trace-value-${Math.min(4, Math.max(0, Math.round(value * 4)))}`;
}

function classes({ kind, state, isChosen, isAncestor, isCut }: TraceVertex, isSelected: boolean): string {
  return [
    'trace-vertex',
    `trace-${kind}`,
    `trace-is-${state}`,
    ...(isChosen ? ['trace-is-chosen'] : []),
    ...(isAncestor ? ['trace-is-way'] : []),
    ...(isCut ? ['trace-is-cut'] : []),
    ...(isSelected ? ['trace-is-selected'] : []),
  ].join(' ');
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
