/**
 * What a person sees of a sweep: which arm is under way, what it took over from others, and the view of its run; of several
 * at once, their lines with the arm's name.
 */
import type { Arm } from '../recipe/sweep/arms.ts';
import type { ArmOutcome, SweepView } from '../recipe/sweep/run-sweep.ts';
import { LineProgress } from './progress-lines.ts';
import { type ProgressStream, type ProgressView, progressView } from './progress-view.ts';

export interface TerminalSweepView extends SweepView {
  /** A line beside the arms under way. */
  remark(text: string): void;
}

export function sweepView(
  arms: readonly Arm[],
  options: {
    readonly parallel: number;
    readonly stream: ProgressStream;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): TerminalSweepView {
  const { parallel, stream, environment } = options;
  const open = new Set<ProgressView>();
  const remark = (text: string): void => {
    const [first] = open;
    if (first === undefined) stream.write(`${text}\n`);
    else first.remark(text);
  };
  return {
    remark,
    begins(arm, reused) {
      const view =
        parallel === 1
          ? progressView(stream, environment)
          : new LineProgress({ write: (text) => stream.write(`${arm.name}: ${text}`) });
      open.add(view);
      view.remark(`arm ${arms.indexOf(arm) + 1} of ${arms.length}: ${arm.name}`);
      if (reused.length > 0) view.remark(`taken over: ${reused.join(', ')}`);
      return {
        plan: (...all) => view.plan(...all),
        stageStarted: (...all) => view.stageStarted(...all),
        step: (...all) => view.step(...all),
        stageFinished: (...all) => view.stageFinished(...all),
        remark: (text) => view.remark(text),
        close: () => {
          open.delete(view);
          view.close();
        },
      };
    },
    ended(arm, outcome) {
      const text = endings(outcome);
      if (text !== undefined) remark(`${arm.name}: ${text}`);
    },
  };
}

function endings(outcome: ArmOutcome): string | undefined {
  switch (outcome.kind) {
    case 'finished':
      return 'finished';
    case 'known':
      return 'finished before';
    case 'failed':
      return `failed: ${outcome.error.message}`;
    case 'stopped':
      return undefined;
  }
}
