/**
 * What a person sees of a running proof: on a terminal the calls in flight by role, the tokens a second, spend against
 * budget and the best so far, redrawn in place; elsewhere a line for each thing that happened. Nothing depends on it.
 * What a model writes reaches the terminal without control characters.
 */
import { dollarsText } from '../prove/budget.ts';
import type { RunEvent } from '../prove/prove-problems.ts';
import type { Budgets, SpendMeter, SpentSoFar } from '../prove/within-budgets.ts';
import { factsText } from '../scaffold/facts-text.ts';
import { everyInterval, LiveFrame } from './live-frame.ts';
import { isColorWanted, type ProgressStream } from './progress-view.ts';
import { durationText, plainLine, type Span } from './text.ts';

export interface ProveView {
  meter(meter: SpendMeter): void;
  event(event: RunEvent): void;
  remark(text: string): void;
  close(): void;
}

export interface ProveViewOptions {
  /** Ids of the problems. */
  readonly problems: readonly string[];
  readonly attempts: number;
  readonly budgets: Budgets;
  readonly isPriced: boolean;
}

export function proveView(
  stream: ProgressStream,
  environment: Readonly<Record<string, string | undefined>>,
  options: ProveViewOptions,
): ProveView {
  const isTerminal = stream.isTTY === true && environment.TERM !== 'dumb';
  return isTerminal
    ? new LiveProve(stream, isColorWanted(environment), options)
    : new LineProve(stream, options);
}

/** `p3 solve-1`: the problem only where there are several, the attempt likewise. */
function placeOf(event: RunEvent, { problems, attempts }: ProveViewOptions): string {
  const parts = [
    ...(problems.length > 1 ? [plainLine(problems[event.problem] ?? '')] : []),
    ...(attempts > 1 ? [`#${event.attempt + 1}`] : []),
  ];
  return parts.join(' ');
}

/** What a thing that happened is in words; undefined for what is shown otherwise, or not at all. */
function lineOf(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'call-finished':
      if (event.replayed) return undefined;
      return `${event.label}: ${event.completionTokens.toLocaleString('en-US')} tokens in ${durationText(event.seconds)}${event.finish === 'length' ? ', cut at the limit' : ''}`;
    case 'call-failed':
      // Of the others the attempt's end says why.
      return event.reason === 'failed' ? `${event.label}: ${event.message}` : undefined;
    case 'note':
      return `${event.label}: ${factsText(event.facts).slice(0, 320)}`;
    case 'kept':
      return `best so far: ${event.why}`;
    case 'attempt-ended': {
      const { outcome } = event;
      if (outcome.status === 'failed') return `failed: ${outcome.error.message}`;
      if (outcome.status === 'waiting') return undefined;
      const has = outcome.proof === undefined ? 'no proof' : 'a proof';
      return outcome.status === 'finished' ? `finished with ${has}` : `${outcome.ended}; there is ${has}`;
    }
    default:
      return undefined;
  }
}

class LineProve implements ProveView {
  readonly #stream: ProgressStream;
  readonly #options: ProveViewOptions;
  #taken = 0;
  #recalled = 0;
  #closed = false;

