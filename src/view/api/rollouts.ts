/** Groups of attempts that reinforcement learning sampled: by stage and step, each whole, token by token. */
import type { SafeHtml } from './safe-html.ts';

export interface RolloutsApi {
  'runs/:run/rollouts.json': RolloutStages;
  'runs/:run/rollouts/:stage/groups/:page.json': RolloutGroupRows;
  'runs/:run/rollouts/:stage/group/:group.json': RolloutGroup;
  'runs/:run/rollouts/:stage/tokens/:group/:page.json': RolloutTokens;
}

export type PolicyStageName = 'rl' | 'rc';

export interface RolloutStages {
  /** Of the recipe. */
  readonly title: string;
  /** Stages that have committed a step, in their order. */
  readonly stages: readonly RolloutStage[];
}

export interface RolloutStage {
  readonly stage: PolicyStageName;
  /** Optimiser steps that the recipe asks for. */
  readonly steps: number;
  /** Pages of groups, and how many steps are on one. */
  readonly pages: number;
  readonly stepsPerPage: number;
  readonly groupSize: number;
  /** Most tokens of an attempt. */
  readonly maxTokens: number;
  readonly temperature: number;
  readonly grader: string;
  /** What is done with attempts that are cut at `maxTokens`. */
  readonly truncation: 'zero' | 'mask' | 'grade-what-exists';
  /** What is done with groups whose attempts all got the same reward. */
  readonly zeroVarianceGroups: 'skip' | 'keep' | 'refill';
  /** Attempts go on from states of the Reasoning Cache. */
  readonly hasStates: boolean;
  /** Some step has recorded the trainer's log-probs. */
  readonly hasLogRatios: boolean;
  /** The steps that are committed, in their order. */
  readonly committed: readonly RolloutStep[];
}

export interface RolloutStep {
  readonly step: number;
  /** Mean of the graded attempts, 0 to 1; null where none is graded, or the step is not finished. */
  readonly reward: number | null;
  readonly groups: number;
  /** Groups whose attempts differ in reward. */
  readonly trained: number;
  readonly dropped: number;
  readonly ungraded: number;
}

/**
 * What became of a group. `trained`: its attempts differ in reward; `all-zero`, `all-full`, `all-equal`: they do not, so none is
 * better than another; `too-few-grades`: left out for want of grades; `dropped`: not in a batch at all.
 */
export type GroupOutcome = 'trained' | 'all-zero' | 'all-full' | 'all-equal' | 'too-few-grades' | 'dropped';

export interface RolloutGroupRows {
  readonly rows: readonly RolloutGroupRow[];
}

export interface RolloutGroupRow {
  /** Its number in the stage. */
  readonly group: number;
  /** The step that trains it, or before which it was dropped. */
  readonly step: number;
  readonly problem: string;
  readonly outcome: GroupOutcome;
  /** Why it was dropped, in the pipeline's word; null where it was not. */
  readonly reason: string | null;
  /** Of each attempt, 0 to 7; null without a grade, or where it is masked. */
  readonly points: readonly (number | null)[];
  /** Mean over the attempts. */
  readonly tokens: number | null;
  /** Attempts that were cut at the limit. */
  readonly cut: number;
  /** The turn that its attempts take, where they go on from a state. */
  readonly turn: number | null;
}

export interface RolloutGroup {
  readonly stage: PolicyStageName;
  readonly group: number;
  readonly step: number;
  readonly outcome: GroupOutcome;
  readonly reason: string | null;
  readonly problem: RolloutProblem;
  readonly state: RolloutState | null;
  /** What the attempts were asked, message by message. */
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly attempts: readonly RolloutAttempt[];
  /** Pages of its tokens, and how many tokens are on one. The attempts follow each other. */
  readonly tokenPages: number;
  readonly tokensPerPage: number;
  /** Whether the trainer's log-probs of this step are on record. */
  readonly hasLogRatios: boolean;
  /** What is wrong with the record, as sentences. */
  readonly troubles: readonly string[];
  /** The groups before and after it in the same step, or the neighbouring steps. */
  readonly previous: GroupPlace | null;
  readonly next: GroupPlace | null;
}

export interface GroupPlace {
  readonly step: number;
  readonly group: number;
}

export interface RolloutProblem {
  readonly id: string;
  readonly statement: SafeHtml;
  readonly source: string;
}

/** A state of the Reasoning Cache that the attempts of a group go on from. */
export interface RolloutState {
  readonly turn: number;
  readonly trajectory: number;
  /** What it says of the turns before; null where it is the problem alone. */
  readonly summary: string | null;
  /** The turns that led here. */
  readonly before: readonly {
    readonly turn: number;
    readonly reasoning: string;
    readonly answer: string | null;
    readonly tokens: number;
    readonly finish: 'stop' | 'length';
    /** The state that the turn led to. */
    readonly summary: string;
  }[];
}

export interface RolloutAttempt {
  /** From 0. */
  readonly index: number;
  /** 0 to 7; null without a grade. */
  readonly points: number | null;
  /** What baseline and advantage see: points / 7, or what the recipe makes of it; null where it is left out. */
  readonly reward: number | null;
  /** Null where it is not trained. */
  readonly advantage: number | null;
  /** How the grade came about: by the grader; decided without it; or there is none. */
  readonly verdict: 'graded' | 'cut' | 'no-proof' | 'masked' | 'ungraded' | 'not-graded';
  readonly report: SafeHtml | null;
  readonly items: readonly { readonly what: string; readonly points: number; readonly reason: string }[];
  readonly grader: string;
  /** Why there is no grade. */
  readonly cause: string | null;
  readonly tokens: number;
  /** Where its tokens begin in those of the group. */
  readonly start: number;
  readonly finish: 'stop' | 'length';
  readonly hasProof: boolean;
  /** Which weights wrote it, from a token on; `lag`: optimiser steps between them and those of the step, null if it is in none. */
  readonly spans: readonly {
    readonly start: number;
    readonly version: number;
    readonly lag: number | null;
  }[];
  /** Mean of its tokens, in nats; null where it has none. */
  readonly meanLogProb: number | null;
  /** Mean of trainer minus sampler, in nats; null where it is not on record. */
  readonly meanLogRatio: number | null;
}

/** Parallel lists, a place for each token. */
export interface RolloutTokens {
  /** Of the first token, in those of the group. */
  readonly start: number;
  readonly ids: readonly number[];
  /** Joined they are the text. A token that ends within a character is empty, and the next one has the character. */
  readonly pieces: readonly string[];
  /** Hexadecimal bytes of the tokens that are no whole characters, by place. */
  readonly bytes: Readonly<Record<string, string>>;
  /** What the sampler drew it with, in nats. */
  readonly logProbs: readonly number[];
  /** Trainer minus sampler, in nats; null where it is not on record. */
  readonly logRatios: readonly (number | null)[];
}
