/**
 * Progress as plain lines, for logs: one line a step, with neither colours nor cursor movements. Stages whose
 * steps take a fraction of a second get a line every two seconds, and one for every validation and the last step.
 */
import type { StepFigures } from '../recipe/progress.ts';
import { policyStages, type StageId } from '../recipe/schema.ts';
import { TimeLeft } from '../recipe/time-left.ts';
import type { ProgressStream, ProgressView } from './progress-view.ts';
import { durationText, plainLine } from './text.ts';

const secondsBetweenLines = 2;
/** A step of reinforcement learning takes seconds and has a score to follow: every one is shown. */
const everyStep: ReadonlySet<StageId> = new Set<StageId>(policyStages);

export class LineProgress implements ProgressView {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  #timeLeft = new TimeLeft();
  #lastLine = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** `now` in seconds on a monotonic clock. */
  constructor(stream: ProgressStream, now: () => number = () => performance.now() / 1000) {
    this.#stream = stream;
    this.#now = now;
  }

  plan(stages: readonly StageId[], finished: ReadonlySet<StageId>): void {
    const names = stages.map((stage) => (finished.has(stage) ? `${stage} (done)` : stage));
    this.#line(`stages: ${names.join(', ')}`);
  }

  stageStarted(stage: StageId): void {
    this.#timeLeft = new TimeLeft();
    this.#lastLine = Number.NEGATIVE_INFINITY;
    this.#line(`${stage} started`);
  }

  step(stage: StageId, { step, steps, figures }: StepFigures): void {
    const time = this.#now();
    this.#timeLeft.step(step, steps, time);
    const isDue = time - this.#lastLine >= secondsBetweenLines;
    const isValidation = Object.keys(figures).some((name) => name.startsWith('val'));
    if (!isDue && !isValidation && step !== steps && !everyStep.has(stage)) return;
    this.#lastLine = time;
    const shown = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
    const left = step === steps ? undefined : this.#timeLeft.at(time);
    if (left !== undefined) shown.push(`left ${durationText(Math.round(left))}`);
    this.#line([`${stage} ${step}/${steps}`, ...shown].join('  '));
  }

  stageFinished(stage: StageId, seconds: number, summary: string): void {
    this.#line(`${stage} finished in ${durationText(seconds)}${summary === '' ? '' : `: ${summary}`}`);
  }

  remark(text: string): void {
    this.#line(text);
  }

  close(): void {
    this.#closed = true;
  }

  #line(text: string): void {
    if (!this.#closed) this.#stream.write(`${plainLine(text)}\n`);
  }
}
