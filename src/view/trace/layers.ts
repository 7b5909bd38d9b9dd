/**
 * A drawing in columns: rounds of a scaffold from left to right, an arrow never leading back. Within a column vertices stand
 * where their arrows cross little: each near the middle of what it comes from, then of what comes from it, a few times.
 */

import type { ScaffoldSpec } from '../../scaffold/scaffold-spec.ts';
import type { TraceColumn, TraceVertex } from '../api/trace.ts';
import type { Drawing, Vertex } from './picture-vertices.ts';

export type Placed = Omit<TraceVertex, 'isChosen' | 'isAncestor' | 'scope'>;

/** Larger drawings keep the order in which things were begun. */
const mostArrowsToSort = 3000;

export function layersOf(
  { vertices, owner }: Drawing,
  spec: ScaffoldSpec,
): { readonly columns: readonly TraceColumn[]; readonly vertices: readonly Placed[] } {
  const byId = new Map(vertices.map((vertex) => [vertex.id, vertex]));
  const arrows = new Map(vertices.map((vertex) => [vertex.id, arrowsInto(vertex, vertices, owner)]));
  const columnOf = new Map<string, number>();
  const place = (vertex: Vertex, above: ReadonlySet<string> = new Set()): number => {
    const known = columnOf.get(vertex.id);
    if (known !== undefined) return known;
    // A label that reads itself is no program's, but what is on record may be anybody's.
    const inside = new Set([...above, vertex.id]);
    const before = (arrows.get(vertex.id) ?? []).flatMap(({ id }) => {
      const source = byId.get(id);
      return source === undefined || inside.has(id) ? [] : [place(source, inside) + 1];
    });
    const column = Math.max(0, roundOf(vertex, spec) ?? 0, ...before);
    columnOf.set(vertex.id, column);
    return column;
  };
  for (const vertex of vertices) if (vertex.match === undefined) place(vertex);
  const last = Math.max(-1, ...columnOf.values());
  for (const { id, match } of vertices) if (match !== undefined) columnOf.set(id, last + match.round);
  const used = [...new Set(columnOf.values())].sort((a, b) => a - b);
  const placed = vertices.map(({ match: _match, reads: _reads, ...vertex }): Placed => {
    const column = used.indexOf(columnOf.get(vertex.id) ?? 0);
    return { ...vertex, column, from: arrows.get(vertex.id) ?? [] };
  });
  const columns = used.map((_, column) => placed.filter((vertex) => vertex.column === column));
  const ordered = sorted(columns);
  return {
    columns: ordered.map((own, column) => columnText(own, column, ordered)),
    vertices: ordered.flat(),
  };
}

/** A match comes from the matches that its two won last, or from where they were written. */
function arrowsInto(
  { reads, match, id, name }: Vertex,
  vertices: readonly Vertex[],
  owner: ReadonlyMap<string, string>,
): TraceVertex['from'] {
  const sources = reads.flatMap((label) => owner.get(label) ?? []).filter((source) => source !== id);
  const before = sources.length > 0 ? sources : turnBefore(name, vertices);
  if (match === undefined) return [...new Set(before)].map((source) => ({ id: source, kind: 'reads' }));
  return reads.flatMap((label) => {
    const writer = owner.get(label);
    if (writer === undefined || writer === id) return [];
    const won = vertices.findLast(
      (one) => one.match !== undefined && one.match.round < match.round && one.match.winner === label,
    );
    const kind =
      match.winner === undefined ? 'reads' : match.winner === label ? ('wins' as const) : ('loses' as const);
    return [{ id: won?.id ?? writer, kind }];
  });
}

/** A turn of the Reasoning Cache that reads no call goes on from a summary that no model wrote. */
function turnBefore(name: string, vertices: readonly Vertex[]): string[] {
  const turn = turnOf(name);
  const before = vertices.find((one) => turn !== undefined && turnOf(one.name) === turn - 1);
  return before === undefined ? [] : [before.id];
}

function turnOf(name: string): number | undefined {
  const [, turn] = /^reason-(\d+)$/.exec(name) ?? [];
  return turn === undefined ? undefined : Number(turn);
}

