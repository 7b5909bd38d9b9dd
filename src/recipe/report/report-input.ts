/**
 * Everything the report is made from, as plain data: the run fills it, the report only reads it. Scores are
 * shares of full marks in [0, 1]; an ungraded attempt has score `null` and is left out, never counted as 0.
 * Axis suffixes: `_P` problem, `_A` attempt. Any list may be empty: the report says what is missing.
 */
import type { Grade } from '../../grade/grade.ts';
import type { GradingScheme } from '../../problems/problem.ts';
import type { StepAlarm } from '../../train/step-alarms.ts';

/** Policies: checkpoints that write proofs. */
export const checkpointNames = ['base', 'sft', 'rl', 'rc'] as const;
export type CheckpointName = (typeof checkpointNames)[number];
/** What a stage may leave: a policy, or the model that judges. */
export type TrainedName = CheckpointName | 'judge';

/** Scaffolds that write several proofs and choose, in the order of what they usually cost. */
export const searchNames = ['majority', 'best-of-n', 'deepseek-math', 'rsa'] as const;
export type SearchName = (typeof searchNames)[number];
export type ScaffoldName = 'single' | 'reasoning-cache' | SearchName;

export interface StageUse {
  readonly id: string;
  readonly seconds: number;
  readonly trainedTokens: number;
  readonly sampledTokens: number;
  /** Trained tokens per second of training alone; absent for stages that train nothing. */
  readonly tokensPerSecond?: number;
  /** Most memory of the process until the end of the stage. */
  readonly peakBytes?: number;
}

export interface SupervisedPoint {
  readonly step: number;
  /** Tokens trained on so far in this stage. */
  readonly tokens: number;
  /** Mean cross-entropy, nats per token. */
  readonly loss: number;
  readonly validationLoss?: number;
  readonly learningRate: number;
}

export interface SupervisedCurve {
  /** Stage id, for example `pretrain`. */
  readonly stage: string;
  /** The checkpoint that the stage leaves. */
  readonly checkpoint: TrainedName;
  /** Validation loss before the first step. */
  readonly before?: number;
  readonly points: readonly SupervisedPoint[];
}

/** Where the groups of one step went; counts. */
export interface GroupOutcomes {
  /** Rewards differed: the group teaches something. */
  readonly trained: number;
  /** Every attempt got 0. */
  readonly allZero: number;
  /** Every attempt got the same reward above 0. */
  readonly allEqual: number;
  /** Too few attempts could be graded. */
  readonly ungraded: number;
}

export interface RlPoint {
  readonly step: number;
  /** Mean reward of the step's graded attempts, 0 to 1; absent where none was graded. */
  readonly reward?: number;
  /** What the exact grader gives the same attempts, where a noisy one trained. */
  readonly exactReward?: number;
  /** Score on held-out problems, 0 to 1, with its 95 % interval. */
  readonly heldOut?: { readonly score: number; readonly ci: readonly [number, number] };
  /** Mean completion length, tokens. */
  readonly lengthMean: number;
  /** Share of attempts cut at the token limit, 0 to 1. */
  readonly overflowShare: number;
  /** Mean entropy of the policy, nats per token. */
  readonly entropy?: number;
  readonly gradientNorm: number;
  readonly groups: GroupOutcomes;
  /** Mean of log(sampler / trainer) over trained tokens, nats per token. */
  readonly mismatchKl: number;
  /** Greatest trainer / sampler probability ratio of a trained token. */
  readonly maxRatio: number;
  /** By turn of the Reasoning Cache, where its states are trained on; rewards 0 to 1. */
  readonly turns?: Readonly<
    Record<string, { readonly share: number; readonly reward?: number; readonly overflowShare: number }>
  >;
  readonly seconds: number;
  /** Tokens trained on in this step. */
  readonly tokens: number;
}

/** One attempt at each held-out problem; row p is the same problem at every step and in every curve. */
export interface HeldOutAttempts {
  readonly step: number;
  readonly attempts_P: readonly Omit<EvaluatedAttempt, 'tokens'>[];
}

