/**
 * Runs a scaffold on one problem: gives it durable calls within the budget, keeps the best proof so far, and leaves a
 * trace. PAY-ONCE and BUDGET-CAP are kept by what it is built of (durable-call.ts, ledger.ts). When a budget ends, the
 * calls in flight are awaited, and the best proof so far is the result; no scaffold knows of it.
 */
import type { Journal, Json } from '../journal/journal.ts';
import type { ChatModel, ChatRequest, Delta, Reply, SamplingSettings } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import type { Problem } from '../problems/problem.ts';
import {
  BudgetExhausted,
  type CallOptions,
  type Scaffold,
  type ScaffoldContext,
  type Turn,
} from '../scaffold/scaffold.ts';
import { Random, seedFrom } from '../stats/random.ts';
import type { Allowance } from './allowance.ts';
import { callDurably } from './durable-call.ts';
import type { FinishedAttempt } from './finished-record.ts';
import { type ProofWriter, proofWriter } from './proof-writer.ts';
import { type Trace, TraceRecorder } from './trace.ts';

/** Which model makes a call of a role. */
export interface Models {
  readonly main: ChatModel;
  readonly byRole: ReadonlyMap<string, ChatModel>;
}

/** Every model there is, the main one first. */
export function allModels<T>({
  main,
  byRole,
}: {
  readonly main: T;
  readonly byRole: ReadonlyMap<string, T>;
}): T[] {
  return [main, ...byRole.values()];
}

/** What happens while a proof is searched, for whoever watches. Nothing depends on it. */
export type ProveEvent =
  | {
      readonly kind: 'call-started';
      readonly label: string;
      readonly role: string;
      readonly model: string;
      readonly maxTokens: number;
    }
  | { readonly kind: 'delta'; readonly label: string; readonly delta: Delta | { readonly kind: 'restart' } }
  | {
      readonly kind: 'call-finished';
      readonly label: string;
      readonly role: string;
      readonly replayed: boolean;
      readonly completionTokens: number;
      readonly finish: Reply['finish'];
      readonly seconds: number;
    }
  | {
      readonly kind: 'call-failed';
      readonly label: string;
      readonly role: string;
      /** Refused by a budget, failed, or cut off because the work was stopped. */
      readonly reason: 'refused' | 'failed' | 'stopped';
      readonly message: string;
    }
  | { readonly kind: 'note'; readonly label: string; readonly facts: Readonly<Record<string, Json>> }
  | { readonly kind: 'kept'; readonly proof: string; readonly why: string };

export interface ProveRequest {
  readonly problem: Problem;
  readonly scaffold: Scaffold;
  readonly models: Models;
  /** Limits of a call of the scaffold's. */
  readonly maxTokens: number;
  readonly temperature: number;
  /** For calls whose request says nothing of its own. */
  readonly sampling?: SamplingSettings;
  readonly allowance: Allowance;
  readonly journal: Journal;
  /** Names the attempt within the run, for example `prove/3/0`. */
  readonly unit: string;
  readonly seed: number;
  /** Fires when the work is to stop; what is in flight is then cut off by the allowance's signal. */
  readonly stopping: AbortSignal;
  /**
   * How it ended, where it had finished before: it is gone through for its trace alone. Nothing is asked any more; a call
   * without a record failed when it was asked, and fails again.
   */
  readonly finished?: FinishedAttempt;
  readonly onEvent?: (event: ProveEvent) => void;
}

export interface ProveOutcome {
  /** `finished`: the scaffold's own choice; `budget`: the best when the budget ended; `stopped`: it can go on. */
  readonly status: 'finished' | 'budget' | 'stopped';
  readonly proof: string | undefined;
  /** Why this proof, or why there is none. */
  readonly why: string;
  /** What ended it before the scaffold did. */
  readonly ended: string | undefined;
  /** Whose budget that was, for example `this problem`. */
  readonly endedBy?: string | undefined;
  /** Which call wrote the proof, where one is found that did. */
  readonly writer: ProofWriter | undefined;
  readonly turns: readonly Turn[];
  readonly trace: Trace;
}

/** Thrown by calls that are not made because the work is to stop. */
class Stopping extends Error {
  override readonly name = 'AbortError';
}

/**
 * Throws what the scaffold or a model throws, after everything in flight has ended; what was paid for is then recorded,
 * and asking again goes on from there.
 */
export async function proveProblem(request: ProveRequest): Promise<ProveOutcome> {
  const { problem, scaffold, stopping, allowance } = request;
  const recorder = new TraceRecorder();
  const calls = new Calls(request, recorder);
  const context = contextFor(request, recorder, calls, '');
  let result: { readonly proof: string | undefined; readonly turns: readonly Turn[] } | undefined;
  let failure: { readonly error: unknown } | undefined;
  try {
    result = await scaffold(problem, context);
  } catch (error) {
    failure = { error };
    calls.end(error);
  }
  await calls.allEnded();
  const best = recorder.best();
  const trace = recorder.trace();
  const { finished } = request;
  if (finished !== undefined && (failure === undefined || failure.error instanceof ModelError))
    return { ...outcomeOf(finished, trace), turns: result?.turns ?? [] };
  if (result !== undefined) {
    const { turns } = result;
    const proof = result.proof?.trim() === '' ? undefined : result.proof;
    const why =
      proof === undefined
        ? recorder.best() === undefined
          ? 'no call gave a proof'
          : 'there were proofs, but the scaffold accepted none'
        : best?.proof === proof
          ? best.why
          : "the scaffold's choice";
    const writer = proofWriter(trace, proof);
    return { status: 'finished', proof, why, ended: undefined, writer, turns, trace };
  }
  const error = failure?.error;
  const refusal = error instanceof BudgetExhausted ? error : undefined;
  const isStop =
    stopping.aborted && (error instanceof Stopping || error === stopping.reason || allowance.signal.aborted);
  if (refusal === undefined && !isStop) throw error;
  const lasts = refusal !== undefined && allowance.isLasting(refusal) && !isStop;
  const ended = refusal?.message ?? 'it was stopped';
  return {
    status: lasts ? 'budget' : 'stopped',
    proof: best?.proof,
    why: best === undefined ? 'there was no proof yet' : `the best so far: ${best.why}`,
    ended,
    endedBy: refusal?.owner,
    writer: proofWriter(trace, best?.proof),
    turns: [],
    trace,
  };
}