/** The round that a label or, with the scaffold's sizes, its number says. */
function roundOf({ name }: Vertex, { name: scaffold, settings }: ScaffoldSpec): number | undefined {
  const [, merge] = /^merge-(\d+)-\d+/.exec(name) ?? [];
  if (merge !== undefined) return Number(merge);
  const [, refine] = /^refine-(\d+)/.exec(name) ?? [];
  if (refine === undefined || scaffold !== 'deepseek-math') return undefined;
  const first = Number(settings.pool);
  const each = Number(settings.best ?? first) * Number(settings.refinements);
  const round = Math.ceil((Number(refine) - first) / each);
  return Number.isFinite(round) && round > 0 ? round : undefined;
}

function sorted(columns: readonly Placed[][]): Placed[][] {
  const all = columns.flat();
  if (all.reduce((sum, { from }) => sum + from.length, 0) > mostArrowsToSort) return [...columns];
  const next = new Map<string, string[]>();
  for (const { id, from } of all)
    for (const source of from) next.set(source.id, [...(next.get(source.id) ?? []), id]);
  let best = [...columns];
  let fewest = crossings(best);
  let current = best;
  for (let sweep = 0; sweep < 6 && fewest > 0; sweep += 1) {
    const isForward = sweep % 2 === 0;
    const heights = new Map<string, number>();
    const stand = (own: readonly Placed[]): void => {
      for (const [row, { id }] of own.entries()) heights.set(id, (row + 0.5) / own.length);
    };
    for (const own of current) stand(own);
    const order = current.map((_, column) => column);
    const rearranged = [...current];
    for (const column of isForward ? order : order.toReversed()) {
      const own = rearranged[column] ?? [];
      const middle = new Map(
        own.map(({ id, from }) => {
          const near = isForward ? from.map((source) => source.id) : (next.get(id) ?? []);
          const known = near.flatMap((one) => heights.get(one) ?? []);
          const mean = known.reduce((sum, height) => sum + height, 0) / known.length;
          return [id, known.length === 0 ? (heights.get(id) ?? 0) : mean];
        }),
      );
      const moved = own.toSorted((a, b) => (middle.get(a.id) ?? 0) - (middle.get(b.id) ?? 0));
      stand(moved);
      rearranged[column] = moved;
    }
    current = rearranged;
    const count = crossings(current);
    if (count < fewest) [best, fewest] = [current, count];
  }
  return best;
}

/** Pairs of arrows between the same columns that cross. */
export function crossings(columns: readonly (readonly Pick<Placed, 'id' | 'from' | 'column'>[])[]): number {
  const rows = new Map<string, readonly [column: number, row: number]>();
  for (const [column, own] of columns.entries())
    for (const [row, { id }] of own.entries()) rows.set(id, [column, row]);
  const between = new Map<string, (readonly [from: number, to: number])[]>();
  for (const { id, from } of columns.flat()) {
    const [column = 0, row = 0] = rows.get(id) ?? [];
    for (const source of from) {
      const [sourceColumn = 0, sourceRow = 0] = rows.get(source.id) ?? [];
      const key = `${sourceColumn} ${column}`;
      between.set(key, [...(between.get(key) ?? []), [sourceRow, row]]);
    }
  }
  let count = 0;
  for (const arrows of between.values())
    arrows.forEach(([a, b], i) => {
      for (const [c, d] of arrows.slice(i + 1)) if ((a - c) * (b - d) < 0) count += 1;
    });
  return count;
}

const titles: Readonly<Record<string, string>> = {
  solve: 'Proofs',
  merge: 'Merged',
  refine: 'Refined',
  improve: 'Improved',
  correct: 'Corrected',
  summarise: 'Summary',
  consolidate: 'Consolidation',
};

function columnText(own: readonly Placed[], column: number, all: readonly Placed[][]): TraceColumn {
  const role = own[0]?.role ?? '';
  const alike = all.filter((other) => other[0]?.role === role);
  const number = alike.indexOf(all[column] ?? []) + 1;
  const isLast = number === alike.length;
  const base =
    role === 'compare'
      ? isLast && own.length === 1
        ? 'Final'
        : 'Knockout'
      : role === 'solve' && own.length === 1 && alike.length > 1
        ? 'Turn'
        : role === 'solve' && own.length === 1
          ? 'Proof'
          : (titles[role] ?? role);
  const isCounted = base !== 'Final' && alike.length > 1;
  const isRound = alike.some(({ length }) => length > 1);
  return {
    title: `${base}${isCounted ? `${isRound ? ', round' : ''} ${number}` : ''}`,
    calls: own.reduce((sum, { calls, verdicts }) => sum + calls.length + verdicts.length, 0),
    completionTokens: own.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
  };
}
