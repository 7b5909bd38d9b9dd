/**
 * The asynchronous pipeline: groups of attempts are sampled and graded while the optimiser steps. `take` gives a step its
 * groups, `advance` says that newer weights are in use; in between the pipeline keeps as many groups under way as the
 * bound on staleness allows. It knows neither journal nor engine: a group is what `roll` makes, time is a clock's, and
 * so the same code runs a training, a test on a clock moved by hand, and `qed simulate`.
 *
 * LAG-BOUND: no token older than the bound is trained on. First by pacing (lag.ts): no more groups are dispatched than
 * can be trained in time, nor than helps (lookahead.ts). Then by waiting: a step waits for groups that no later step could train in time, so that long
 * attempts are not the ones that are lost. Last by dropping: what is late beyond the deadline is dropped and counted.
 * EMIT-ONCE: every group ends trained in one step or dropped for one counted reason (group-ledger.ts).
 */
import type { Clock } from '../../model/openai/clock.ts';
import { type Dropped, type DropReason, GroupLedger, type LedgerCounts } from './group-ledger.ts';
import { lastStepFor, mostDispatched, oldestVersionFor } from './lag.ts';
import { Lookahead } from './lookahead.ts';

export interface PipelineSettings {
  /** Groups that a step trains on. */
  readonly groupsPerStep: number;
  /** The stage ends after this step; no more groups are dispatched than it can train. */
  readonly steps: number;
  /** Most optimiser steps between the weights that sampled a token and those it trains. 0: synchronous. */
  readonly maxLag: number;
  /**
   * How long a step waits for groups that later steps could not train within the bound: from its beginning, and with a bound of 0, where all
   * of its groups are such, from when half of them are there; and for any group when no other can come before one has
   * ended. Counted for a group from when it has taken as long as any so far, at the earliest.
   */
  readonly stragglerSeconds: number;
  /** The pipeline fails when nothing has been heard of for so long. */
  readonly stallSeconds: number;
  /** Most groups under way that are not finished, each of which has to end; default: what the lag bound allows. */
  readonly groupsAtOnce?: number;
  /** The pipeline fails after so many groups dropped since the last step; default 16 steps' worth. */
  readonly mostDropped?: number;
}

/** What has become of a group that was rolled. */
export type Rolled<Group> =
  | {
      readonly kind: 'group';
      readonly group: Group;
      readonly oldestVersion: number;
      /** Called where it is dropped before a step takes it. */
      readonly letGo?: () => void;
    }
  | { readonly kind: 'dropped'; readonly reason: DropReason };

export interface RollOptions {
  /** Fires when the group is not wanted any longer. */
  readonly signal: AbortSignal;
  /** Says that something was done, an attempt finished for example: the pipeline has not stalled. */
  readonly progressed: () => void;
  /**
   * Say that the group waits for a place with nothing sampled yet, and that it waits no longer. In between it has no
   * token that could grow old, so it is not late, however long the sampler is busy with others. A group of which neither
   * is said has begun when it was dispatched.
   */
  readonly queued: () => void;
  readonly begun: () => void;
  /**
   * Says that a piece of work that the group needs has ended, such as a part of its prompt that a model writes, and that it
   * rests on tokens as old as this. Its next piece begins now. False when no step may train on it any more.
   */
  readonly restsOn: (version: number) => boolean;
}

/** Samples and grades group number `index` by the newest weights. Rejecting ends the pipeline. */
export type Roll<Group> = (index: number, options: RollOptions) => Promise<Rolled<Group>>;

export interface Taken<Group> {
  /** In the order of their indices. */
  readonly groups: readonly { readonly index: number; readonly group: Group }[];
  /** Since the step before. */
  readonly dropped: readonly Dropped[];
  /** How long the step waited, and how much of that for stragglers alone. */
  readonly waitedSeconds: number;
  readonly stragglerSeconds: number;
}

export interface PipelineState {
  /** Step that waits for groups; undefined while none does. */
  readonly waitingStep: number | undefined;
  readonly version: number;
  readonly rolling: number;
  /** Of those, groups that wait for a place. */
  readonly queued: number;
  readonly ready: number;
  /** Age and version of the longest under way. */
  readonly oldest: { readonly index: number; readonly seconds: number; readonly version: number } | undefined;
  readonly counts: LedgerCounts;
}

/** Nothing has happened for too long, or everything is dropped. The message says who waits for what. */
export class PipelineStalledError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PipelineStalledError';
  }
}

