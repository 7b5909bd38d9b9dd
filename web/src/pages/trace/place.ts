/**
 * Where things stand in a picture: columns from left to right, each in the middle of the height. A column of very many is a
 * grid of small cells, or one box while it is folded, so that hundreds can be read and thousands do not hold up the page.
 */
import type { TracePicture, TraceVertex } from '../../../../src/view/api/trace.ts';

export type Size = 'card' | 'cell' | 'folded';

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedColumn {
  readonly index: number;
  readonly x: number;
  readonly width: number;
  readonly size: Size;
  readonly vertices: readonly TraceVertex[];
  /** Of the box that stands for a folded column. */
  readonly box: Place | undefined;
}

export interface PlacedPicture {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly PlacedColumn[];
  readonly places: ReadonlyMap<string, Place>;
}

/** Room for the titles of the columns. */
export const headHeight = 48;
const card = { width: 142, height: 46, gap: 12 };
const cell = { size: 16, gap: 4, rows: 24 };
const between = 38;
const margin = 8;
/** Columns of more are cells, and of more still are folded at first. */
const mostCards = 24;
export const mostUnfolded = 400;

export function placePicture(
  { columns, vertices }: TracePicture,
  isFolded: (column: number) => boolean,
): PlacedPicture {
  const byColumn = columns.map((): TraceVertex[] => []);
  for (const vertex of vertices) byColumn[vertex.column]?.push(vertex);
  const sizes = byColumn.map(({ length }, index): Size => {
    if (isFolded(index)) return 'folded';
    return length > mostCards ? 'cell' : 'card';
  });
  const heights = byColumn.map(({ length }, index) => heightOf(length, sizes[index] ?? 'card'));
  const tallest = Math.max(card.height, ...heights);
  const places = new Map<string, Place>();
  const placed: PlacedColumn[] = [];
  let x = margin;
  for (const [index, own] of byColumn.entries()) {
    const size = sizes[index] ?? 'card';
    const width = size === 'cell' ? Math.max(card.width, widthOfCells(own.length)) : card.width;
    const top = headHeight + (tallest - (heights[index] ?? 0)) / 2;
    const box = { x, y: top, width: card.width, height: card.height };
    for (const [row, { id }] of own.entries()) places.set(id, placeIn(size, row, x, top));
    placed.push({ index, x, width, size, vertices: own, box: size === 'folded' ? box : undefined });
    x += width + between;
  }
  return { width: x - between + margin, height: headHeight + tallest + margin, columns: placed, places };
}

function heightOf(count: number, size: Size): number {
  if (size === 'folded') return card.height;
  if (size === 'cell') return Math.min(count, cell.rows) * (cell.size + cell.gap);
  return count * (card.height + card.gap) - card.gap;
}

function widthOfCells(count: number): number {
  return Math.ceil(count / cell.rows) * (cell.size + cell.gap);
}

function placeIn(size: Size, row: number, x: number, top: number): Place {
  if (size === 'folded') return { x, y: top, width: card.width, height: card.height };
  if (size === 'card')
    return { x, y: top + row * (card.height + card.gap), width: card.width, height: card.height };
  const [across, down] = [Math.floor(row / cell.rows), row % cell.rows];
  const step = cell.size + cell.gap;
  return { x: x + across * step, y: top + down * step, width: cell.size, height: cell.size };
}

export interface Arrow {
  readonly key: string;
  readonly path: string;
  readonly isWay: boolean;
  readonly isLost: boolean;
  /** Ends in, or begins at, what is chosen. */
  readonly isNear: boolean;
}

/** More arrows than this are only drawn where they matter. */
const mostArrows = 700;

export function arrowsOf(
  { vertices }: TracePicture,
  { places }: PlacedPicture,
  selected: string | undefined,
): Arrow[] {
  const ancestors = new Set(vertices.filter(({ isAncestor }) => isAncestor).map(({ id }) => id));
  const isFew = vertices.reduce((sum, { from }) => sum + from.length, 0) <= mostArrows;
  const arrows = new Map<string, Arrow>();
  for (const { id, from } of vertices) {
    const to = places.get(id);
    for (const { id: source, kind } of from) {
      const start = places.get(source);
      const isLost = kind === 'loses';
      const isWay = !isLost && ancestors.has(id) && ancestors.has(source);
      const isNear = selected !== undefined && (id === selected || source === selected);
      if (start === undefined || to === undefined || !(isFew || isWay || isNear)) continue;
      const path = curve(start, to);
      const before = arrows.get(path);
      // Arrows of a folded column lie on each other.
      arrows.set(path, {
        key: before?.key ?? `${source} ${id}`,
        path,
        isWay: isWay || before?.isWay === true,
        isLost: isLost && before?.isLost !== false,
        isNear: isNear || before?.isNear === true,
      });
    }
  }
  return [...arrows.values()].sort((a, b) => weight(a) - weight(b));
}

/** What matters is drawn last, and lies on top. */
function weight({ isWay, isNear }: Arrow): number {
  return (isNear ? 2 : 0) + (isWay ? 1 : 0);
}

function curve(from: Place, to: Place): string {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const bend = Math.max(16, Math.min(72, (x2 - x1) / 2));
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** Where an arrow key leads from a vertex. */
export function neighbour(
  { columns, places }: PlacedPicture,
  id: string,
  key: string,
): TraceVertex | undefined {
  const column = columns.find(({ vertices }) => vertices.some((vertex) => vertex.id === id));
  const here = places.get(id);
  if (column === undefined || here === undefined) return undefined;
  const row = column.vertices.findIndex((vertex) => vertex.id === id);
  if (key === 'ArrowUp') return column.vertices[row - 1];
  if (key === 'ArrowDown') return column.vertices[row + 1];
  if (key === 'Home') return columns[0]?.vertices[0];
  if (key === 'End') return columns.at(-1)?.vertices.at(-1);
  const next = columns[column.index + (key === 'ArrowRight' ? 1 : -1)];
  return next?.vertices.toSorted(
    (a, b) => Math.abs((places.get(a.id)?.y ?? 0) - here.y) - Math.abs((places.get(b.id)?.y ?? 0) - here.y),
  )[0];
}
