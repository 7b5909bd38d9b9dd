/** The alarms of a stage of reinforcement learning: what its steps recorded, as train/step-alarms.ts looks at it. */
import type { Journal, Json } from '../../journal/journal.ts';
import { type AlarmLimits, type StepAlarm, StepWatch, type WatchedStep } from '../../train/step-alarms.ts';
import type { PolicyStage, RlSettings } from '../schema.ts';

/** Why groups are dropped that came too late, or not at all. */
const late = ['straggler', 'stale', 'attempt-timeout', 'stale-state', 'trajectory-timeout'];

/** Goes on from the steps that are recorded up to `done`. */
export async function resumedWatch(
  journal: Journal,
  stage: PolicyStage,
  { settings, done }: { readonly settings: RlSettings; readonly done: number },
): Promise<StepWatch> {
  const watch = new StepWatch(alarmLimits(settings));
  for await (const { key, value } of journal.events(`${stage}/step`)) {
    if (Number(key) <= done) watch.add(watchedStep(Number(key), value));
  }
  return watch;
}

/** All alarms that the recorded steps give, for the report. */
export async function recordedAlarms(
  journal: Pick<Journal, 'events'>,
  stage: PolicyStage,
  settings: RlSettings,
): Promise<StepAlarm[]> {
  const watch = new StepWatch(alarmLimits(settings));
  const alarms: StepAlarm[] = [];
  for await (const { key, value } of journal.events(`${stage}/step`)) {
    alarms.push(...watch.add(watchedStep(Number(key), value)));
  }
  return alarms;
}

/** Of the figures that a step is recorded with; a figure that a record does not have is not watched. */
export function watchedStep(step: number, figures: Json): WatchedStep {
  const read = (name: string): number => numberIn(figures, name) ?? 0;
  const known = (name: 'reward' | 'entropy' | 'mismatchKl') => {
    const value = numberIn(figures, name);
    return value === undefined ? {} : { [name]: value };
  };
  const lengthMean = read('lengthMean');
  const attempts = lengthMean === 0 ? 0 : Math.round(read('sampledTokens') / lengthMean);
  const dropped = numbersIn(figures, 'dropped');
  const tooLate = late.reduce((sum, reason) => sum + (dropped[reason] ?? 0), 0);
  const ended = sumOf(numbersIn(figures, 'groups')) + sumOf(dropped);
  return {
    ...{ step, lengthMean, overflowShare: read('overflowShare') },
    ...known('reward'),
    ...known('entropy'),
    ...known('mismatchKl'),
    ungradedShare: attempts === 0 ? 0 : read('ungradedAttempts') / attempts,
    lateShare: ended === 0 ? 0 : tooLate / ended,
  };
}

/** The limits of a recipe, as the watch takes them. */
export function alarmLimits({ alarms }: Pick<RlSettings, 'alarms'>): AlarmLimits {
  const { entropy, length, overflow, mismatchKl, ungraded, late } = alarms;
  const limit = (value: number | 'off') => (value === 'off' ? undefined : value);
  return {
    ...{ entropy: limit(entropy), length: limit(length), overflow: limit(overflow) },
    ...{ mismatchKl: limit(mismatchKl), ungraded: limit(ungraded), late: limit(late) },
  };
}

function fieldsOf(value: Json | undefined): { readonly [name: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as { readonly [name: string]: Json })
    : {};
}

function numberIn(value: Json, name: string): number | undefined {
  const found = fieldsOf(value)[name];
  return typeof found === 'number' ? found : undefined;
}

function numbersIn(value: Json, name: string): Readonly<Record<string, number>> {
  const entries = Object.entries(fieldsOf(fieldsOf(value)[name]));
  return Object.fromEntries(
    entries.flatMap(([key, count]) => (typeof count === 'number' ? [[key, count] as const] : [])),
  );
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
