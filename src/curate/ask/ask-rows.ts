/**
 * Asks about every row of a file that has no answer on record, N rows at once, within budgets. PAY-ONCE: an answer is on
 * disk before its row counts as answered, and the calls of a row that was cut off are on record by themselves. Rows are
 * read as they are needed.
 */

import { GradingCalls } from '../../bench/grading-calls.ts';
import { endOf } from '../../bench/run-bench.ts';
import type { Journal } from '../../journal/journal.ts';
import { ModelError } from '../../model/model-error.ts';
import type { Allowance } from '../../prove/allowance.ts';
import { assertPriced } from '../../prove/price-check.ts';
import {
  type Budgets,
  type SpendMeter,
  type SpentSoFar,
  workWithinBudgets,
} from '../../prove/within-budgets.ts';
import { seedFrom } from '../../stats/random.ts';
import type { DataRow } from '../data-row.ts';
import { readDataRows } from '../step-files.ts';
import type { AskContext, AskEvent, AskStep } from './ask-step.ts';
import { answerKey, findAnswer, type RecordedAnswer, recordAnswer, unitOf } from './row-answers.ts';

export interface AskRun {
  /** A file of rows or a step's directory. */
  readonly input: string;
  readonly journal: Journal;
  /** `problem` caps nothing here: rows have no budgets of their own. */
  readonly budgets: Budgets;
  /** Rows that are asked about at once. */
  readonly parallel: number;
  readonly seed: number;
  /** No row begins after it; what is in flight has `graceSeconds` to end. */
  readonly stopping: AbortSignal;
  readonly graceSeconds: number;
  readonly onEvent?: ((event: AskEvent) => void) | undefined;
  readonly onMeter?: ((meter: SpendMeter) => void) | undefined;
}

interface NumberedRow {
  readonly line: number;
  readonly row: DataRow;
}

/** What a row without an answer on record came to in this sitting. */
export type RowEnd =
  | NonNullable<ReturnType<typeof endOf>>
  /** It does not fit into the model's context. Not on record: another context may have room for it. */
  | { readonly kind: 'aside'; readonly reason: 'too-long'; readonly detail: string };

export interface AskedRows {
  readonly spent: SpentSoFar;
  readonly endOf: (row: DataRow) => RowEnd | undefined;
}

/** Throws what concerns all rows: a full disk, a wrong key, a bug, a bad line. */
export async function askRows(step: AskStep, run: AskRun): Promise<AskedRows> {
  const { budgets, journal, stopping, graceSeconds, parallel, onMeter } = run;
  assertPriced(step.models, budgets);
  const questions = new Questions(step, run);
  const { spent } = await workWithinBudgets<NumberedRow>({
    // Only the budget of the run is anyone's.
    problems: 1,
    problemOf: () => 0,
    pieces: toBeAsked(step, run, questions),
    ...{ parallel, budgets, journal, stopping, graceSeconds, onMeter },
    work: async (piece, { shared }) => await questions.ask(piece, shared),
  });
  return { spent, endOf: (row) => questions.endOf(row) };
}

/** The answer on record for a row. */
export async function answerOf(
  step: AskStep,
  run: Pick<AskRun, 'journal' | 'seed'>,
  row: DataRow,
): Promise<RecordedAnswer | undefined> {
  return await findAnswer(run.journal, questionOf(step, run, row).key);
}

function questionOf(step: AskStep, { seed }: Pick<AskRun, 'seed'>, row: DataRow): Question {
  const unit = unitOf(step.name, row, step.materialOf(row));
  return { unit, key: answerKey(unit, { ...step.asks, seed }) };
}

interface Question {
  readonly unit: string;
  /** Of its answer. */
  readonly key: string;
}

async function* toBeAsked(step: AskStep, run: AskRun, questions: Questions): AsyncGenerator<NumberedRow> {
  const { input, onEvent } = run;
  for await (const { line, item: row } of readDataRows(input)) {
    if (questions.isRefused) return;
    const here = { line, id: row.id };
    if (step.fateUnasked?.(row) !== undefined) {
      onEvent?.({ kind: 'unasked', ...here });
      continue;
    }
    const recorded = await answerOf(step, run, row);
    if (recorded === undefined) yield { line, row };
    else onEvent?.({ kind: 'answered', ...here, replayed: true, ...recorded });
  }
}

