/**
 * The working part of the steps of `qed data` that ask models about rows: opens journal and models, shows progress on
 * standard error, goes on where it was, closes everything, and prints what came of it. `ask-of-model.ts` is the short way for
 * a step that asks one model.
 */
import type { AskEvent, AskStep } from '../curate/ask/ask-step.ts';
import { runAskStep } from '../curate/ask/run-ask-step.ts';
import { rowsPath, type StepRecord } from '../curate/step-files.ts';
import { openJournal } from '../journal/open-journal.ts';
import { shownPath } from '../recipe/shown-path.ts';
import type { AskSettings } from './ask-options.ts';
import { interruptedExitCode, watchInterruption } from './interruption.ts';
import type { Remarks } from './open-models.ts';
import { told } from './prove-setup.ts';
import { spendLine } from './prove-view.ts';
import { commandToContinue } from './run.ts';
import { stepTable } from './step-table.ts';
import { plainLine } from './text.ts';
import { withWayOn } from './way-on.ts';
import { type WorkView, workView } from './work-view.ts';

export interface AskCommand extends AskSettings {
  readonly input: string;
  /** Absolute. */
  readonly out: string;
  readonly json: boolean;
  readonly isPriced: boolean;
  /** What a person should know before it begins. */
  readonly remarks: readonly string[];
  /** Opens the models. Throws a UserError. */
  open(view: Remarks): Promise<{ readonly step: AskStep; close(): Promise<void> }>;
  /** Lines after the table. */
  summary?(record: StepRecord): readonly string[];
}

const graceSeconds = 3;

/** Returns the exit code. */
export async function runAsk(command: AskCommand): Promise<number> {
  const { input, out, budgets, isPriced } = command;
  await told(() => rowsPath(input), ['Error']);
  const view = workView(process.stderr, process.env, {
    words: ['rows', 'set aside', 'not asked', 'failed'],
    ...{ budgets, isPriced },
  });
  const interruption = watchInterruption({
    onFirst: () =>
      view.remark('stopping; Ctrl-C again stops at once. Either way the same command goes on from there.'),
  });
  const open: { close(): Promise<void> }[] = [];
  try {
    for (const remark of command.remarks) view.remark(remark);
    const journal = await openJournal(out, { onWarning: (message) => view.remark(message) });
    open.push(journal);
    const opened = await command.open(view);
    open.push(opened);
    const { parallel, seed, mostFailed } = command;
    const outcome = await withWayOn(
      out,
      runAskStep(opened.step, {
        ...{ input, out, journal, budgets, parallel, seed, mostFailed, graceSeconds },
        stopping: interruption.signal,
        onEvent: (event) => show(view, event),
        onMeter: (meter) => view.meter(meter),
      }),
    );
    view.close();
    const { record, rows, failed, refused, spent } = outcome;
    const isStopped = interruption.signal.aborted;
    if (command.json) {
      const result = { out, stopped: isStopped, spent, rows, failed, refused, step: record ?? null };
      process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    } else if (record !== undefined) {
      process.stdout.write(`${[stepTable(record), ...(command.summary?.(record) ?? [])].join('\n')}\n`);
    }
    const unfinished =
      failed > 0 ? [`${failed} of ${rows} rows failed; --max-failed sets so many aside`] : [];
    const lines = [
      `spent: ${spendLine(spent, { budgets, isPriced })}`,
      ...(record === undefined
        ? [
            ...unfinished,
            `${shownPath(out)} is not finished; to go on: ${commandToContinue(process.argv.slice(2), process.env)}`,
          ]
        : [`rows: ${shownPath(out)}`]),
    ];
    process.stderr.write(`${lines.map(plainLine).join('\n')}\n`);
    if (record !== undefined) return 0;
    return isStopped ? interruptedExitCode : 1;
  } finally {
    interruption.dispose();
    view.close();
    for (const thing of open.toReversed()) await thing.close();
  }
}

type Word = 'rows' | 'set aside' | 'not asked' | 'failed';

function show(view: WorkView<Word>, event: AskEvent): void {
  if (event.kind === 'rows') {
    view.total(event.rows);
    return;
  }
  const place = `line ${event.line}, ${event.id}`;
  if (event.kind === 'unasked') view.count('not asked');
  else if (event.kind === 'failed') view.count('failed', `${place}  ${event.error.message}`, 'loud');
  else if (event.kind === 'refused') view.count('failed', `${place}  ${event.message}`, 'loud');
  else if (event.answer.kind === 'aside')
    view.count('set aside', `${place}  ${event.answer.reason}: ${event.answer.detail}`);
  else view.count('rows', event.replayed ? undefined : `${place}  answered`);
}
