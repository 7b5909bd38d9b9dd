/**
 * The scaffold seam: a plain async function from a problem to a proof. The context gives a durable model call,
 * a seeded random source, the limits, and a trace; no scaffold contains code about files, retries, resuming or
 * budgets. When a budget ends, `call` throws BudgetExhausted, which a scaffold lets through: what it last gave to
 * `keep` is then the result.
 */
import type { Json } from '../journal/journal.ts';
import type { ChatRequest, Reply } from '../model/chat-model.ts';
import type { Problem } from '../problems/problem.ts';
import type { Random } from '../stats/random.ts';

export interface ScaffoldContext {
  /** A durable model call. `label` names the call within this problem and attempt; a label is used once. */
  call(label: string, request: Omit<ChatRequest, 'seed'>, options?: CallOptions): Promise<Reply>;
  /** Says something about a call, or about a choice between calls, for the trace and the person who reads it. */
  note(label: string, facts: Readonly<Record<string, Json>>): void;
  /** The best proof so far, and why it is. The last one given is the result when a budget ends. */
  keep(proof: string, why: string): void;
  /** A context for a scaffold inside this one: labels get the prefix `name/`, and its `keep` is its own. */
  within(name: string): ScaffoldContext;
  /** Depends on run, problem and attempt, and for `within` on the name; never on timing. */
  readonly random: Random;
  readonly maxTokens: number;
  readonly temperature: number;
}

export interface CallOptions {
  /**
   * What the call is for: `solve`, `summarise`, `improve`, `verify`, `decide`, `correct`, `score`, `consolidate`,
   * `compare`, `merge` or `refine`. The trace speaks of it so, and whoever makes contexts may give a role a model of
   * its own (a verifier, a summariser).
   */
  readonly role?: string;
  /** Labels of the calls whose replies this one reads, or the names of scaffolds within this one that wrote them. */
  readonly from?: readonly string[];
}

/** A call that a budget does not allow. Let it through. */
export class BudgetExhausted extends Error {
  /** Whose budget it is, for example `this problem`, where that is known. */
  readonly owner: string | undefined;

  constructor(message: string, owner?: string) {
    super(message);
    this.owner = owner;
    this.name = 'BudgetExhausted';
  }
}

/** One turn's outcome, so that a score by turn can be drawn. */
export interface Turn {
  /** The best answer after this turn (last good one kept); undefined when there is none yet. */
  readonly proof: string | undefined;
  /** Tokens spent up to and including this turn. */
  readonly tokens: number;
  /** True when this turn's reply was cut at the token limit, in its reasoning or in its answer. */
  readonly overflowed: boolean;
}

export interface ScaffoldResult {
  readonly proof: string | undefined;
  /** True where it is known that the proof itself was cut at the token limit. */
  readonly isCut?: boolean;
  readonly turns: readonly Turn[];
}

export type Scaffold = (problem: Problem, context: ScaffoldContext) => Promise<ScaffoldResult>;