/** Rows that stand in the file twice are one question. */
class Questions {
  readonly #step: AskStep;
  readonly #run: AskRun;
  readonly #inFlight = new Map<string, Promise<void>>();
  /** What questions of this sitting came to that have no answer on record. */
  readonly #ends = new Map<string, RowEnd>();
  #isRefused = false;

  constructor(step: AskStep, run: AskRun) {
    this.#step = step;
    this.#run = run;
  }

  endOf(row: DataRow): RowEnd | undefined {
    return this.#ends.get(questionOf(this.#step, this.#run, row).key);
  }

  /** A budget had no room for a row. Then none begins any more; what is in flight may end. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** One after the other where it is the same question. */
  async ask(piece: NumberedRow, allowance: Allowance): Promise<void> {
    const question = questionOf(this.#step, this.#run, piece.row);
    const before = this.#inFlight.get(question.key) ?? Promise.resolve();
    const asking = before.then(() => this.#askUnlessKnown(piece, question, allowance));
    // Whoever waits for it hears of a fault through the work as a whole.
    const settled = asking.catch(() => undefined);
    this.#inFlight.set(question.key, settled);
    await asking.finally(() => {
      if (this.#inFlight.get(question.key) === settled) this.#inFlight.delete(question.key);
    });
  }

  async #askUnlessKnown({ line, row }: NumberedRow, question: Question, allowance: Allowance): Promise<void> {
    const { onEvent, stopping, journal } = this.#run;
    const here = { line, id: row.id };
    const recorded = await findAnswer(journal, question.key);
    if (recorded !== undefined) {
      onEvent?.({ kind: 'answered', ...here, replayed: true, ...recorded });
      return;
    }
    if (!this.#ends.has(question.key)) {
      if (stopping.aborted || this.#isRefused) return;
      await this.#askOnce(here, row, question, allowance);
    }
    const end = this.#ends.get(question.key);
    if (end?.kind === 'aside')
      onEvent?.({ kind: 'answered', ...here, replayed: false, answer: end, spent: nothingSpent });
    else if (end !== undefined) onEvent?.({ ...end, ...here });
  }

  /** Records the answer, or keeps the end that it came to instead. */
  async #askOnce(
    here: { readonly line: number; readonly id: string },
    row: DataRow,
    { unit, key }: Question,
    allowance: Allowance,
  ): Promise<void> {
    const { onEvent, stopping, journal, seed } = this.#run;
    // What a row is told by must not depend on what was left of a budget when its turn came.
    const calls = new GradingCalls({
      ...{ journal, allowance, unit, stopping, role: this.#step.name, mayShorten: false },
    });
    const context: AskContext = {
      ...{ unit, journal, allowance, stopping },
      seed: seedFrom(seed, unit),
      signal: allowance.signal,
      call: (label, model, request) => calls.make(label, model, request),
      throwIfFailed: () => calls.throwIfFailed(),
    };
    try {
      const answer = await this.#step.ask(row, context);
      // What was cut off says nothing of the row.
      calls.throwIfStopped();
      const { promptTokens, completionTokens, dollars } = calls.spent;
      const recorded = { answer, spent: { promptTokens, completionTokens, dollars } };
      await recordAnswer(journal, key, recorded);
      onEvent?.({ kind: 'answered', ...here, replayed: false, ...recorded });
    } catch (error) {
      const isTooLong = error instanceof ModelError && error.kind === 'context-length';
      const end: RowEnd | undefined = isTooLong
        ? { kind: 'aside', reason: 'too-long', detail: error.message }
        : endOf(error, stopping);
      if (end !== undefined) this.#ends.set(key, end);
      if (end?.kind === 'refused') this.#isRefused = true;
    }
  }
}

const nothingSpent = { promptTokens: 0, completionTokens: 0, dollars: 0 };
