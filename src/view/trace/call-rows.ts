/** The calls of a trace as rows: what each is for, what it took, and what became of it. */
import type { Trace, TraceCall } from '../../prove/trace.ts';
import { factsText } from '../../scaffold/facts-text.ts';
import type { TraceCallRow, TraceCallState, TraceCost } from '../api/trace.ts';
import type { GoneThrough } from './go-through.ts';
import { notesByLabel } from './picture-vertices.ts';
import type { Repetition } from './trace-attempts.ts';

type Of = GoneThrough & { readonly repetition: Repetition };

const numbers = new WeakMap<readonly TraceCall[], Map<string, number>>();

/** Numbers of the calls by label. */
export function numbersOf(calls: readonly TraceCall[]): ReadonlyMap<string, number> {
  const known = numbers.get(calls);
  if (known !== undefined) return known;
  const made = new Map(calls.map(({ label }, number) => [label, number]));
  numbers.set(calls, made);
  return made;
}

export function stateOf({ label, outcome }: TraceCall, { records, repetition }: Of): TraceCallState {
  if (outcome.kind === 'reply' || outcome.kind === 'refused') return outcome.kind;
  if (records.failureOf(label) !== undefined || repetition.finished !== undefined) return 'failed';
  return repetition.isWhole === true || outcome.kind === 'failed' ? 'failed' : 'waiting';
}

export function rowOf(call: TraceCall, number: number, of: Of): TraceCallRow {
  const { label, role, model, outcome } = call;
  const { trace } = of.outcome;
  const state = stateOf(call, of);
  const reply = outcome.kind === 'reply' ? outcome : undefined;
  return {
    call: number,
    label,
    depth: label.split('/').length - 1,
    role,
    model,
    state,
    isCut: reply?.finish === 'length',
    promptTokens: reply?.usage.promptTokens ?? null,
    completionTokens: reply?.usage.completionTokens ?? null,
    seconds: reply === undefined || !of.records.hasTime(label) ? null : reply.seconds,
    dollars: reply?.dollars ?? null,
    message: outcome.kind === 'reply' ? null : messageOf(label, outcome.message, state, of),
    notes: notesOf(trace, label),
  };
}

function messageOf(label: string, message: string, state: TraceCallState, { records }: Of): string {
  if (state === 'waiting') return 'it has no answer yet';
  return records.failureOf(label) ?? message;
}

function notesOf(trace: Trace, label: string): string {
  const facts = notesByLabel(trace).get(label);
  return facts === undefined ? '' : factsText(facts);
}

/** Of rows together. Times and prices are known only where every reply has one. */
export function costOf(rows: readonly TraceCallRow[]): TraceCost {
  const replies = rows.filter(({ state }) => state === 'reply');
  const sum = (of: (row: TraceCallRow) => number | null): number =>
    replies.reduce((total, row) => total + (of(row) ?? 0), 0);
  const known = (of: (row: TraceCallRow) => number | null): number | null =>
    replies.some((row) => of(row) === null) ? null : sum(of);
  return {
    calls: rows.length,
    without: rows.length - replies.length,
    cut: replies.filter(({ isCut }) => isCut).length,
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    seconds: known(({ seconds }) => seconds),
    dollars: known(({ dollars }) => dollars),
  };
}
