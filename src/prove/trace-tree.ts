/**
 * The calls of a trace as the tree that the slashes of their labels make: a scaffold within a scaffold has its calls
 * under its name, and what was asked again stands under what was asked first. Siblings are in the order in which they
 * began. A scaffold that made one call is that call.
 */
import type { TraceCall } from './trace.ts';

export interface TraceNode {
  /** Whole, as in the trace. */
  readonly label: string;
  /** Undefined for a scaffold within the scaffold, and for what is asked in several calls. */
  readonly call: TraceCall | undefined;
  readonly children: readonly TraceNode[];
}

export function traceTree(calls: readonly TraceCall[]): TraceNode[] {
  const own = new Map(calls.map((call) => [call.label, call]));
  const roots: TraceNode[] = [];
  const children = new Map<string, TraceNode[]>([['', roots]]);
  for (const { label } of calls) {
    const parts = label.split('/');
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const path = parts.slice(0, depth).join('/');
      if (children.has(path)) continue;
      const below: TraceNode[] = [];
      children.set(path, below);
      const parent = children.get(parts.slice(0, depth - 1).join('/'));
      parent?.push({ label: path, call: own.get(path), children: below });
    }
  }
  return roots.map(withoutLoneScaffolds);
}

function withoutLoneScaffolds(node: TraceNode): TraceNode {
  const children = node.children.map(withoutLoneScaffolds);
  const [only, ...others] = children;
  return node.call === undefined && only !== undefined && others.length === 0 ? only : { ...node, children };
}

/** All calls at and below a node, in the order of the tree. */
export function callsOf({ call, children }: TraceNode): TraceCall[] {
  return [...(call === undefined ? [] : [call]), ...children.flatMap(callsOf)];
}

/** All nodes that are no call. */
export function groupsOf(nodes: readonly TraceNode[]): TraceNode[] {
  return nodes.flatMap((node) => [...(node.call === undefined ? [node] : []), ...groupsOf(node.children)]);
}