interface Rolling {
  readonly index: number;
  /** It waits for a place. */
  isQueued: boolean;
  /** Newest version when it began: none of the tokens of its attempts is older. */
  version: number;
  /** Of the oldest token of its prompt. */
  restsOn: number;
  since: number;
  readonly controller: AbortController;
  done: Promise<void>;
}

interface Ready<Group> {
  readonly index: number;
  readonly group: Group;
  readonly oldestVersion: number;
  readonly letGo: (() => void) | undefined;
}

export class Pipeline<Group> {
  readonly #settings: PipelineSettings;
  readonly #roll: Roll<Group>;
  readonly #clock: Clock;
  readonly #ledger: GroupLedger;
  readonly #rolling = new Map<number, Rolling>();
  /** Ended while they were rolled; their calls may take a moment to notice. */
  readonly #leaving = new Set<Promise<void>>();
  #ready: Ready<Group>[] = [];
  #dropped: Dropped[] = [];
  #version: number;
  /** Dispatched and not dropped, in this sitting and before. */
  #kept: number;
  #waitingStep: number | undefined;
  readonly #lookahead: Lookahead;
  /** The last step that has its groups. */
  #stepTaken: number;
  #lastTaken: number;
  #lastSign: number;
  #failure: { readonly error: unknown } | undefined;
  #isClosed = false;
  /** Of the groups that have finished. */
  #longestMilliseconds: number | undefined;
  #wake: () => void = () => undefined;

  /** `before`: steps that earlier sittings have taken, and the groups that ended in them. */
  constructor(
    settings: PipelineSettings,
    roll: Roll<Group>,
    clock: Clock,
    before: { readonly step: number; readonly ended: Iterable<number> } = { step: 0, ended: [] },
  ) {
    this.#settings = settings;
    this.#roll = roll;
    this.#clock = clock;
    this.#ledger = new GroupLedger(before.ended);
    this.#version = before.step;
    this.#stepTaken = before.step;
    this.#kept = before.step * settings.groupsPerStep;
    this.#lookahead = new Lookahead(settings.maxLag);
    this.#lastSign = clock.now();
    this.#lastTaken = clock.now();
  }

  /** Begins to keep groups under way; the weights in use are those of the last step taken before. */
  start(): void {
    this.#pump();
  }

