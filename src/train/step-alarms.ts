/**
 * What a person should look at while reinforcement learning runs: from the figures of the steps, remarks on what has gone
 * out of its bounds. Each is the mean of the last few steps against a limit; a remark is made when it begins to hold, and again
 * only after it had ceased to. Nothing here stops a run.
 */
import { mean } from '../stats/moments.ts';

/** The figures of one step that alarms are about. */
export interface WatchedStep {
  readonly step: number;
  /** Absent where nothing was graded. */
  readonly reward?: number;
  readonly lengthMean: number;
  /** Share of the attempts that were cut. */
  readonly overflowShare: number;
  /** Absent where nothing was trained, like the mismatch. */
  readonly entropy?: number;
  readonly mismatchKl?: number;
  readonly ungradedShare: number;
  /** Of the groups that ended since the step before, the share that was dropped because it came too late, or not at all. */
  readonly lateShare: number;
}

/** Undefined: not watched. */
export interface AlarmLimits {
  /** Least entropy and least length, as shares of those of the first steps. */
  readonly entropy: number | undefined;
  readonly length: number | undefined;
  /** Most of the others. */
  readonly overflow: number | undefined;
  readonly mismatchKl: number | undefined;
  readonly ungraded: number | undefined;
  readonly late: number | undefined;
}

export type AlarmKind = keyof AlarmLimits;

export interface StepAlarm {
  readonly step: number;
  readonly kind: AlarmKind;
  readonly text: string;
}

/** Steps that are looked at together, and that the beginning of a run is measured by. */
const window = 5;

export class StepWatch {
  readonly #limits: AlarmLimits;
  readonly #first: WatchedStep[] = [];
  #recent: WatchedStep[] = [];
  #holding = new Set<AlarmKind>();

  constructor(limits: AlarmLimits) {
    this.#limits = limits;
  }

  /** What begins to hold with this step. Steps come in order. */
  add(step: WatchedStep): StepAlarm[] {
    if (this.#first.length < window) this.#first.push(step);
    this.#recent = [...this.#recent, step].slice(-window);
    if (this.#recent.length < window) return [];
    const found = this.#found();
    const fresh = found.filter(({ kind }) => !this.#holding.has(kind));
    this.#holding = new Set(found.map(({ kind }) => kind));
    return fresh.map(({ kind, text }) => ({ step: step.step, kind, text }));
  }

  #found(): { readonly kind: AlarmKind; readonly text: string }[] {
    const limits = this.#limits;
    const found: { kind: AlarmKind; text: string }[] = [];
    const before = (of: (step: WatchedStep) => number | undefined) => meanOf(this.#first, of);
    const now = (of: (step: WatchedStep) => number | undefined) => meanOf(this.#recent, of);
    const rises = (kind: AlarmKind, value: number | undefined, text: (value: number) => string): void => {
      const limit = limits[kind];
      if (limit !== undefined && value !== undefined && value > limit)
        found.push({ kind, text: text(value) });
    };

    const [firstEntropy, entropy] = [before((step) => step.entropy), now((step) => step.entropy)];
    if (isBelow(entropy, firstEntropy, limits.entropy))
      found.push({
        kind: 'entropy',
        text: `entropy has fallen from ${decimals(firstEntropy)} to ${decimals(entropy)} nats per token: attempts become alike, and groups soon teach nothing`,
      });
    const [firstLength, length] = [before((step) => step.lengthMean), now((step) => step.lengthMean)];
    const [firstReward = 0, reward = 0] = [before((step) => step.reward), now((step) => step.reward)];
    if (isBelow(length, firstLength, limits.length) && reward <= firstReward)
      found.push({
        kind: 'length',
        text: `attempts have shrunk from ${tokens(firstLength)} to ${tokens(length)} tokens, and the reward has not risen (${decimals(firstReward)} to ${decimals(reward)})`,
      });
    rises(
      'overflow',
      now((step) => step.overflowShare),
      (share) => `${percent(share)} of the attempts are cut at the token limit`,
    );
    rises(
      'mismatchKl',
      // Its sign says nothing: it is an estimate.
      now((step) => (step.mismatchKl === undefined ? undefined : Math.abs(step.mismatchKl))),
      (kl) =>
        `sampler and trainer are ${decimals(kl)} nats per token apart: what is trained on is too old, or was sampled otherwise`,
    );
    rises(
      'ungraded',
      now((step) => step.ungradedShare),
      (share) => `${percent(share)} of the attempts could not be graded`,
    );
    rises(
      'late',
      now((step) => step.lateShare),
      (share) => `${percent(share)} of the groups come too late or not at all and are dropped`,
    );
    return found;
  }
}

/** The alarms of a run, or of what there is of it. */
export function stepAlarms(steps: Iterable<WatchedStep>, limits: AlarmLimits): StepAlarm[] {
  const watch = new StepWatch(limits);
  return [...steps].flatMap((step) => watch.add(step));
}

function isBelow(value: number | undefined, first: number | undefined, share: number | undefined): boolean {
  return share !== undefined && value !== undefined && first !== undefined && value < share * first;
}

function meanOf(
  steps: readonly WatchedStep[],
  of: (step: WatchedStep) => number | undefined,
): number | undefined {
  const values = steps.flatMap((step) => of(step) ?? []);
  return values.length === 0 ? undefined : mean(values);
}

function decimals(value: number | undefined): string {
  return (value ?? Number.NaN).toPrecision(2);
}

function tokens(value: number | undefined): string {
  return (value ?? Number.NaN).toFixed(0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
