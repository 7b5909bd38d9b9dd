/**
 * Scaffold traces: how the proof of an attempt came about. A trace has calls, in the order in which they were first made,
 * and pictures: one of the outermost scaffold and one of every scaffold within it. `:trace` is the safe name of the
 * attempt's unit in the journal, `:scope` that of a scaffold within it, or `outermost`.
 */
import type { SafeHtml } from './safe-html.ts';

export interface TraceApi {
  'runs/:run/traces.json': TraceGroups;
  'runs/:run/traces/:group/:page.json': TraceRows;
  'runs/:run/trace/:trace.json': TraceSummary;
  'runs/:run/trace/:trace/calls/:page.json': TraceCalls;
  'runs/:run/trace/:trace/picture/:scope.json': TracePicture;
  'runs/:run/trace/:trace/call/:call.json': TraceExchange;
  'runs/:run/trace/:trace/call/:call/:piece.json': TraceText;
}

/** Attempts of a run, by what they were made with. */
export interface TraceGroups {
  readonly run: string;
  readonly groups: readonly TraceGroup[];
  /** Why there are none, where there are none. */
  readonly empty: string | null;
}

export interface TraceGroup {
  /** Safe. */
  readonly id: string;
  /** `rl, rsa` for an evaluation; `attempts` else. */
  readonly title: string;
  readonly scaffold: string;
  readonly attempts: number;
  readonly pages: number;
}

export interface TraceRows {
  readonly rows: readonly TraceRow[];
}

export interface TraceRow {
  /** Safe. */
  readonly trace: string;
  /** The problem's own name. */
  readonly problem: string;
  /** From 1. */
  readonly attempt: number;
  readonly calls: number;
  /** Completion tokens, where a row says. */
  readonly tokens: number | null;
  /** Of 7, where it is graded. */
  readonly points: number | null;
  /** What became of it, where that is on record without going through its calls. */
  readonly state: 'finished' | 'budget' | 'unfinished' | null;
  /** Why the proof was chosen, where that is on record. */
  readonly why: string | null;
}

export interface TraceSummary {
  readonly trace: string;
  readonly problem: { readonly id: string; readonly statement: SafeHtml | null };
  /** From 1. */
  readonly attempt: number;
  readonly scaffold: string;
  readonly models: readonly string[];
  /** `budget`: a budget ended it; `unfinished`: it can go on; `running`: it does. */
  readonly status: 'finished' | 'budget' | 'unfinished' | 'running';
  /** One sentence on what became of it. */
  readonly verdict: string;
  readonly remarks: readonly string[];
  readonly proof: SafeHtml | null;
  readonly isCut: boolean;
  /** Of 7, where it is graded. */
  readonly points: number | null;
  readonly totals: TraceCost;
  readonly byRole: readonly (TraceCost & { readonly role: string; readonly models: readonly string[] })[];
  /** Best so far of the outermost scaffold, in turn. */
  readonly kept: readonly TraceKept[];
  /** What was said of choices, and of the scaffold itself. */
  readonly choices: readonly { readonly label: string; readonly text: string }[];
  /** Number of the call that wrote the proof. */
  readonly writer: number | null;
  /** Scaffolds that have a picture, the outermost first; `scope` is safe. */
  readonly scopes: readonly { readonly scope: string; readonly label: string; readonly calls: number }[];
  /** Of `calls`. */
  readonly pages: number;
  /** Calls in a page. */
  readonly pageSize: number;
}

export interface TraceCost {
  readonly calls: number;
  /** Refused, failed or not made. */
  readonly without: number;
  /** Cut at the token limit. */
  readonly cut: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of all calls, added up; null where the record has no times. */
  readonly seconds: number | null;
  /** Null where a model has no price. */
  readonly dollars: number | null;
}

export interface TraceKept {
  readonly why: string;
  /** The call that it is about, where it can be told. */
  readonly call: number | null;
}

export interface TraceCalls {
  readonly calls: readonly TraceCallRow[];
}

/** `waiting`: it has no answer yet, in an attempt that is not finished. */
export type TraceCallState = 'reply' | 'refused' | 'failed' | 'waiting';

export interface TraceCallRow {
  /** From 0, in the order in which they were first made. */
  readonly call: number;
  /** Whole, with the scaffolds that it is within. */
  readonly label: string;
  /** How deep it stands in the tree that the labels make, from 0. */
  readonly depth: number;
  readonly role: string;
  readonly model: string;
  readonly state: TraceCallState;
  readonly isCut: boolean;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly seconds: number | null;
  readonly dollars: number | null;
  /** Why there is no reply. */
  readonly message: string | null;
  /** What the scaffold noted about it, as words. */
  readonly notes: string;
}

/** A layered graph: an arrow never leads to an earlier column. */
export interface TracePicture {
  readonly columns: readonly TraceColumn[];
  readonly vertices: readonly TraceVertex[];
  /** Vertices beyond those that are drawn; the list has their calls. */
  readonly left: number;
}

export interface TraceColumn {
  readonly title: string;
  /** Of its vertices. */
  readonly calls: number;
  readonly completionTokens: number;
}

export interface TraceVertex {
  readonly id: string;
  /** What it is called in its scaffold. */
  readonly name: string;
  readonly role: string;
  readonly column: number;
  /** `scaffold`: one within this one, with a picture of its own. */
  readonly kind: 'call' | 'match' | 'scaffold';
  /** Its calls, judges' not among them; what was asked again comes after what was asked first. */
  readonly calls: readonly number[];
  /** Safe, of a scaffold. */
  readonly scope: string | null;
  readonly state: TraceCallState;
  readonly isCut: boolean;
  readonly completionTokens: number;
  /** What judges said of what it wrote. */
  readonly verdicts: readonly TraceVerdict[];
  /** Mean of their scores, as a share of the best there is. */
  readonly score: number | null;
  /** In words: `0.75 of 1, 4 verifications`. */
  readonly scoreText: string | null;
  readonly from: readonly { readonly id: string; readonly kind: 'reads' | 'wins' | 'loses' }[];
  /** The scaffold's own choice. */
  readonly isChosen: boolean;
  /** The chosen one came out of it. */
  readonly isAncestor: boolean;
  /** What the scaffold noted, as words. */
  readonly notes: string;
}

export interface TraceVerdict {
  readonly call: number;
  /** 0 to 1; null where none could be read. */
  readonly value: number | null;
  readonly text: string;
}

export interface TraceExchange {
  readonly call: TraceCallRow;
  readonly from: readonly { readonly label: string; readonly call: number | null }[];
  /** Tokens that the reply was allowed. */
  readonly maxTokens: number | null;
  /** Null where the prompt is not what this version of QED would ask, and so not known. */
  readonly prompt: readonly { readonly role: string; readonly text: string }[] | null;
  readonly promptMissing: string | null;
  readonly reasoning: TraceText;
  /** Pieces that the reasoning is in. */
  readonly pieces: number;
  readonly reasoningCharacters: number;
  /** Rendered, and as it was written. */
  readonly answer: SafeHtml | null;
  readonly answerText: string | null;
}

/** A piece of a reasoning, from 0. */
export interface TraceText {
  readonly text: string;
}
