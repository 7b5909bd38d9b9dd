/**
 * The trace of an attempt: every call with what it was for, what it read, what it said and what it cost, what the
 * scaffold noted about it, and what was kept as the best proof and why. Labels with slashes make it a tree. The order
 * of calls is recorded with them, so that a resumed attempt has the trace of an undisturbed one.
 */
import type { Json } from '../journal/journal.ts';
import type { Usage } from '../model/chat-model.ts';
import type { Message } from '../tokenizer/tokenizer.ts';

export interface TraceCall {
  readonly label: string;
  readonly role: string;
  /** Labels of the calls whose replies this one reads. */
  readonly from: readonly string[];
  readonly model: string;
  readonly messages: readonly Message[];
  readonly outcome:
    | {
        readonly kind: 'reply';
        readonly reasoning: string;
        readonly answer: string | undefined;
        readonly finish: 'stop' | 'length';
        readonly usage: Usage;
        /** Undefined where the model has no price. */
        readonly dollars: number | undefined;
        readonly seconds: number;
        /** The limit that it was given; below the wanted one where a budget was near its end. */
        readonly maxTokens: number;
      }
    | { readonly kind: 'refused' | 'failed' | 'stopped'; readonly message: string };
}

/** What a scaffold said of a call or of a choice. */
export interface TraceNote {
  readonly label: string;
  readonly facts: Readonly<Record<string, Json>>;
}

/** A proof that was the best so far, and why. */
export interface Kept {
  /** Prefix of the scaffold that kept it; empty for the outermost. */
  readonly scope: string;
  readonly proof: string;
  readonly why: string;
}

export interface Trace {
  /** In the order in which they were first made. */
  readonly calls: readonly TraceCall[];
  readonly notes: readonly TraceNote[];
  readonly kept: readonly Kept[];
}

/** Gathers a trace while an attempt runs. */
export class TraceRecorder {
  readonly #calls: { readonly order: number; readonly call: TraceCall }[] = [];
  readonly #notes: TraceNote[] = [];
  readonly #kept: Kept[] = [];
  #next = 0;

  /** A number for a call that is made now. */
  takeOrder(): number {
    this.#next += 1;
    return this.#next - 1;
  }

  /** `order` is the call's own where it was recorded earlier. */
  add(order: number, call: TraceCall): void {
    this.#next = Math.max(this.#next, order + 1);
    this.#calls.push({ order, call });
  }

  note(note: TraceNote): void {
    this.#notes.push(note);
  }

  keep(kept: Kept): void {
    this.#kept.push(kept);
  }

  /** The best proof of the outermost scaffold. */
  best(): Kept | undefined {
    return this.#kept.findLast(({ scope }) => scope === '');
  }

  trace(): Trace {
    const calls = this.#calls.toSorted((a, b) => a.order - b.order || (a.call.label < b.call.label ? -1 : 1));
    return { calls: calls.map(({ call }) => call), notes: [...this.#notes], kept: [...this.#kept] };
  }
}
