/**
 * What a person sees of a running benchmark: on a terminal how far attempts and gradings are, the mean so far, tokens a
 * second and spend against budget, redrawn in place; elsewhere a line for each attempt. Nothing depends on it.
 */
import type { BenchEvent } from '../bench/run-bench.ts';
import type { Budgets, SpendMeter } from '../prove/within-budgets.ts';
import { TimeLeft } from '../recipe/time-left.ts';
import { everyInterval, LiveFrame } from './live-frame.ts';
import { isColorWanted, type ProgressStream } from './progress-view.ts';
import { spendLine } from './prove-view.ts';
import { durationText, plainLine, type Span } from './text.ts';

export interface BenchViewOptions {
  /** Ids of the problems. */
  readonly problems: readonly string[];
  readonly runs: number;
  /** Attempts, and graded attempts, that were there before. */
  readonly before: { readonly attempts: number; readonly grades: number };
  readonly hasJudge: boolean;
  /** Points that are full marks. */
  readonly fullMarks: number;
  readonly budgets: Budgets;
  readonly isPriced: boolean;
}

export interface BenchView {
  meter(meter: SpendMeter): void;
  event(event: BenchEvent): void;
  remark(text: string): void;
  close(): void;
}

const frameMilliseconds = 150;
/** Seconds over which the rate is taken. */
const rateWindow = 5;
const charactersPerToken = 3.5;

export function benchView(
  stream: ProgressStream,
  environment: Readonly<Record<string, string | undefined>>,
  options: BenchViewOptions,
): BenchView {
  const isTerminal = stream.isTTY === true && environment.TERM !== 'dumb';
  return new Bench(stream, options, isTerminal ? isColorWanted(environment) : undefined);
}

class Bench implements BenchView {
  readonly #stream: ProgressStream;
  readonly #options: BenchViewOptions;
  readonly #screen: LiveFrame | undefined;
  readonly #stopTicking: () => void;
  readonly #timeLeft = new TimeLeft();
  readonly #running = new Map<string, string>();
  #meter: SpendMeter | undefined;
  #attempts: number;
  #grades: number;
  #ungraded = 0;
  #failed = 0;
  #refused = 0;
  #points = 0;
  #scored = 0;
  #recent: { readonly at: number; readonly characters: number }[] = [];
  #closed = false;

  /** `color` is undefined where the stream is no terminal. */
  constructor(stream: ProgressStream, options: BenchViewOptions, color: boolean | undefined) {
    this.#stream = stream;
    this.#options = options;
    this.#attempts = options.before.attempts;
    this.#grades = options.before.grades;
    this.#screen = color === undefined ? undefined : new LiveFrame(stream, color);
    this.#stopTicking =
      this.#screen === undefined ? () => undefined : everyInterval(frameMilliseconds, () => this.#draw());
  }

  meter(meter: SpendMeter): void {
    this.#meter = meter;
  }

  event(event: BenchEvent): void {
    const place = this.#placeOf(event);
    switch (event.kind) {
      case 'proving':
        this.#follow(place, event);
        break;
      case 'attempt':
        this.#running.delete(place);
        if (event.replayed) break;
        this.#attempts += 1;
        if (!this.#options.hasJudge || event.row.digest === null) break;
        this.#running.set(place, 'judge');
        break;
      case 'grade': {
        this.#running.delete(place);
        const { row, detail } = event;
        if (row.points === null) {
          this.#ungraded += 1;
          this.remark(`${place}  ungraded (${row.cause}): ${detail ?? ''}`);
          break;
        }
        this.#grades += 1;
        this.#points += row.points;
        this.#scored += 1;
        if (this.#screen === undefined) this.remark(`${place}  ${row.points}/${this.#options.fullMarks}`);
        break;
      }
      case 'failed':
        this.#running.delete(place);
        this.#failed += 1;
        this.remark(`${place}  ${event.what} failed: ${event.error.message}`);
        break;
      case 'refused':
        this.#running.delete(place);
        // The first says it; the others are counted.
        if (this.#refused === 0) this.remark(`${place}  ${event.what} not made: ${event.message}`);
        this.#refused += 1;
    }
  }

  remark(text: string): void {
    if (this.#closed) return;
    if (this.#screen === undefined) this.#stream.write(`${plainLine(text)}\n`);
    else this.#draw(plainLine(text));
  }

  close(): void {
    this.#running.clear();
    this.#draw();
    this.#closed = true;
    this.#stopTicking();
  }

  #follow(place: string, { event }: Extract<BenchEvent, { readonly kind: 'proving' }>): void {
    if (event.kind === 'call-started') this.#running.set(place, event.role);
    if (event.kind === 'delta' && event.delta.kind !== 'restart')
      this.#recent.push({ at: performance.now(), characters: event.delta.text.length });
    if (event.kind === 'call-failed' && event.reason === 'failed')
      this.remark(`${place}  ${event.label}: ${event.message}`);
  }

  #placeOf({ problem, run }: { readonly problem: number; readonly run: number }): string {
    const id = plainLine(this.#options.problems[problem] ?? '');
    return this.#options.runs > 1 ? `${id} #${run + 1}` : id;
  }

  #draw(remark?: string): void {
    if (this.#closed) return;
    this.#screen?.draw(this.#frame(), remark);
  }

  #frame(): Span[][] {
    const { problems, runs, hasJudge, fullMarks } = this.#options;
    const total = problems.length * runs;
    const done = hasJudge ? this.#grades : this.#attempts;
    this.#timeLeft.step(done, total, performance.now() / 1000);
    const left = this.#timeLeft.at(performance.now() / 1000);
    const counts = [
      `${this.#attempts}/${total} attempts`,
      ...(hasJudge ? [`${this.#grades} graded`] : []),
      ...(this.#ungraded > 0 ? [`${this.#ungraded} ungraded`] : []),
      ...(this.#failed > 0 ? [`${this.#failed} failed`] : []),
      ...(this.#refused > 0 ? [`${this.#refused} refused`] : []),
    ].join('  ');
    const mean = (100 * this.#points) / (this.#scored * fullMarks);
    const roles = new Map<string, number>();
    for (const role of this.#running.values()) roles.set(role, (roles.get(role) ?? 0) + 1);
    const working = [...roles].map(([role, count]) => `${count} ${role}`).join(', ');
    const spent = this.#meter?.read();
    return [
      [
        { text: counts, style: 'bold' },
        ...(this.#scored > 0 ? [{ text: `  ${mean.toFixed(1)} % so far`, style: 'green' as const }] : []),
        ...(left === undefined
          ? []
          : [{ text: `  ${durationText(Math.round(left))} left`, style: 'dim' as const }]),
      ],
      [{ text: spent === undefined ? 'starting' : spendLine(spent, this.#options) }],
      ...(working === ''
        ? []
        : [[{ text: `▸ ${working}  ~${this.#rate()} tokens/s`, style: 'dim' as const }]]),
    ];
  }

  #rate(): number {
    const now = performance.now();
    this.#recent = this.#recent.filter(({ at }) => now - at < rateWindow * 1000);
    const characters = this.#recent.reduce((sum, one) => sum + one.characters, 0);
    return Math.round(characters / charactersPerToken / rateWindow);
  }
}