/** The outcome of an attempt that has finished. */
export function outcomeOf(finished: FinishedAttempt, trace: Trace): ProveOutcome {
  return { ...finished, status: 'finished', ended: undefined, turns: [], trace };
}

function contextFor(
  request: ProveRequest,
  recorder: TraceRecorder,
  calls: Calls,
  prefix: string,
): ScaffoldContext {
  const { seed, unit, maxTokens, temperature, onEvent } = request;
  return {
    call: (label, call, options) => calls.make(`${prefix}${label}`, prefix, call, options),
    note: (label, facts) => {
      recorder.note({ label: `${prefix}${label}`, facts });
      onEvent?.({ kind: 'note', label: `${prefix}${label}`, facts });
    },
    keep: (proof, why) => {
      recorder.keep({ scope: prefix, proof, why });
      if (prefix === '') onEvent?.({ kind: 'kept', proof, why });
    },
    within: (name) => contextFor(request, recorder, calls, `${prefix}${name}/`),
    random: prefix === '' ? new Random(seed, unit) : new Random(seed, unit, prefix),
    maxTokens,
    temperature,
  };
}

/** The calls of one attempt. */
class Calls {
  readonly #request: ProveRequest;
  readonly #recorder: TraceRecorder;
  readonly #inFlight = new Set<Promise<unknown>>();
  /** Why no more calls are made: the scaffold has ended, or a budget has. */
  #ended: { readonly error: unknown } | undefined;

  constructor(request: ProveRequest, recorder: TraceRecorder) {
    this.#request = request;
    this.#recorder = recorder;
  }

  /** Calls that are not recorded fail with this from now on; recorded ones still answer, so that a replay is alike. */
  end(error: unknown): void {
    this.#ended ??= { error };
  }

  /** Resolves when nothing is in flight and nothing follows from what was. */
  async allEnded(): Promise<void> {
    do {
      await Promise.allSettled([...this.#inFlight]);
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#inFlight.size > 0);
  }

  make(
    label: string,
    prefix: string,
    call: Omit<ChatRequest, 'seed'>,
    options: CallOptions = {},
  ): Promise<Reply> {
    const promise = this.#make(label, prefix, call, options);
    this.#inFlight.add(promise);
    const done = (): void => {
      this.#inFlight.delete(promise);
    };
    promise.then(done, done);
    return promise;
  }

  async #make(
    label: string,
    prefix: string,
    call: Omit<ChatRequest, 'seed'>,
    { role = 'call', from = [] }: CallOptions,
  ): Promise<Reply> {
    const { models, unit, seed, sampling, stopping, onEvent, journal, allowance } = this.#request;
    const model = models.byRole.get(role) ?? models.main;
    const chosen = call.sampling ?? sampling;
    const shown = {
      label,
      role,
      from: from.map((name) => `${prefix}${name}`),
      model: model.name,
      messages: call.messages,
    };
    let order: number | undefined;
    try {
      const made = await callDurably({
        journal,
        allowance,
        unit,
        label,
        role,
        model,
        request: {
          ...call,
          seed: seedFrom(seed, unit, label),
          ...(chosen === undefined ? {} : { sampling: chosen }),
        },
        begin: () => {
          if (this.#ended !== undefined) throw this.#ended.error;
          if (this.#request.finished !== undefined) throw noReplyThen(label);
          if (stopping.aborted) throw new Stopping('stopped before it was made');
          order = this.#recorder.takeOrder();
          return order;
        },
        onStart: (maxTokens) =>
          onEvent?.({ kind: 'call-started', label, role, model: model.name, maxTokens }),
        onDelta: (delta) => onEvent?.({ kind: 'delta', label, delta }),
      });
      const { reply, dollars, seconds, maxTokens, replayed } = made;
      const { reasoning, answer, finish, usage } = reply;
      const outcome = {
        kind: 'reply',
        reasoning,
        answer,
        finish,
        usage,
        dollars,
        seconds,
        maxTokens,
      } as const;
      this.#recorder.add(made.order, { ...shown, outcome });
      const { completionTokens } = usage;
      onEvent?.({ kind: 'call-finished', label, role, replayed, completionTokens, finish, seconds });
      return reply;
    } catch (error) {
      if (error instanceof BudgetExhausted) this.end(error);
      const message = error instanceof Error ? error.message : String(error);
      const reason =
        error instanceof BudgetExhausted
          ? 'refused'
          : stopping.aborted || this.#ended !== undefined
            ? 'stopped'
            : 'failed';
      this.#recorder.add(order ?? this.#recorder.takeOrder(), {
        ...shown,
        outcome: { kind: reason, message },
      });
      onEvent?.({ kind: 'call-failed', label, role, reason, message });
      throw error;
    }
  }
}

function noReplyThen(label: string): ModelError {
  return new ModelError(`${label}: there was no reply when it was asked`, {
    kind: 'protocol',
    isRetryable: false,
  });
}