  constructor(stream: ProgressStream, options: ProveViewOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  meter(): void {
    // Lines show what happened, not where the spend stands.
  }

  event(event: RunEvent): void {
    if (event.kind === 'call-finished' && event.replayed) {
      this.#taken += 1;
      return;
    }
    if (event.kind === 'attempt-recalled') {
      this.#recalled += 1;
      return;
    }
    this.#sayRecalled();
    // What is taken over happened in an earlier sitting.
    const isNews = event.kind === 'call-started' || event.kind === 'attempt-ended';
    if (isNews && this.#taken > 0) {
      this.remark(`${this.#taken} recorded ${this.#taken === 1 ? 'call' : 'calls'} taken over`);
      this.#taken = 0;
    }
    const line = lineOf(event);
    if (line === undefined) return;
    const place = placeOf(event, this.#options);
    this.remark(place === '' ? line : `${place}  ${line}`);
  }

  remark(text: string): void {
    if (!this.#closed) this.#stream.write(`${plainLine(text)}\n`);
  }

  close(): void {
    this.#sayRecalled();
    this.#closed = true;
  }

  #sayRecalled(): void {
    if (this.#recalled === 0) return;
    const count = this.#recalled;
    this.#recalled = 0;
    this.remark(`${count} finished ${count === 1 ? 'attempt' : 'attempts'} taken over`);
  }
}

interface Running {
  readonly place: string;
  readonly label: string;
  readonly role: string;
  readonly since: number;
  /** Characters that have come. */
  characters: number;
  isReasoning: boolean;
  tail: string;
}

/** About so many characters make a token of mathematical English. */
const charactersPerToken = 3.5;
const frameMilliseconds = 120;
/** Seconds over which the rate is taken. */
const rateWindow = 5;
const tailLength = 160;

class LiveProve implements ProveView {
  readonly #screen: LiveFrame;
  readonly #options: ProveViewOptions;
  readonly #stopTicking: () => void;
  readonly #running = new Map<string, Running>();
  readonly #done = new Set<number>();
  readonly #began = performance.now();
  #meter: SpendMeter | undefined;
  #best: string | undefined;
  #taken = 0;
  /** Moments at which characters came, and how many. */
  #recent: { readonly at: number; readonly characters: number }[] = [];
  #closed = false;

  constructor(stream: ProgressStream, color: boolean, options: ProveViewOptions) {
    this.#screen = new LiveFrame(stream, color);
    this.#options = options;
    this.#stopTicking = everyInterval(frameMilliseconds, () => this.#draw());
  }

  meter(meter: SpendMeter): void {
    this.#meter = meter;
  }

  event(event: RunEvent): void {
    const place = placeOf(event, this.#options);
    const key = 'label' in event ? `${event.problem}/${event.attempt}/${event.label}` : '';
    switch (event.kind) {
      case 'call-started': {
        const { label, role } = event;
        const since = performance.now();
        this.#running.set(key, { place, label, role, since, characters: 0, isReasoning: false, tail: '' });
        break;
      }
      case 'delta': {
        const call = this.#running.get(key);
        if (call === undefined) break;
        if (event.delta.kind === 'restart') {
          call.characters = 0;
          call.tail = '';
          break;
        }
        const { kind, text } = event.delta;
        call.characters += text.length;
        call.isReasoning = kind === 'reasoning';
        call.tail = (call.tail + text).slice(-tailLength);
        this.#recent.push({ at: performance.now(), characters: text.length });
        break;
      }
      case 'call-finished':
        this.#running.delete(key);
        if (event.replayed) this.#taken += 1;
        break;
      case 'call-failed':
        this.#running.delete(key);
        if (event.reason === 'failed')
          this.remark(`${place === '' ? '' : `${place}  `}${lineOf(event) ?? ''}`);
        break;
      case 'kept':
        this.#best = `${place === '' ? '' : `${place}: `}${event.why}`;
        break;
      case 'attempt-recalled':
        this.#done.add(event.problem);
        break;
      case 'attempt-ended':
        if (event.outcome.status === 'finished' || event.outcome.status === 'budget')
          this.#done.add(event.problem);
        if (this.#options.problems.length > 1) this.remark(`${place}  ${lineOf(event) ?? ''}`);
        break;
      default:
        break;
    }
  }

  remark(text: string): void {
    this.#draw(plainLine(text));
  }

  close(): void {
    this.#running.clear();
    this.#draw();
    this.#closed = true;
    this.#stopTicking();
  }

  #draw(remark?: string): void {
    if (this.#closed) return;
    this.#screen.draw(this.#frame(), remark);
  }

  #frame(): Span[][] {
    const spent = this.#meter?.read();
    const { problems } = this.#options;
    const head: Span[] = [
      ...(problems.length > 1
        ? [{ text: `${this.#done.size}/${problems.length} problems  `, style: 'bold' as const }]
        : []),
      { text: spent === undefined ? 'starting' : spendLine(spent, this.#options) },
      ...(this.#running.size > 0 ? [{ text: `  ~${this.#rate()} tokens/s`, style: 'dim' as const }] : []),
      ...(this.#taken > 0
        ? [{ text: `  ${this.#taken} recorded calls taken over`, style: 'dim' as const }]
        : []),
    ];
    const best: Span[][] =
      this.#best === undefined
        ? []
        : [[{ text: '★ ', style: 'green' }, { text: 'best so far: ' }, { text: plainLine(this.#best) }]];
    const room = Math.max(1, this.#screen.rows - best.length - 3);
    const calls = [...this.#running.values()];
    const shown = calls.slice(0, room).map((call) => this.#callLine(call));
    const more: Span[][] =
      calls.length > room
        ? [[{ text: `  and ${calls.length - room} more calls: ${rolesOf(calls)}`, style: 'dim' }]]
        : [];
    return [head, ...best, ...shown, ...more];
  }

  #callLine({ place, label, role, since, characters, isReasoning, tail }: Running): Span[] {
    const tokens = Math.round(characters / charactersPerToken);
    const seconds = Math.floor((performance.now() - since) / 1000);
    const count = characters === 0 ? durationText(seconds) : `~${tokens.toLocaleString('en-US')} tokens`;
    return [
      { text: '▸ ', style: 'cyan' },
      { text: `${place === '' ? '' : `${place} `}${label}`, style: 'bold' },
      { text: `  ${role}  ${count}  ` },
      { text: `${isReasoning ? 'thinks: ' : ''}${plainLine(tail).slice(-80)}`, style: 'dim' },
    ];
  }

  /** Tokens a second over the last seconds, about. */
  #rate(): number {
    const now = performance.now();
    this.#recent = this.#recent.filter(({ at }) => now - at < rateWindow * 1000);
    const characters = this.#recent.reduce((sum, one) => sum + one.characters, 0);
    const seconds = Math.min(rateWindow, Math.max(0.5, (now - this.#began) / 1000));
    return Math.round(characters / charactersPerToken / seconds);
  }
}

function rolesOf(calls: readonly Running[]): string {
  const counts = new Map<string, number>();
  for (const { role } of calls) counts.set(role, (counts.get(role) ?? 0) + 1);
  return [...counts].map(([role, count]) => `${count} ${role}`).join(', ');
}

/** `12,345 tokens of 200,000  $0.12 of $2.00  1 min 5 s of 10 min`. */
export function spendLine(
  spent: SpentSoFar,
  { budgets, isPriced }: Pick<ProveViewOptions, 'budgets' | 'isPriced'>,
): string {
  const { tokens, dollars, seconds } = budgets.run;
  const parts = [
    `${spent.tokens.toLocaleString('en-US')}${tokens === undefined ? '' : ` of ${tokens.toLocaleString('en-US')}`} tokens`,
    ...(isPriced && (spent.dollars > 0 || dollars !== undefined)
      ? [`${dollarsText(spent.dollars)}${dollars === undefined ? '' : ` of ${dollarsText(dollars)}`}`]
      : []),
    `${durationText(spent.seconds)}${seconds === undefined ? '' : ` of ${durationText(seconds)}`}`,
  ];
  return parts.join('  ');
}
