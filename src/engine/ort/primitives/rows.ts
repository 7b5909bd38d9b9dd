/**
 * Taking rows of matrices by index, in the ways whose gradients need no addition at repeated indices inside the
 * graph: onnxruntime's ScatterND with reduction add races between threads.
 */
import type { Graph, Value } from '../graph.ts';

/** table [V, d], ids int64 [T], repeats allowed → [T, d]. The gradient is left as rows to add (`RowGradient`). */
export function embed(g: Graph, table: Value, ids: Value): Value {
  const y = g.op('Gather', [table, ids], { axis: 0 });
  g.record([y], [table], ([dy]) => [dy && { rows: dy, indices: ids }]);
  return y;
}

/**
 * Rows `select` (int64 [N], no repeats) of x [T, d] → [N, d]. `unselect` (int64 [T]) is the inverse: for each row
 * of x its place in select, or N. The gradient gathers with it from the given rows and a last one of zeros.
 * Without `unselect` there is no gradient.
 */
export function selectRows(
  g: Graph,
  x: Value,
  { select, unselect, size }: { select: Value; unselect: Value | undefined; size: number },
): Value {
  const y = g.op('Gather', [x, select], { axis: 0 });
  if (unselect === undefined) return y;
  g.record([y], [x], ([dy]) => {
    if (dy === undefined) return [];
    const zeros = g.op('Expand', [g.scalar(0), g.integers([1, size])]);
    return [g.op('Gather', [g.op('Concat', [dy, zeros], { axis: 0 }), unselect], { axis: 0 })];
  });
  return y;
}

/** Sizes (int64 [parts]) that share the rows of x as evenly as can be. */
export function evenSizes(g: Graph, x: Value, parts: number): Value {
  const rows = g.op('Shape', [x], { start: 0, end: 1 });
  const bound = (from: number) => {
    const steps = g.integers(Array.from({ length: parts }, (_, part) => part + from));
    return g.op('Div', [g.mul(rows, steps), g.integers([parts])]);
  };
  return g.sub(bound(1), bound(0));
}

/** x [N, ...] in parts along its first axis. */
export function splitRows(g: Graph, x: Value, sizes: Value, parts: number): Value[] {
  if (parts === 1) return [x];
  const ys = g.ops('Split', [x, sizes], parts, { axis: 0 });
  g.record(ys, [x], (dys) => {
    if (!dys.every((dy) => dy !== undefined)) throw new Error('splitRows: a part has no gradient');
    return [g.op('Concat', dys, { axis: 0 })];
  });
  return ys;
}

/** The inverse of `splitRows`. */
export function concatRows(g: Graph, xs: readonly Value[], sizes: Value): Value {
  const [only] = xs;
  if (xs.length === 1 && only !== undefined) return only;
  const y = g.op('Concat', xs, { axis: 0 });
  g.record([y], xs, ([dy]) => (dy === undefined ? [] : g.ops('Split', [dy, sizes], xs.length, { axis: 0 })));
  return y;
}
