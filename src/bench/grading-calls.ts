/**
 * The model calls of one grading: durable (PAY-ONCE), within the budget of what is graded (BUDGET-CAP), and added up.
 */
import type { Journal } from '../journal/journal.ts';
import type { ChatModel, ChatRequest, Reply } from '../model/chat-model.ts';
import type { Allowance } from '../prove/allowance.ts';
import { callDurably } from '../prove/durable-call.ts';
import { addDollars } from '../prove/ledger.ts';
import { BudgetExhausted } from '../scaffold/scaffold.ts';

export interface GradingCallsOptions {
  readonly journal: Journal;
  readonly allowance: Allowance;
  /** Names the grading within the run. */
  readonly unit: string;
  readonly stopping: AbortSignal;
  /** What the calls are for, in measured sizes (default: judge). */
  readonly role?: string;
  /** As in callDurably. */
  readonly mayShorten?: boolean;
}

export class GradingCalls {
  readonly #options: GradingCallsOptions;
  #order = 0;
  /** Why a call was not made or cut off, where that is no fault of its model. */
  #stopped: { readonly error: unknown } | undefined;
  #failed: { readonly error: unknown } | undefined;
  #promptTokens = 0;
  #completionTokens = 0;
  #dollars: number | null = 0;
  #seconds = 0;

  constructor(options: GradingCallsOptions) {
    this.#options = options;
  }

  /** Throws BudgetExhausted, an AbortError, or the model's error. `label` is used once within the grading. */
  async make(label: string, model: ChatModel, request: ChatRequest): Promise<Reply> {
    const { journal, allowance, unit, stopping, role = 'judge', mayShorten = true } = this.#options;
    try {
      const made = await callDurably({
        ...{ journal, allowance, unit, label, role, model, request, mayShorten },
        begin: () => {
          stopping.throwIfAborted();
          this.#order += 1;
          return this.#order - 1;
        },
      });
      this.#promptTokens += made.reply.usage.promptTokens;
      this.#completionTokens += made.reply.usage.completionTokens;
      this.#dollars =
        made.dollars === undefined || this.#dollars === null ? null : addDollars(this.#dollars, made.dollars);
      this.#seconds += made.seconds;
      return made.reply;
    } catch (error) {
      if (allowance.signal.aborted || stopping.aborted || error instanceof BudgetExhausted)
        this.#stopped ??= { error };
      else this.#failed = { error };
      throw error;
    }
  }

  /** A judge may take a call that was stopped for one that failed; whoever records the grade must not. */
  throwIfStopped(): void {
    if (this.#stopped !== undefined) throw this.#stopped.error;
  }

  /** Throws the error of the last call that failed, where one has. */
  throwIfFailed(): void {
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  get spent(): {
    readonly promptTokens: number;
    readonly completionTokens: number;
    readonly dollars: number | null;
    readonly seconds: number;
  } {
    return {
      promptTokens: this.#promptTokens,
      completionTokens: this.#completionTokens,
      dollars: this.#dollars,
      seconds: this.#seconds,
    };
  }
}
