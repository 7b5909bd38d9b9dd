/**
 * All that a page about a run needs of its journal and that grows with it: series of its stages, alarms, groups that have
 * ended, failures, work by stage. Kept in memory while the run is looked at and brought up to date from where it was left.
 */
import type { JournalReader } from '../../journal/journal-reader.ts';
import type { Recipe, StageId } from '../../recipe/schema.ts';
import { policyStages, stagesOf } from '../../recipe/schema.ts';
import { alarmLimits, watchedStep } from '../../recipe/stages/rl-alarms.ts';
import { type StepAlarm, StepWatch } from '../../train/step-alarms.ts';
import type { FailureCount } from '../api/run.ts';
import { StageSeries } from './stage-series.ts';

export interface StageAlarm extends StepAlarm {
  readonly stage: StageId;
}

export class RunSeries {
  readonly stages: ReadonlyMap<StageId, StageSeries>;
  readonly alarms: StageAlarm[] = [];
  /** Seconds of work by stage. */
  readonly seconds = new Map<string, number>();
  readonly #watches = new Map<StageId, StepWatch>();
  readonly #ended = new Map<StageId, Set<number>>();
  readonly #failures = new Map<string, FailureCount>();
  /** Sequence numbers that were read last, by stream. */
  readonly #read = new Map<string, number>();
  #updating: Promise<void> = Promise.resolve();

  /** `recipe`: undefined for runs of other kinds, which have no steps. */
  constructor(recipe: Recipe | undefined) {
    const stages = recipe === undefined ? [] : stagesOf(recipe);
    this.stages = new Map(stages.map((stage) => [stage, new StageSeries(stage)]));
    for (const stage of policyStages) {
      const settings = recipe?.[stage];
      if (settings !== undefined) this.#watches.set(stage, new StepWatch(alarmLimits(settings)));
    }
  }

  /** What failed, most often first. */
  get failures(): FailureCount[] {
    return [...this.#failures.values()].sort((a, b) => b.count - a.count);
  }

  /** Numbers of the groups that were trained or dropped, as batches that are committed name them. */
  endedGroups(stage: StageId): ReadonlySet<number> {
    return this.#ended.get(stage) ?? new Set();
  }

  /** Reads what is new. Calls wait for each other, so that nothing is read twice. */
  async update(reader: JournalReader): Promise<void> {
    const before = this.#updating;
    const own = before.catch(() => undefined).then(() => this.#update(reader));
    this.#updating = own;
    await own;
  }

  async #update(reader: JournalReader): Promise<void> {
    for (const [stage, series] of this.stages) {
      const watch = this.#watches.get(stage);
      await series.update(reader, (step, figures) => {
        const alarms = watch?.add(watchedStep(step, figures)) ?? [];
        this.alarms.push(...alarms.map((alarm) => ({ stage, ...alarm })));
      });
      if (watch !== undefined) await this.#readBatches(reader, stage);
    }
    for await (const { sequence, value } of reader.values('time', this.#read.get('time'))) {
      this.#read.set('time', sequence);
      const { stage, seconds } = value as { readonly stage: string; readonly seconds: number };
      this.seconds.set(stage, (this.seconds.get(stage) ?? 0) + seconds);
    }
    for await (const { sequence, label, error } of reader.failures(this.#read.get('failures'))) {
      this.#read.set('failures', sequence);
      const { name, message } = error;
      const what = kindOfCall(label);
      const key = `${what}\0${name}`;
      const count = (this.#failures.get(key)?.count ?? 0) + 1;
      this.#failures.set(key, { label: what, name, count, message });
    }
  }

  async #readBatches(reader: JournalReader, stage: StageId): Promise<void> {
    const stream = `${stage}/batch`;
    const ended = this.#ended.get(stage) ?? new Set();
    this.#ended.set(stage, ended);
    for await (const { sequence, value } of reader.values(stream, this.#read.get(stream))) {
      this.#read.set(stream, sequence);
      const { groups, dropped } = value as {
        readonly groups: readonly number[];
        readonly dropped: readonly (readonly [number, string])[];
      };
      for (const index of groups) ended.add(index);
      for (const [index] of dropped) ended.add(index);
    }
  }
}

/** Labels of calls have numbers and places in them: `solve-4/solve` is a call to solve. */
function kindOfCall(label: string): string {
  return (label.split('/').at(-1) ?? label).replaceAll(/[-_ ]?\d+/g, '') || label;
}