export interface RlCurve {
  readonly stage: string;
  readonly checkpoint: 'rl' | 'rc';
  /** The checkpoint that the training began from. */
  readonly from: CheckpointName;
  /** Token limit of an attempt, drawn into the chart of lengths. */
  readonly tokenLimit: number;
  /** The held-out score before the first step. */
  readonly before?: NonNullable<RlPoint['heldOut']>;
  readonly points: readonly RlPoint[];
  /** The attempts behind the held-out scores, where they are on record. */
  readonly heldOut?: readonly HeldOutAttempts[];
  /** What went out of its bounds, in the order of the steps. */
  readonly alarms?: readonly StepAlarm[];
}

export interface EvaluatedProblem {
  readonly id: string;
  /** Steps of the shortest proof, where known. */
  readonly steps?: number;
}

export interface EvaluatedAttempt {
  /** Share of full marks, 0 to 1; `null` when ungraded. */
  readonly score: number | null;
  /** Tokens of this turn's reply. */
  readonly length: number;
  /** The reply was cut at the token limit. */
  readonly overflowed: boolean;
  /** Completion tokens of the whole attempt so far, all turns and calls. */
  readonly tokens: number;
}

export interface Evaluation {
  readonly checkpoint: CheckpointName;
  readonly seed: number;
  /** Name of the problem set; evaluations with the same suite and seed share problem ids. */
  readonly suite: string;
  readonly scaffold: ScaffoldName;
  /** Turn after which the answer was graded, from 1, for scaffolds with turns: one evaluation a turn. */
  readonly turn?: number;
  readonly problems_P: readonly EvaluatedProblem[];
  /** Row p belongs to `problems_P[p]`; attempt a is the same trajectory in every turn. */
  readonly attempts_P_A: readonly (readonly EvaluatedAttempt[])[];
}

export const judgeVerdicts = ['1', '0.5', '0', 'none'] as const;
/** What a judge says of a proof: right, partly, wrong; `none` where its reply ends in no verdict. */
export type JudgeVerdict = (typeof judgeVerdicts)[number];
export type ExactVerdict = Exclude<JudgeVerdict, 'none'>;

/** A judge beside the exact grader, on proofs that the policy wrote for held-out problems; counts. */
export interface JudgeAccuracy {
  /** Proofs by what they are worth and what the judge says. */
  readonly verdicts: Readonly<Record<ExactVerdict, Readonly<Record<JudgeVerdict, number>>>>;
  /** Pairs of proofs of unequal worth. `undecided`: called equal, or no verdict. */
  readonly pairs: { readonly right: number; readonly wrong: number; readonly undecided: number };
}

export interface ExampleAnswer {
  readonly checkpoint: CheckpointName;
  readonly reasoning: string;
  readonly proof: string;
  readonly grade: Grade;
}

export interface Example {
  readonly id: string;
  readonly statement: string;
  readonly scheme?: GradingScheme;
  readonly answers: readonly ExampleAnswer[];
}

/** A text that a checkpoint wrote, for runs whose answers nobody grades. */
export interface SampleText {
  readonly checkpoint: CheckpointName;
  readonly prompt: string;
  readonly text: string;
}

export interface ReportInput {
  readonly name: string;
  readonly description: string;
  /** The resolved recipe as it was frozen. */
  readonly recipeYaml: string;
  readonly seeds: readonly number[];
  /** ISO 8601 times. */
  readonly started: string;
  readonly finished?: string;
  /** Seconds of work, all sittings of the run together. */
  readonly seconds: number;
  /** Stages of the recipe that are not finished; empty when the run is complete. */
  readonly unfinishedStages: readonly string[];
  readonly stages: readonly StageUse[];
  readonly supervised: readonly SupervisedCurve[];
  readonly rl: readonly RlCurve[];
  readonly evaluations: readonly Evaluation[];
  readonly judge?: JudgeAccuracy;
  readonly examples: readonly Example[];
  readonly samples: readonly SampleText[];
  readonly environment: {
    readonly cpu: string;
    readonly cores: number;
    readonly node: string;
    readonly qed: string;
  };
}