  /**
   * The groups of a step, when they are there. Rejects with what a roll rejected with, and with a PipelineStalledError.
   * Steps are taken in order, each after `advance` of the one before.
   */
  async take(step: number): Promise<Taken<Group>> {
    if (step !== this.#version + 1) throw new Error(`step ${step} cannot follow version ${this.#version}`);
    const { groupsPerStep } = this.#settings;
    const began = this.#clock.now();
    let patienceFrom: number | undefined;
    let waitedForStragglers: number | undefined;
    this.#lastSign = began;
    this.#waitingStep = step;
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure.error;
        if (this.#isClosed) throw new DOMException('the pipeline is closed', 'AbortError');
        this.#dropStale(step);
        const now = this.#clock.now();
        const isUnderWay = this.#settings.maxLag > 0 || this.#ready.length >= Math.ceil(groupsPerStep / 2);
        if (isUnderWay) patienceFrom ??= now;
        const deadlines = this.#deadlines(step, patienceFrom);
        const late = deadlines.filter(({ end }) => now >= end);
        for (const { group } of late) this.#abandon(group, 'straggler');
        this.#pump();
        this.#checkUse();
        // Others have taken their places, with deadlines of their own.
        if (late.length > 0) continue;
        if (this.#ready.length >= groupsPerStep) {
          if (this.#waitedFor(step).length === 0) {
            const ended = this.#clock.now();
            const groups = this.#choose();
            const waitedShare = (ended - began) / Math.max(ended - this.#lastTaken, Number.MIN_VALUE);
            this.#lookahead.took({ waitedShare, stepsLeft: this.#ready.length / groupsPerStep });
            this.#lastTaken = ended;
            this.#stepTaken = step;
            return {
              groups,
              dropped: this.#dropped.splice(0),
              waitedSeconds: (ended - began) / 1000,
              stragglerSeconds: (ended - (waitedForStragglers ?? ended)) / 1000,
            };
          }
          waitedForStragglers ??= now;
        }
        const stalledAt = this.#lastSign + 1000 * this.#settings.stallSeconds;
        if (now >= stalledAt) {
          const { stallSeconds } = this.#settings;
          throw new PipelineStalledError(`nothing has happened for ${stallSeconds} s: ${this.describe()}`);
        }
        await this.#somethingOr(Math.min(stalledAt, ...deadlines.map(({ end }) => end)) - now);
      }
    } finally {
      this.#waitingStep = undefined;
    }
  }

  /** The weights of `step` are in use: what is sampled from now on is of that version. */
  advance(step: number): void {
    if (step !== this.#version + 1) throw new Error(`version ${step} cannot follow version ${this.#version}`);
    this.#version = step;
    this.#pump();
  }

  state(): PipelineState {
    let oldest: Rolling | undefined;
    for (const one of this.#rolling.values())
      if (!one.isQueued && (oldest === undefined || one.since < oldest.since)) oldest = one;
    return {
      waitingStep: this.#waitingStep,
      version: this.#version,
      rolling: this.#rolling.size,
      queued: [...this.#rolling.values()].filter(({ isQueued }) => isQueued).length,
      ready: this.#ready.length,
      oldest:
        oldest === undefined
          ? undefined
          : {
              index: oldest.index,
              seconds: (this.#clock.now() - oldest.since) / 1000,
              version: oldest.version,
            },
      counts: this.#ledger.counts(),
    };
  }

  /** Who waits for what, in words. */
  describe(): string {
    const { waitingStep, rolling, queued, ready, oldest, counts } = this.state();
    const { groupsPerStep } = this.#settings;
    const waits =
      waitingStep === undefined
        ? 'no step waits'
        : `step ${waitingStep} waits for groups, ${ready} of ${groupsPerStep} are ready`;
    const longest =
      oldest === undefined
        ? ''
        : `, the longest, group ${oldest.index}, for ${oldest.seconds.toFixed(0)} s on version ${oldest.version}`;
    const places = queued === 0 ? '' : `, ${queued} of them wait for a place`;
    const under = rolling === 0 ? 'none is under way' : `${rolling} are under way${longest}${places}`;
    const dropped = Object.entries(counts.dropped).map(([reason, count]) => `${count} ${reason}`);
    return `${waits}; ${under}${dropped.length === 0 ? '' : `; dropped: ${dropped.join(', ')}`}`;
  }

  /** Stops everything under way, waits for it, and tells what ended without being trained. */
  async close(): Promise<readonly Dropped[]> {
    this.#isClosed = true;
    for (const group of this.#rolling.values()) this.#abandon(group, 'cancelled');
    for (const group of this.#ready.splice(0)) this.#dropReady(group, 'cancelled');
    this.#wake();
    await Promise.all(this.#leaving);
    return this.#dropped.splice(0);
  }

  #pump(): void {
    while (!this.#isClosed && this.#failure === undefined && this.#hasRoom()) this.#dispatch();
  }

  #hasRoom(): boolean {
    const { groupsPerStep, steps, groupsAtOnce = Number.POSITIVE_INFINITY } = this.#settings;
    const limits = { groupsPerStep, maxLag: this.#lookahead.steps };
    const most = Math.min(mostDispatched(this.#version, limits), steps * groupsPerStep);
    return this.#kept < most && this.#rolling.size < groupsAtOnce;
  }

  #dispatch(): void {
    const index = this.#ledger.dispatch();
    this.#kept += 1;
    const rolling: Rolling = {
      ...{ index, isQueued: false, version: this.#version, restsOn: Number.POSITIVE_INFINITY },
      since: this.#clock.now(),
      ...{ controller: new AbortController(), done: Promise.resolve() },
    };
    this.#rolling.set(index, rolling);
    const rolled = this.#roll(index, {
      signal: rolling.controller.signal,
      progressed: () => {
        this.#lastSign = this.#clock.now();
      },
      queued: () => {
        rolling.isQueued = true;
      },
      begun: () => this.#begin(rolling),
      restsOn: (version) => this.#restOn(rolling, version),
    });
    rolling.done = rolled.then(
      (result) => this.#finish(index, result),
      (error: unknown) => this.#fail(index, error),
    );
  }

  #begin(rolling: Rolling): void {
    if (!rolling.isQueued) return;
    rolling.isQueued = false;
    rolling.version = this.#version;
    rolling.since = this.#clock.now();
    // From now on it has a deadline.
    this.#wake();
  }

  #restOn(rolling: Rolling, version: number): boolean {
    rolling.restsOn = Math.min(rolling.restsOn, version);
    rolling.since = this.#clock.now();
    // A step may have to wait for it now.
    this.#wake();
    return lastStepFor(version, this.#settings.maxLag) > this.#stepTaken;
  }

  #finish(index: number, rolled: Rolled<Group>): void {
    const rolling = this.#rolling.get(index);
    if (rolling === undefined) {
      // What was abandoned meanwhile has ended.
      if (rolled.kind === 'group') rolled.letGo?.();
      return;
    }
    this.#rolling.delete(index);
    this.#lastSign = this.#clock.now();
    this.#longestMilliseconds = Math.max(this.#longestMilliseconds ?? 0, this.#lastSign - rolling.since);
    if (rolled.kind === 'dropped') this.#drop(index, rolled.reason);
    else {
      const { group, oldestVersion, letGo } = rolled;
      this.#ready.push({ index, group, oldestVersion, letGo });
    }
    this.#pump();
    this.#wake();
  }

  /** The first failure is what the pipeline fails with; the others are told to stop. */
  #fail(index: number, error: unknown): void {
    if (!this.#rolling.has(index)) return;
    this.#failure ??= { error };
    for (const group of this.#rolling.values()) group.controller.abort();
    this.#wake();
  }

  /** The end of a group that is still rolled. */
  #abandon(group: Rolling, reason: DropReason): void {
    this.#rolling.delete(group.index);
    this.#drop(group.index, reason);
    group.controller.abort();
    const left = group.done.finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  #drop(index: number, reason: DropReason): void {
    this.#ledger.drop(index, reason);
    this.#dropped.push({ index, reason });
    this.#kept -= 1;
  }

  #dropReady({ index, letGo }: Ready<Group>, reason: DropReason): void {
    this.#drop(index, reason);
    letGo?.();
  }

  #dropStale(step: number): void {
    const oldest = oldestVersionFor(step, this.#settings.maxLag);
    for (const group of this.#ready) if (group.oldestVersion < oldest) this.#dropReady(group, 'stale');
    this.#ready = this.#ready.filter(({ oldestVersion }) => oldestVersion >= oldest);
    this.#pump();
  }

  /**
   * Until when a step waits for groups that it would wait for without end. Each has at least the patience more than any
   * group has taken so far, so that those that replace late ones are not late from the beginning.
   */
  #deadlines(step: number, patienceFrom: number | undefined): { group: Rolling; end: number }[] {
    const longest = this.#longestMilliseconds;
    if (longest === undefined) return [];
    const { groupsPerStep, stragglerSeconds } = this.#settings;
    // No other group can come before one of these has ended.
    const isStarved = this.#ready.length < groupsPerStep && !this.#hasRoom();
    const from = isStarved ? 0 : (patienceFrom ?? Number.POSITIVE_INFINITY);
    const waitedFor = isStarved ? [...this.#rolling.values()] : this.#waitedFor(step);
    return waitedFor
      .filter(({ isQueued }) => !isQueued)
      .map((group) => ({
        group,
        end: Math.max(from, group.since + longest) + 1000 * stragglerSeconds,
      }));
  }

  /**
   * Groups under way of which some have to finish before the step, for of those of a version no more may be left than the
   * later steps can train within the bound.
   */
  #waitedFor(step: number): Rolling[] {
    const { steps, maxLag, groupsPerStep } = this.#settings;
    // What has not begun will be of the newest version at the earliest.
    const versionOf = ({ isQueued, version, restsOn }: Rolling): number =>
      Math.min(isQueued ? this.#version : version, restsOn);
    const byVersion = [...this.#rolling.values()].sort((a, b) => versionOf(a) - versionOf(b));
    for (let count = byVersion.length; count > 0; count -= 1) {
      const last = byVersion[count - 1];
      const version = last === undefined ? 0 : versionOf(last);
      const laterSteps = Math.min(lastStepFor(version, maxLag), steps) - step;
      if (count > laterSteps * groupsPerStep) return byVersion.slice(0, count);
    }
    return [];
  }

  /** The oldest first, so that nothing grows too old while younger groups are trained. */
  #choose(): Taken<Group>['groups'] {
    const { groupsPerStep } = this.#settings;
    const byAge = this.#ready.toSorted((a, b) => a.oldestVersion - b.oldestVersion || a.index - b.index);
    const chosen = byAge.slice(0, groupsPerStep);
    this.#ready = byAge.slice(groupsPerStep);
    for (const { index } of chosen) this.#ledger.train(index);
    return chosen.toSorted((a, b) => a.index - b.index).map(({ index, group }) => ({ index, group }));
  }

  /** Where all is dropped, going on would never end. */
  #checkUse(): void {
    const most = this.#settings.mostDropped ?? 16 * this.#settings.groupsPerStep;
    if (this.#dropped.length < most) return;
    throw new PipelineStalledError(
      `${this.#dropped.length} groups were dropped since the last step: ${this.describe()}`,
    );
  }

  /** Resolves at the next event, after so many milliseconds at the latest. */
  async #somethingOr(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(Math.max(0, milliseconds), resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#wake = () => undefined;
  }
}
