/** What is shown of a proof that is searched: built up from what happens, told to whoever watches as it changes. */
import { markdownToHtml } from '../../../prove/markdown-html.ts';
import { createMathematics } from '../../../prove/mathematics.ts';
import type { RunEvent } from '../../../prove/prove-problems.ts';
import { factsText } from '../../../scaffold/facts-text.ts';
import type { TryBest, TryCall, TryEvent, TryState } from '../../../view/api/try.ts';
import { safeHtml } from '../../../view/safe-html.ts';

/** Characters of a reasoning that whoever comes late is given. */
const mostReasoning = 20_000;

export type TryListener = (event: TryEvent) => void;

type Opening = Omit<TryState, 'phase' | 'spent' | 'calls' | 'best' | 'remarks' | 'end'>;

export class WatchedState {
  readonly #listeners = new Set<TryListener>();
  readonly #calls = new Map<string, TryCall>();
  #state: TryState;
  /** Texts since they were told last, by call. */
  readonly #fresh = new Map<string, { attempt: number; label: string; reasoning: string; answer: string }>();

  constructor(opening: Opening) {
    this.#state = {
      ...opening,
      phase: 'opening',
      spent: { tokens: 0, dollars: null, seconds: 0 },
      ...{ calls: [], remarks: [], end: null },
      best: Array.from({ length: opening.attempts }, () => null),
    };
  }

  now(): TryState {
    return { ...this.#state, calls: [...this.#calls.values()] };
  }

  /** The state at once, then what changes; returns what ends it. */
  watch(listener: TryListener): () => void {
    this.flush();
    listener({ kind: 'state', state: this.now() });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  phase(phase: TryState['phase']): void {
    this.#state = { ...this.#state, phase };
    this.#tell({ kind: 'phase', phase });
  }

  spent(spent: TryState['spent']): void {
    const { tokens, seconds } = this.#state.spent;
    if (spent.tokens === tokens && Math.floor(spent.seconds) === Math.floor(seconds)) return;
    this.#state = { ...this.#state, spent };
    this.#tell({ kind: 'spent', spent });
  }

  remark(text: string): void {
    this.#state = { ...this.#state, remarks: [...this.#state.remarks, text].slice(-50) };
    this.#tell({ kind: 'remark', text });
  }

  end(end: NonNullable<TryState['end']>): void {
    this.flush();
    this.#state = { ...this.#state, phase: 'ended', end };
    this.#tell({ kind: 'phase', phase: 'ended' });
    this.#tell({ kind: 'end', end });
  }

  /** Tells the texts that have come since it was called last. */
  flush(): void {
    for (const { attempt, label, reasoning, answer } of this.#fresh.values()) {
      if (reasoning !== '') this.#tell({ kind: 'text', attempt, label, of: 'reasoning', text: reasoning });
      if (answer !== '') this.#tell({ kind: 'text', attempt, label, of: 'answer', text: answer });
    }
    this.#fresh.clear();
  }

  event(event: RunEvent): void {
    const { attempt } = event;
    switch (event.kind) {
      case 'call-started': {
        const { label, role, maxTokens } = event;
        this.#put({ ...newCall(attempt, label, role), maxTokens });
        break;
      }
      case 'delta': {
        const { label, delta } = event;
        if (delta.kind === 'restart') {
          this.#fresh.delete(keyOf(attempt, label));
          this.#change(attempt, label, { reasoning: '', answer: '', reasoningCharacters: 0 });
        } else this.#add(attempt, label, delta.kind, delta.text);
        break;
      }
      case 'call-finished': {
        const { label, role, completionTokens, seconds, replayed } = event;
        this.flush();
        if (!this.#calls.has(keyOf(attempt, label)))
          this.#calls.set(keyOf(attempt, label), newCall(attempt, label, role));
        this.#change(attempt, label, { state: 'reply', completionTokens, seconds, isReplayed: replayed });
        break;
      }
      case 'call-failed': {
        const { label, role, reason, message } = event;
        if (!this.#calls.has(keyOf(attempt, label)))
          this.#calls.set(keyOf(attempt, label), newCall(attempt, label, role));
        this.#change(attempt, label, { state: reason, message });
        break;
      }
      case 'note':
        this.#change(attempt, event.label, { notes: factsText(event.facts) });
        break;
      case 'kept':
        this.#keep(attempt, event.proof, event.why);
        break;
      case 'attempt-recalled':
      case 'attempt-ended':
        if ('proof' in event.outcome && event.outcome.proof !== undefined)
          this.#keep(attempt, event.outcome.proof, event.outcome.why);
        break;
      default:
        break;
    }
  }

  #add(attempt: number, label: string, of: 'reasoning' | 'answer', text: string): void {
    const key = keyOf(attempt, label);
    const call = this.#calls.get(key);
    if (call === undefined) return;
    const fresh = this.#fresh.get(key) ?? { attempt, label, reasoning: '', answer: '' };
    fresh[of] += text;
    this.#fresh.set(key, fresh);
    const isReasoning = of === 'reasoning';
    this.#calls.set(key, {
      ...call,
      reasoning: isReasoning ? (call.reasoning + text).slice(-mostReasoning) : call.reasoning,
      answer: isReasoning ? call.answer : call.answer + text,
      reasoningCharacters: call.reasoningCharacters + (isReasoning ? text.length : 0),
    });
  }

  #keep(attempt: number, proof: string, why: string): void {
    const best: TryBest = { why, proof: safeHtml(markdownToHtml(proof, createMathematics())) };
    this.#state = { ...this.#state, best: this.#state.best.map((one, at) => (at === attempt ? best : one)) };
    this.#tell({ kind: 'best', attempt, best });
  }

  #change(attempt: number, label: string, change: Partial<TryCall>): void {
    const call = this.#calls.get(keyOf(attempt, label));
    if (call !== undefined) this.#put({ ...call, ...change });
  }

  #put(call: TryCall): void {
    this.#calls.set(keyOf(call.attempt, call.label), call);
    this.#tell({ kind: 'call', call });
  }

  #tell(event: TryEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function newCall(attempt: number, label: string, role: string): TryCall {
  return {
    ...{ attempt, label, role, state: 'running', maxTokens: 0, completionTokens: null, seconds: null },
    ...{ isReplayed: false, message: null, notes: '', reasoningCharacters: 0, reasoning: '', answer: '' },
  };
}

function keyOf(attempt: number, label: string): string {
  return `${attempt} ${label}`;
}
