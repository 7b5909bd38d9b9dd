/** The calls of a scaffold as a layered graph, from its first proofs to the one it chose. Arrow keys walk through it. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TracePicture, TraceVertex } from '../../../../src/view/api/trace.ts';
import { formatCount, formatNumber } from '../../format.ts';
import { arrowsOf, mostUnfolded, neighbour, type PlacedColumn, placePicture } from './place.ts';
import { Vertex } from './vertex.tsx';

export interface PictureProps {
  readonly picture: TracePicture;
  /** Id of a vertex. */
  readonly selected: string | undefined;
  readonly onSelect: (vertex: TraceVertex) => void;
}

export function Picture({ picture, selected, onSelect }: PictureProps) {
  const [folds, setFolds] = useState<ReadonlyMap<number, boolean>>(new Map());
  const svg = useRef<SVGSVGElement>(null);
  const placed = useMemo(() => {
    const counts = picture.columns.map(
      (_, column) => picture.vertices.filter((vertex) => vertex.column === column).length,
    );
    return placePicture(picture, (column) => folds.get(column) ?? (counts[column] ?? 0) > mostUnfolded);
  }, [picture, folds]);
  const arrows = useMemo(() => arrowsOf(picture, placed, selected), [picture, placed, selected]);
  const reachable =
    selected ?? picture.vertices.find(({ isChosen }) => isChosen)?.id ?? picture.vertices[0]?.id;
  // What is chosen elsewhere is brought into view here, without moving the page.
  useEffect(() => {
    const box = svg.current?.parentElement;
    const place = selected === undefined ? undefined : placed.places.get(selected);
    if (box === null || box === undefined || place === undefined) return;
    const isIn = place.x >= box.scrollLeft && place.x + place.width <= box.scrollLeft + box.clientWidth;
    if (!isIn) box.scrollLeft = place.x - (box.clientWidth - place.width) / 2;
  }, [selected, placed]);
  const walk = (event: KeyboardEvent): void => {
    const id = (event.target as Element).closest('[data-id]')?.getAttribute('data-id');
    const vertex = picture.vertices.find((one) => one.id === id);
    if (id === null || id === undefined || vertex === undefined) return;
    if (event.key === 'Enter' || event.key === ' ') onSelect(vertex);
    else {
      const next = /^Arrow|^Home$|^End$/.test(event.key) ? neighbour(placed, id, event.key) : undefined;
      if (next === undefined) return;
      onSelect(next);
      svg.current?.querySelector<SVGGElement>(`[data-id="${CSS.escape(next.id)}"]`)?.focus();
    }
    event.preventDefault();
  };
  const fold = (column: number, isFolded: boolean): void => setFolds(new Map([...folds, [column, isFolded]]));
  return (
    <div class="trace-picture" data-columns={placed.columns.length}>
      <svg
        ref={svg}
        width={placed.width}
        height={placed.height}
        role="group"
        aria-label={`${picture.vertices.length} places in ${picture.columns.length} rounds; arrow keys walk`}
        onKeyDown={walk}
      >
        <g>
          {arrows.map(({ key, path, isWay, isLost, isNear }) => (
            <path
              key={key}
              d={path}
              class={`trace-arrow${isWay ? ' trace-way' : ''}${isLost ? ' trace-lost' : ''}${isNear ? ' trace-near' : ''}`}
            />
          ))}
        </g>
        {placed.columns.map((column) => (
          <Column key={column.index} column={column} picture={picture} onFold={fold} />
        ))}
        {placed.columns.flatMap(({ vertices, size }) =>
          size === 'folded'
            ? []
            : vertices.map((vertex) => {
                const place = placed.places.get(vertex.id);
                return place === undefined ? null : (
                  <Vertex
                    key={vertex.id}
                    vertex={vertex}
                    place={place}
                    size={size}
                    isSelected={vertex.id === selected}
                    isReachable={vertex.id === reachable}
                    onSelect={onSelect}
                  />
                );
              }),
        )}
      </svg>
      {picture.left > 0 && (
        <p class="quiet">{formatNumber(picture.left)} more are not drawn; the list has their calls.</p>
      )}
    </div>
  );
}

function Column({
  column: { index, x, size, vertices, box },
  picture,
  onFold,
}: {
  readonly column: PlacedColumn;
  readonly picture: TracePicture;
  readonly onFold: (column: number, isFolded: boolean) => void;
}) {
  const { title = '', calls = 0, completionTokens = 0 } = picture.columns[index] ?? {};
  const isFolded = size === 'folded';
  const canFold = vertices.length > 8;
  const toggle = (): void => onFold(index, !isFolded);
  const figures = `${calls} ${calls === 1 ? 'call' : 'calls'} · ${formatCount(completionTokens)} tokens`;
  const head = (
    <>
      <text class="trace-title" x={x} y="16">
        {title}
        {canFold ? (isFolded ? ' ▸' : ' ▾') : ''}
      </text>
      <text class="trace-figures" x={x} y="33">
        {figures}
      </text>
    </>
  );
  if (!canFold) return head;
  return (
    <g
      class="trace-fold"
      role="button"
      tabindex={0}
      aria-expanded={!isFolded}
      onClick={toggle}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        toggle();
      }}
    >
      <title>{`${title}: ${figures}. ${isFolded ? 'Unfold' : 'Fold'}`}</title>
      <rect class="trace-fold-area" x={x - 4} y="0" width="160" height="38" rx="3" />
      {head}
      {box !== undefined && <Folded vertices={vertices} box={box} />}
    </g>
  );
}

function Folded({
  vertices,
  box: { x, y, width, height },
}: {
  readonly vertices: readonly TraceVertex[];
  readonly box: NonNullable<PlacedColumn['box']>;
}) {
  const scores = vertices.flatMap(({ score }) => score ?? []);
  const best = scores.reduce((most, score) => Math.max(most, score), 0);
  const hasChosen = vertices.some(({ isChosen }) => isChosen);
  return (
    <g class={`trace-folded${hasChosen ? ' trace-is-chosen' : ''}`} transform={`translate(${x} ${y})`}>
      <rect class="trace-box trace-stack" x="4" y="4" width={width} height={height} rx="3" />
      <rect class="trace-box" width={width} height={height} rx="3" />
      <text class="trace-name" x="10" y="19">
        {formatNumber(vertices.length)} {hasChosen ? ', the chosen too' : 'folded'}
      </text>
      <text class="trace-line" x="10" y="36">
        {scores.length === 0 ? 'not scored' : `best ${formatNumber(best * 100)} % of full score`}
      </text>
    </g>
  );
}
