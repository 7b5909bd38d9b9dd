/**
 * Runs a step that asks models about rows, and leaves its directory whole or as it was: the rows in their order, what
 * left with its reason, and the counts. Killed at any moment or stopped, the same call goes on. Memory does not grow with
 * the rows: answers wait in the journal until all are there.
 *
 * @example
 * const journal = await openJournal(out); // the journal lies in the directory of the step
 * const { record, failed } = await runAskStep(step, { input, out, journal, ...limits });
 */
import { addDollars } from '../../prove/ledger.ts';
import type { SpentSoFar } from '../../prove/within-budgets.ts';
import type { DataRow } from '../data-row.ts';
import { readDataRows, rowsPath, type StepRecord, StepWriter } from '../step-files.ts';
import { type AskedRows, type AskRun, answerOf, askRows } from './ask-rows.ts';
import type { AskStep, RowFate } from './ask-step.ts';

export interface AskStepRun extends AskRun {
  /** The step's directory. */
  readonly out: string;
  /** Largest share of rows that may be set aside because their calls failed; more of them, and the step is not done. */
  readonly mostFailed: number;
}

export interface AskStepOutcome {
  /** Undefined where rows are without an answer: the directory is as it was, but for the journal. */
  readonly record: StepRecord | undefined;
  readonly rows: number;
  /** Rows whose calls failed, or that no budget had room for. */
  readonly failed: number;
  readonly refused: number;
  /** Of this sitting and all before it. */
  readonly spent: SpentSoFar;
}

/** The code of rows that are set aside because their calls failed. */
export const callFailedReason = 'call-failed';

/** Throws what concerns all rows: a full disk, a wrong key, a bug, a bad line (before anything is spent). */
export async function runAskStep(step: AskStep, run: AskStepRun): Promise<AskStepOutcome> {
  const { input, stopping, onEvent } = run;
  let rows = 0;
  for await (const _ of readDataRows(input)) rows += 1;
  onEvent?.({ kind: 'rows', rows });
  let [failed, refused] = [0, 0];
  const { spent, endOf } = await askRows(step, {
    ...run,
    onEvent: (event) => {
      if (event.kind === 'failed') failed += 1;
      else if (event.kind === 'refused') refused += 1;
      onEvent?.(event);
    },
  });
  const isDone = !stopping.aborted && refused === 0 && failed <= run.mostFailed * rows;
  const record = isDone ? await writeStep(step, run, endOf) : undefined;
  return { record, rows, failed, refused, spent };
}

/** The fate of every row in its order, from the records. */
async function writeStep(step: AskStep, run: AskStepRun, endOf: AskedRows['endOf']): Promise<StepRecord> {
  const { input, out } = run;
  const figures = { asked: 0, promptTokens: 0, completionTokens: 0, dollars: 0 as number | null };
  const fateOf = async (row: DataRow): Promise<RowFate> => {
    const unasked = step.fateUnasked?.(row);
    if (unasked !== undefined) {
      step.onUnasked?.(row, unasked);
      return unasked;
    }
    const recorded = await answerOf(step, run, row);
    if (recorded === undefined) return fateOfUnanswered(endOf(row));
    const { answer, spent } = recorded;
    figures.asked += 1;
    figures.promptTokens += spent.promptTokens;
    figures.completionTokens += spent.completionTokens;
    figures.dollars =
      figures.dollars === null || spent.dollars === null ? null : addDollars(figures.dollars, spent.dollars);
    return answer.kind === 'aside' ? { ...answer, kind: 'drop' } : step.fateOf(row, answer.value);
  };
  const writer = await StepWriter.open(out);
  try {
    for await (const { item: row } of readDataRows(input)) {
      const fate = await fateOf(row);
      if (fate.kind === 'keep') await writer.keep(fate.row);
      else await writer.drop({ reason: fate.reason, detail: fate.detail, row });
    }
    return await writer.finish({
      step: step.name,
      settings: { ...step.asks, ...step.chooses, seed: run.seed },
      inputs: [rowsPath(input)],
      figures: { ...figures, ...(await step.figures?.()) },
    });
  } catch (error) {
    await writer.abandon();
    await step.abandon?.();
    throw error;
  }
}

function fateOfUnanswered(end: ReturnType<AskedRows['endOf']>): RowFate {
  if (end?.kind === 'aside') return { ...end, kind: 'drop' };
  const detail = end?.kind === 'failed' ? end.error.message : 'it was not asked about';
  return { kind: 'drop', reason: callFailedReason, detail };
}
