/**
 * Progress on a terminal: the list of stages with a bar, the figures and the time left of the running one, redrawn
 * in place (live-frame.ts). Remarks stay above the frame.
 */
import type { StepFigures } from '../recipe/progress.ts';
import type { StageId } from '../recipe/schema.ts';
import { TimeLeft } from '../recipe/time-left.ts';
import { everyInterval, LiveFrame, lineWidth } from './live-frame.ts';
import type { ProgressStream, ProgressView } from './progress-view.ts';
import { displayWidth, durationText, plainLine, type Span } from './text.ts';

interface StageState {
  readonly id: StageId;
  readonly status: 'waiting' | 'running' | 'finished';
  /** What stands beside a finished stage. */
  readonly note: string;
}

export interface LiveOptions {
  readonly color: boolean;
  /** Seconds on a monotonic clock. */
  readonly now?: () => number;
  /** Calls back again and again until the function that it returns is called. */
  readonly every?: (milliseconds: number, callback: () => void) => () => void;
}

const frameMilliseconds = 100;
const widestBar = 30;
const narrowestBar = 5;

export class LiveProgress implements ProgressView {
  readonly #screen: LiveFrame;
  readonly #now: () => number;
  readonly #stopTicking: () => void;
  #stages: StageState[] = [];
  #figures: StepFigures | undefined;
  #timeLeft = new TimeLeft();
  #stageBegan = 0;
  #closed = false;

  constructor(stream: ProgressStream, options: LiveOptions) {
    this.#screen = new LiveFrame(stream, options.color);
    this.#now = options.now ?? (() => performance.now() / 1000);
    this.#stopTicking = (options.every ?? everyInterval)(frameMilliseconds, () => this.#draw());
  }

  plan(stages: readonly StageId[], finished: ReadonlySet<StageId>): void {
    this.#stages = stages.map((id) => ({
      id,
      status: finished.has(id) ? 'finished' : 'waiting',
      note: finished.has(id) ? 'done before' : '',
    }));
    this.#draw();
  }

  stageStarted(stage: StageId): void {
    this.#figures = undefined;
    this.#timeLeft = new TimeLeft();
    this.#stageBegan = this.#now();
    this.#change({ id: stage, status: 'running', note: '' });
  }

  step(_stage: StageId, figures: StepFigures): void {
    this.#figures = figures;
    this.#timeLeft.step(figures.step, figures.steps, this.#now());
  }

  stageFinished(stage: StageId, seconds: number, summary: string): void {
    const note = [durationText(seconds), plainLine(summary)].filter((part) => part !== '').join('  ');
    this.#change({ id: stage, status: 'finished', note });
  }

  remark(text: string): void {
    this.#draw(plainLine(text));
  }

  close(): void {
    this.#draw();
    this.#closed = true;
    this.#stopTicking();
  }

  #change(state: StageState): void {
    this.#stages = this.#stages.some(({ id }) => id === state.id)
      ? this.#stages.map((stage) => (stage.id === state.id ? state : stage))
      : [...this.#stages, state];
    this.#draw();
  }

  #draw(remark?: string): void {
    if (!this.#closed) this.#screen.draw(this.#frame(this.#screen.width), remark);
  }

  #frame(width: number): Span[][] {
    const nameWidth = Math.max(0, ...this.#stages.map(({ id }) => id.length)) + 2;
    const blocks = this.#stages.map((stage) => this.#stageLines(stage, nameWidth, width));
    const all = blocks.flat();
    if (all.length < this.#screen.rows) return all;
    // A window of a few lines: only what is running.
    return blocks.filter((_, i) => this.#stages[i]?.status === 'running').flat();
  }

  #stageLines({ id, status, note }: StageState, nameWidth: number, width: number): Span[][] {
    const name = id.padEnd(nameWidth);
    if (status === 'waiting') return [[{ text: `· ${name}`, style: 'dim' }]];
    if (status === 'finished') return [[{ text: '✓ ', style: 'green' }, { text: name }, { text: note }]];
    const figures = this.#figures;
    const time = this.#now();
    const head: Span[] = [
      { text: '▸ ', style: 'cyan' },
      { text: name, style: 'bold' },
    ];
    if (figures === undefined)
      return [[...head, { text: durationText(Math.floor(time - this.#stageBegan)) }]];
    const left = this.#timeLeft.at(time);
    const count = `${figures.step}/${figures.steps}`;
    const tail = left === undefined ? count : `${count}  ${durationText(Math.round(left))} left`;
    const room = width - lineWidth(head) - displayWidth(tail) - 2;
    const shown = Object.entries(figures.figures).map(([key, value]) => `${key} ${value}`);
    const second: Span = { text: plainLine(shown.join('  ')), style: 'dim' };
    return [
      [...head, ...bar(figures.step / Math.max(figures.steps, 1), Math.min(widestBar, room)), { text: tail }],
      ...(shown.length === 0 ? [] : [[{ text: ' '.repeat(Math.min(nameWidth + 2, 12)) }, second]]),
    ];
  }
}

/** A bar of `width` columns and a gap; nothing when there is no room for one. */
function bar(share: number, width: number): Span[] {
  if (width < narrowestBar) return [];
  const full = Math.round(Math.min(Math.max(share, 0), 1) * width);
  return [
    { text: '━'.repeat(full), style: 'cyan' },
    { text: '─'.repeat(width - full), style: 'dim' },
    { text: '  ' },
  ];
}
