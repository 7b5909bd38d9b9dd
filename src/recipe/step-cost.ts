/**
 * What a training step took: time and memory. They are apart from the step's figures, since they are never the same
 * twice, and a repeated step's figures must be.
 */
import type { Json } from '../journal/journal.ts';

export interface StepCost extends Partial<PipelineUse> {
  /** All of the step; of reinforcement learning, since the step before. */
  readonly seconds: number;
  /** The forward and backward passes and the optimiser alone. */
  readonly trainingSeconds: number;
  /** Memory of this process after the step, and the most it had since it was started. */
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Unix seconds; absent in records of versions that did not keep it. */
  readonly endedAt?: number;
  /** Of reinforcement learning: the largest difference of a log-prob between sampler and trainer in the canary. */
  readonly canaryMismatch?: number;
}

/** What the parts of the asynchronous pipeline did in the seconds of a step. */
export interface PipelineUse {
  /** How long the optimiser waited for groups, and how much of that for stragglers alone. */
  readonly waitedSeconds: number;
  readonly stragglerSeconds: number;
  /** Shares of the time in which each was at work, 0 to 1; they overlap. */
  readonly samplingShare: number;
  readonly gradingShare: number;
  readonly trainingShare: number;
  readonly sampledTokensPerSecond: number;
  /** CPU seconds of the thread that keeps everything going, without those that sample and train. */
  readonly orchestratorSeconds: number;
  /** Of the Reasoning Cache: states made before their group, and trajectories that take a turn. */
  readonly statesWaiting?: number;
  readonly trajectoriesUnderWay?: number;
}

/** The cost of a step that ends now. */
export function stepCost(seconds: number, trainingSeconds: number): StepCost {
  return {
    seconds,
    trainingSeconds,
    residentBytes: process.memoryUsage.rss(),
    // In KiB on every platform.
    peakBytes: process.resourceUsage().maxRSS * 1024,
    endedAt: Date.now() / 1000,
  };
}

/** The memory of a step, for the live view. */
export function memoryText({ residentBytes }: StepCost): string {
  return `${(residentBytes / 2 ** 30).toFixed(2)} GiB`;
}

/** What metrics.jsonl tells of a cost, given the tokens that the step trained on. */
export function costFigures(cost: StepCost, processedTokens: unknown): { readonly [key: string]: Json } {
  const { seconds, trainingSeconds, residentBytes, peakBytes } = cost;
  const { waitedSeconds, stragglerSeconds, samplingShare, gradingShare, trainingShare } = cost;
  const { sampledTokensPerSecond, orchestratorSeconds, canaryMismatch } = cost;
  const { statesWaiting, trajectoriesUnderWay } = cost;
  const isKnown = typeof processedTokens === 'number' && trainingSeconds > 0;
  return {
    seconds,
    ...(isKnown ? { tokensPerSecond: processedTokens / trainingSeconds } : {}),
    residentBytes,
    peakBytes,
    ...(waitedSeconds === undefined ? {} : { waitedSeconds }),
    ...(stragglerSeconds === undefined ? {} : { stragglerSeconds }),
    ...(samplingShare === undefined ? {} : { samplingShare }),
    ...(gradingShare === undefined ? {} : { gradingShare }),
    ...(trainingShare === undefined ? {} : { trainingShare }),
    ...(sampledTokensPerSecond === undefined ? {} : { sampledTokensPerSecond }),
    ...(orchestratorSeconds === undefined ? {} : { orchestratorSeconds }),
    ...(canaryMismatch === undefined ? {} : { canaryMismatch }),
    ...(statesWaiting === undefined ? {} : { statesWaiting }),
    ...(trajectoriesUnderWay === undefined ? {} : { trajectoriesUnderWay }),
  };
}

/** The cost in a recorded event; undefined in those of versions that recorded no more than seconds. */
export function recordedCost(value: Json): (StepCost & { readonly step: number }) | undefined {
  if (typeof value !== 'object' || value === null || !('residentBytes' in value)) return undefined;
  return value as unknown as StepCost & { readonly step: number };
}
