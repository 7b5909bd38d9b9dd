/**
 * What is drawn of one scaffold of a trace: a vertex for every text that was written, with what judges said of it; for
 * every match; and for every scaffold within, which has a picture of its own. What was asked again belongs to what was
 * asked first.
 */
import type { Json } from '../../journal/journal.ts';
import type { Trace, TraceCall } from '../../prove/trace.ts';
import { callsOf, type TraceNode } from '../../prove/trace-tree.ts';
import { mean } from '../../scaffold/by-merit.ts';
import { factsText } from '../../scaffold/facts-text.ts';
import type { TraceCallState, TraceVerdict, TraceVertex } from '../api/trace.ts';

/** Roles whose calls say something of a text, and are drawn with it. */
const judging = new Set(['verify', 'decide', 'score']);

export type Vertex = Omit<TraceVertex, 'column' | 'isChosen' | 'isAncestor' | 'from' | 'scope'> & {
  /** Labels that it reads. */
  readonly reads: readonly string[];
  readonly match:
    | { readonly winner: string | undefined; readonly round: number; readonly number: number }
    | undefined;
};

export interface Drawing {
  /** In the order in which they were begun. */
  readonly vertices: readonly Vertex[];
  /** The vertex that a label, or a scaffold within, belongs to. */
  readonly owner: ReadonlyMap<string, string>;
}

export interface DrawingTools {
  readonly trace: Trace;
  /** Numbers of calls by label. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly stateOf: (call: TraceCall) => TraceCallState;
  readonly mostOf: (role: string) => number;
}

/** `scope` is the scaffold's label, empty for the outermost; `nodes` are what stands below it. */
export function drawingOf(scope: string, nodes: readonly TraceNode[], tools: DrawingTools): Drawing {
  const owner = new Map<string, string>();
  const own = (id: string, node: TraceNode): void => {
    for (const label of [node.label, ...callsOf(node).map((call) => call.label)]) {
      for (let at = label.length; at > scope.length; at = label.lastIndexOf('/', at - 1))
        if (!owner.has(label.slice(0, at))) owner.set(label.slice(0, at), id);
    }
  };
  const drawn = nodes.filter(({ call }) => call === undefined || !judging.has(call.role));
  for (const node of drawn) own(node.label, node);
  const verdicts = new Map<string, TraceVerdict[]>();
  for (const node of nodes) {
    const { call } = node;
    if (call === undefined || !judging.has(call.role)) continue;
    const judged = call.from.map((label) => owner.get(label)).find((id) => id !== undefined);
    if (judged === undefined) continue;
    own(judged, node);
    if (call.role === 'decide') continue;
    verdicts.set(judged, [...(verdicts.get(judged) ?? []), verdictOf(node, call, tools)]);
  }
  const rounds = (label: string): readonly [round: number, number: number] | undefined => {
    const [, round, number] = /(?:^|\/)compare-(\d+)-(\d+)$/.exec(label) ?? [];
    return round === undefined ? undefined : [Number(round), Number(number)];
  };
  const notes = notesByLabel(tools.trace);
  const vertices = drawn.map((node): Vertex => {
    const { call } = node;
    const calls = callsOf(node);
    const isMatch = calls.length > 0 && calls.every(({ role }) => role === 'compare');
    const kind = isMatch ? 'match' : call === undefined ? 'scaffold' : 'call';
    const facts = notes.get(node.label) ?? {};
    const said = verdicts.get(node.label) ?? [];
    const [round, number] = rounds(node.label) ?? [1, 1];
    const main = kind === 'scaffold' ? calls : calls.filter(({ role }) => role === call?.role || isMatch);
    const replies = main.flatMap(({ outcome }) => (outcome.kind === 'reply' ? [outcome] : []));
    return {
      id: node.label,
      name: node.label.slice(scope === '' ? 0 : scope.length + 1).replace(/\/[a-z]+(?:-\d+)?$/, ''),
      role: kind === 'scaffold' ? 'solve' : (calls[0]?.role ?? 'call'),
      kind,
      calls: kind === 'scaffold' ? [] : main.flatMap(({ label }) => tools.numbers.get(label) ?? []),
      state: stateOfAll(main, tools),
      isCut: kind !== 'scaffold' && replies.at(-1)?.finish === 'length',
      completionTokens: replies.reduce((sum, { usage }) => sum + usage.completionTokens, 0),
      verdicts: said.slice(0, mostVerdicts),
      ...scoreOf(said),
      notes: factsText(facts),
      reads: [...new Set(main.flatMap(({ from }) => from))],
      match: isMatch ? { winner: textAt(facts, 'winner', scope), round, number } : undefined,
    };
  });
  return { vertices, owner };
}

/** Marks at one text; its score counts all of them. */
const mostVerdicts = 64;

function verdictOf(
  { label }: TraceNode,
  call: TraceCall,
  { trace, numbers, stateOf, mostOf }: DrawingTools,
): TraceVerdict {
  const facts = notesByLabel(trace).get(label) ?? {};
  const number = numbers.get(call.label) ?? 0;
  if (typeof facts.score === 'number') {
    const most = mostOf(call.role);
    return { call: number, value: facts.score / most, text: `${facts.score} of ${most}` };
  }
  if (typeof facts.verdict === 'string')
    return { call: number, value: facts.verdict === 'accepted' ? 1 : 0, text: facts.verdict };
  const state = stateOf(call);
  const text = state === 'reply' ? 'no verdict' : state;
  return { call: number, value: null, text };
}

function scoreOf(said: readonly TraceVerdict[]): Pick<TraceVertex, 'score' | 'scoreText'> {
  const given = said.flatMap(({ value }) => value ?? []);
  const score = mean(given);
  if (score === undefined) return { score: null, scoreText: said.length === 0 ? null : 'no verdict' };
  const [first] = said;
  if (said.length === 1 && first !== undefined) return { score, scoreText: first.text };
  const accepted = said.filter(({ text }) => text === 'accepted').length;
  const rejected = said.filter(({ text }) => text === 'rejected').length;
  if (accepted + rejected > 0) return { score, scoreText: `accepted ${accepted}, rejected ${rejected}` };
  const most = Number(/ of (\d+)$/.exec(said.find(({ value }) => value !== null)?.text ?? '')?.[1] ?? 1);
  const of = given.length < said.length ? `${given.length} of ${said.length}` : `${said.length}`;
  return { score, scoreText: `${Number((score * most).toFixed(2))} of ${most}, mean of ${of}` };
}

function stateOfAll(calls: readonly TraceCall[], { stateOf }: DrawingTools): TraceCallState {
  const states = calls.map(stateOf);
  if (states.includes('waiting')) return 'waiting';
  if (states.includes('reply')) return 'reply';
  return states.at(-1) ?? 'waiting';
}

/** A fact that names something in the same scaffold, as its whole label. */
export function textAt(
  facts: Readonly<Record<string, Json>>,
  name: string,
  scope: string,
): string | undefined {
  const value = facts[name];
  return typeof value === 'string' ? `${scope === '' ? '' : `${scope}/`}${value}` : undefined;
}

const byLabel = new WeakMap<Trace, Map<string, Readonly<Record<string, Json>>>>();

/** All facts under a label, the later ones on top. */
export function notesByLabel(trace: Trace): ReadonlyMap<string, Readonly<Record<string, Json>>> {
  const known = byLabel.get(trace);
  if (known !== undefined) return known;
  const notes = new Map<string, Readonly<Record<string, Json>>>();
  for (const { label, facts } of trace.notes) notes.set(label, { ...notes.get(label), ...facts });
  byLabel.set(trace, notes);
  return notes;
}
