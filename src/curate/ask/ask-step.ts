/**
 * A step of curation that asks models about each row. A step says what it shows of a row, how it asks, and what becomes
 * of the row; `runAskStep` does everything else: order, budgets, records, going on after a kill.
 */
import type { GradeContext } from '../../grade/grade.ts';
import type { Journal, Json } from '../../journal/journal.ts';
import type { ChatModel, ChatRequest, Reply } from '../../model/chat-model.ts';
import type { Allowance } from '../../prove/allowance.ts';
import type { DataRow } from '../data-row.ts';
import type { RecordedAnswer, RowAnswer } from './row-answers.ts';

export interface AskStep {
  /** As in step.json; names calls and records too. */
  readonly name: string;
  readonly models: readonly ChatModel[];
  /** All that answers depend on beside their rows: names of models, versions of prompts, limits, the seed. */
  readonly asks: Readonly<Record<string, Json>>;
  /** What else rows depend on. It may change without anything being asked again. */
  readonly chooses?: Readonly<Record<string, Json>>;
  /** What of a row is asked about. Rows with equal ids and material share an answer. */
  materialOf(row: DataRow): Json;
  /** The fate of a row that need not be asked about; undefined for one that is asked about. */
  fateUnasked?(row: DataRow): RowFate | undefined;
  /**
   * Asks. A ModelError that it throws leaves the row failed, to be asked about next time, unless every further row would
   * meet the same; then everything ends.
   */
  ask(row: DataRow, context: AskContext): Promise<RowAnswer>;
  /** What becomes of a row with this answer. Called in the order of the rows, for every row that has one. */
  fateOf(row: DataRow, answer: Json): RowFate | Promise<RowFate>;
  /** Told of the rows that were not asked about, in the same order. */
  onUnasked?(row: DataRow, fate: RowFate): void;
  /** Figures for step.json; called after the last row has its fate. A step with files of its own makes them whole here. */
  figures?(): Readonly<Record<string, Json>> | Promise<Readonly<Record<string, Json>>>;
  /** Called in place of `figures` where the rows could not be written: files of the step's own are discarded. */
  abandon?(): Promise<void>;
}

export type RowFate =
  | { readonly kind: 'keep'; readonly row: DataRow }
  | { readonly kind: 'drop'; readonly reason: string; readonly detail: string };

/** What a row is asked about with. It is also the context of a grading: `askJudge` and judges take it as it is. */
export interface AskContext extends GradeContext {
  /** Names the row's calls in the journal. */
  readonly unit: string;
  /** From the seed of the step and the row. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Durable and within the budgets; `label` is used once a row. Throws BudgetExhausted, an AbortError or a ModelError. */
  readonly call: (label: string, model: ChatModel, request: ChatRequest) => Promise<Reply>;
  /** Throws the error of the last call that failed; for steps whose reader of replies swallowed it. */
  readonly throwIfFailed: () => void;
  /** For calls that are made elsewhere, as in `gradeOnce`. They are not in the row's RowSpend. */
  readonly journal: Journal;
  readonly allowance: Allowance;
  readonly stopping: AbortSignal;
}

export type AskEvent =
  /** The rows have been counted. */
  | { readonly kind: 'rows'; readonly rows: number }
  | ({ readonly line: number; readonly id: string } & (
      | ({ readonly kind: 'answered'; readonly replayed: boolean } & RecordedAnswer)
      | { readonly kind: 'unasked' }
      | { readonly kind: 'failed'; readonly error: Error }
      /** A budget has no room for it. */
      | { readonly kind: 'refused'; readonly message: string }
    ));
