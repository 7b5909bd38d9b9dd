/** The picture of one scaffold of a trace: its vertices in columns, with the way of the chosen one. */

import { callsOf, type TraceNode, traceTree } from '../../prove/trace-tree.ts';
import { parseScaffoldSpec, type ScaffoldSpec } from '../../scaffold/scaffold-spec.ts';
import type { TracePicture, TraceVertex } from '../api/trace.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { fromSafeName, safeName } from '../safe-name.ts';
import { numbersOf, stateOf } from './call-rows.ts';
import { layersOf, type Placed } from './layers.ts';
import { drawingOf, notesByLabel, textAt } from './picture-vertices.ts';
import { traceInstances } from './trace-instances.ts';
import { type TraceOf, traceOf } from './trace-of.ts';

export const outermost = 'outermost';
/** More would be no picture. */
const mostVertices = 6000;

export const tracePicture: Resource<'runs/:run/trace/:trace/picture/:scope.json'> = {
  read: async (workplace, { run, trace: name, scope }) => {
    const trace = await traceOf(workplace, run, fromSafeName(name) ?? name);
    return pictureOf(trace, scope === outermost ? '' : (fromSafeName(scope) ?? scope));
  },
  async *instances(workplace) {
    for await (const names of traceInstances(workplace)) {
      const trace = await traceOf(workplace, names.run, fromSafeName(names.trace) ?? '');
      for (const { scope } of scopesOf(trace)) yield { ...names, scope };
    }
  },
};

export interface Scope {
  readonly scope: string;
  readonly label: string;
  readonly calls: number;
}

/** Scaffolds with more than one call of their own, the outermost first. */
export function scopesOf({ outcome }: Pick<TraceOf, 'outcome'>): Scope[] {
  const { calls } = outcome.trace;
  const inside = (nodes: readonly TraceNode[]): Scope[] =>
    nodes.flatMap((node) => {
      const own = callsOf(node);
      if (node.call !== undefined || own.every(({ role }) => role === 'compare')) return [];
      const { label } = node;
      return [{ scope: safeName(label), label, calls: own.length }, ...inside(node.children)];
    });
  return [{ scope: outermost, label: '', calls: calls.length }, ...inside(traceTree(calls))];
}

/** `label` is empty for the outermost scaffold. Throws a NotFoundError. */
export function pictureOf(of: TraceOf, label: string): TracePicture {
  const { trace } = of.outcome;
  const nodes = label === '' ? traceTree(trace.calls) : nodesBelow(traceTree(trace.calls), label);
  if (nodes === undefined)
    throw new NotFoundError(`there is no scaffold ${label} in this trace; it has ${namesOf(of)}`);
  const numbers = numbersOf(trace.calls);
  const drawing = drawingOf(label, nodes, {
    ...{ trace, numbers, stateOf: (call) => stateOf(call, of) },
    mostOf: of.repetition.mostOf,
  });
  const shown = drawing.vertices.slice(0, mostVertices);
  const layers = layersOf({ ...drawing, vertices: shown }, specOf(of.group.scaffold, label));
  const chosen = chosenOf(of, label, drawing.owner);
  const ancestors = ancestorsOf(chosen, layers.vertices);
  const vertices = layers.vertices.map((vertex): TraceVertex => {
    const isWon = notesByLabel(trace).get(vertex.id)?.winner;
    const won = vertex.kind === 'match' && isWon !== undefined ? winnerOf(of, label, vertex) : undefined;
    return {
      ...vertex,
      scope: vertex.kind === 'scaffold' ? safeName(vertex.id) : null,
      isChosen: vertex.id === chosen,
      isAncestor:
        ancestors.has(vertex.id) ||
        (chosen !== undefined && won !== undefined && drawing.owner.get(won) === chosen),
    };
  });
  return { columns: layers.columns, vertices, left: drawing.vertices.length - shown.length };
}

function winnerOf(of: TraceOf, scope: string, { id }: Placed): string | undefined {
  return textAt(notesByLabel(of.outcome.trace).get(id) ?? {}, 'winner', scope);
}

/** What the scaffold named, else who wrote the proof. */
function chosenOf(of: TraceOf, scope: string, owner: ReadonlyMap<string, string>): string | undefined {
  const { trace, writer } = of.outcome;
  const prefix = scope === '' ? '' : `${scope}/`;
  const named = textAt(notesByLabel(trace).get(`${prefix}choice`) ?? {}, 'chosen', scope);
  const label = named ?? (scope === '' ? writer?.label : undefined) ?? lastKept(of, prefix);
  if (label === undefined) return undefined;
  return owner.get(label) ?? (scope === '' && writer !== undefined ? owner.get(writer.label) : undefined);
}

/** Who wrote what a scaffold within kept last, as its text says: a reply has it. */
function lastKept(of: TraceOf, scope: string): string | undefined {
  const { calls, kept } = of.outcome.trace;
  const proof = kept.findLast((one) => one.scope === scope)?.proof;
  if (proof === undefined) return undefined;
  return calls.findLast(
    ({ label, outcome }) =>
      label.startsWith(scope) && outcome.kind === 'reply' && outcome.answer?.includes(proof) === true,
  )?.label;
}

function ancestorsOf(chosen: string | undefined, vertices: readonly Placed[]): ReadonlySet<string> {
  const byId = new Map(vertices.map((vertex) => [vertex.id, vertex]));
  const found = new Set<string>();
  const visit = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    for (const { id: source, kind } of byId.get(id)?.from ?? []) if (kind !== 'loses') visit(source);
  };
  if (chosen !== undefined) visit(chosen);
  return found;
}

function nodesBelow(nodes: readonly TraceNode[], label: string): readonly TraceNode[] | undefined {
  for (const node of nodes) {
    if (node.label === label && node.call === undefined) return node.children;
    if (!label.startsWith(`${node.label}/`)) continue;
    const found = nodesBelow(node.children, label);
    if (found !== undefined) return found;
  }
  return undefined;
}

function namesOf(of: TraceOf): string {
  const inside = scopesOf(of).slice(1);
  return inside.length === 0 ? 'none within it' : inside.map(({ label }) => label).join(', ');
}

/** The spec of the outermost scaffold, or of the solver so many scaffolds deep. */
function specOf(scaffold: string, label: string): ScaffoldSpec {
  let spec: ScaffoldSpec = { name: scaffold, settings: {} };
  try {
    spec = parseScaffoldSpec(scaffold);
  } catch {
    // A name that is no spec has no sizes; columns come from the arrows.
  }
  const depth = label === '' ? 0 : label.split('/').length;
  for (let at = 0; at < depth; at += 1) {
    const { solver } = spec.settings;
    spec =
      typeof solver === 'object'
        ? solver
        : { name: typeof solver === 'string' ? solver : 'single-turn', settings: {} };
  }
  return spec;
}
