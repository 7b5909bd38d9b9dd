/** One call of a trace in full: what was asked, what was thought, what was answered. A long reasoning comes in pieces. */

import { markdownToHtml } from '../../prove/markdown-html.ts';
import { createMathematics } from '../../prove/mathematics.ts';
import type { TraceCall } from '../../prove/trace.ts';
import type { TraceExchange } from '../api/trace.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { safeHtml } from '../safe-html.ts';
import { fromSafeName } from '../safe-name.ts';
import type { Workplace } from '../workplace.ts';
import { numbersOf, rowOf } from './call-rows.ts';
import { traceInstances } from './trace-instances.ts';
import { type TraceOf, traceOf } from './trace-of.ts';

/** Characters of a piece. */
const pieceSize = 60_000;

export const traceExchange: Resource<'runs/:run/trace/:trace/call/:call.json'> = {
  async read(workplace, { run, trace, call }) {
    const of = await traceOf(workplace, run, fromSafeName(trace) ?? trace);
    return exchangeOf(of, callAt(of, call));
  },
  async *instances(workplace) {
    for await (const { names, calls } of exportedCalls(workplace))
      for (const [call] of calls.entries()) yield { ...names, call: `${call}` };
  },
};

export const traceReasoning: Resource<'runs/:run/trace/:trace/call/:call/:piece.json'> = {
  async read(workplace, { run, trace, call, piece }) {
    const of = await traceOf(workplace, run, fromSafeName(trace) ?? trace);
    const reasoning = reasoningOf(callAt(of, call));
    const text = pieceOf(reasoning, Number(piece));
    if (text === '') throw new NotFoundError(`there is no piece ${piece} of this reasoning`);
    return { text };
  },
  async *instances(workplace) {
    for await (const { names, calls } of exportedCalls(workplace))
      for (const [number, call] of calls.entries())
        for (let piece = 1; piece < piecesOf(reasoningOf(call)); piece += 1)
          yield { ...names, call: `${number}`, piece: `${piece}` };
  },
};

async function* exportedCalls(workplace: Workplace) {
  for await (const names of traceInstances(workplace)) {
    const { outcome } = await traceOf(workplace, names.run, fromSafeName(names.trace) ?? '');
    yield { names, calls: outcome.trace.calls };
  }
}

function callAt({ outcome }: TraceOf, number: string): TraceCall {
  const { calls } = outcome.trace;
  const call = /^\d+$/.test(number) ? calls[Number(number)] : undefined;
  if (call !== undefined) return call;
  throw new NotFoundError(`there is no call ${number} in this trace; it has ${calls.length}`);
}

function exchangeOf(of: TraceOf, call: TraceCall): TraceExchange {
  const { calls } = of.outcome.trace;
  const { label, from, messages, outcome } = call;
  const numbers = numbersOf(calls);
  const isKnown = !of.withoutPrompt.has(label) && messages.length > 0;
  const reasoning = reasoningOf(call);
  const answer = outcome.kind === 'reply' ? outcome.answer : undefined;
  return {
    call: rowOf(call, numbers.get(label) ?? 0, of),
    from: from.map((source) => ({ label: source, call: numberOf(source, numbers) })),
    maxTokens: outcome.kind === 'reply' && of.records.hasLimit(label) ? outcome.maxTokens : null,
    prompt: isKnown ? messages.map(({ role, content }) => ({ role, text: content })) : null,
    promptMissing: isKnown
      ? null
      : of.repetition.isKnown
        ? 'This version of QED asks otherwise than the one that made the run, and prompts are not recorded.'
        : 'The run directory does not hold the problem, and prompts are not recorded.',
    reasoning: { text: pieceOf(reasoning, 0) },
    pieces: piecesOf(reasoning),
    reasoningCharacters: reasoning.length,
    answer:
      answer === undefined
        ? null
        : safeHtml(markdownToHtml(answer, createMathematics(), { headingLevel: 4 })),
    answerText: answer ?? null,
  };
}

/** The call of a label; of a scaffold within, its last one. */
function numberOf(label: string, numbers: ReadonlyMap<string, number>): number | null {
  const own = numbers.get(label);
  if (own !== undefined) return own;
  const inside = [...numbers].filter(([name]) => name.startsWith(`${label}/`));
  return inside.at(-1)?.[1] ?? null;
}

function reasoningOf({ outcome }: TraceCall): string {
  return outcome.kind === 'reply' ? outcome.reasoning : '';
}

function piecesOf(text: string): number {
  return Math.max(1, Math.ceil(text.length / pieceSize));
}

/** Pieces end where they end; one that cuts a character in two would break it. */
function pieceOf(text: string, piece: number): string {
  return text.slice(start(text, piece), start(text, piece + 1));
}

function start(text: string, piece: number): number {
  const at = piece * pieceSize;
  const isSecondHalf = (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  return Math.min(text.length, isSecondHalf ? at + 1 : at);
}
