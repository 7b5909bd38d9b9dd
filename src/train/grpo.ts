/**
 * Group-relative policy optimisation, one step: groups of graded attempts become weighted training data, and the
 * data become one optimiser step. NULL-NOT-ZERO: ungraded attempts leave baseline and loss; a group with too few
 * grades is dropped and counted. TOKEN-EXACT: data hold the sampled ids.
 */
import type { Datum, ForwardBackwardResult, Loss, OptimiserStep, TrainableModel } from '../engine/engine.ts';
import { type AdvantageSettings, groupAdvantages } from './advantages.ts';
import type { Rollout, RolloutGroup } from './collect.ts';
import type { AttemptLogRatios } from './log-ratios.ts';
import { type NormaliserSettings, normaliserOf } from './normalisers/normaliser.ts';
import { withReferenceLogprobs } from './reference-policy.ts';
import { type RatioMetrics, ratioMetrics } from './step-metrics/ratio-metrics.ts';
import { referenceKl } from './step-metrics/reference-kl.ts';

/** A loss of reinforcement learning. */
export type PolicyLoss = Exclude<Loss, { kind: 'cross_entropy' }>;

export interface GrpoSettings {
  readonly loss: PolicyLoss;
  readonly advantage: AdvantageSettings;
  /** What the sum over tokens is divided by. */
  readonly normaliser: NormaliserSettings;
  readonly zeroVarianceGroups: 'skip' | 'keep';
  readonly minimumGraded: number;
  /** What an attempt is worth to training, where that is not its reward (reward-shaping.ts). */
  readonly rewardOf?: (rollout: Rollout) => number | undefined;
}

/** What became of the groups of a step. */
export interface GroupOutcomes {
  readonly trained: number;
  /** All attempts got the same reward: none, full marks, or something between. */
  readonly allZero: number;
  readonly allFull: number;
  readonly allEqual: number;
  readonly tooFewGrades: number;
}

export interface GrpoBatch {
  readonly data: readonly Datum[];
  /** Which attempt of which group a datum is of, by their places. */
  readonly places: readonly { readonly group: number; readonly attempt: number }[];
  readonly outcomes: GroupOutcomes;
}

/** Turns groups into training data with advantages. */
export function grpoBatch(groups: readonly RolloutGroup[], settings: GrpoSettings): GrpoBatch {
  const outcomes = { trained: 0, allZero: 0, allFull: 0, allEqual: 0, tooFewGrades: 0 };
  const chosen: {
    group: RolloutGroup;
    rollout: Rollout;
    advantage: number;
    index: number;
    member: number;
  }[] = [];
  let attempts = 0;
  groups.forEach((group, index) => {
    attempts += group.rollouts_G.length;
    const {
      advantages_G,
      graded,
      zeroVariance,
      meanReward = 0,
    } = groupAdvantages(
      group.rollouts_G.map(settings.rewardOf ?? (({ reward }) => reward)),
      settings.advantage,
    );
    if (graded < settings.minimumGraded) {
      outcomes.tooFewGrades += 1;
      return;
    }
    if (!zeroVariance) outcomes.trained += 1;
    else if (meanReward < 1e-9) outcomes.allZero += 1;
    else if (meanReward > 1 - 1e-9) outcomes.allFull += 1;
    else outcomes.allEqual += 1;
    if (zeroVariance && settings.zeroVarianceGroups === 'skip') return;
    group.rollouts_G.forEach((rollout, member) => {
      const advantage = advantages_G[member];
      if (advantage !== undefined) chosen.push({ group, rollout, advantage, index, member });
    });
  });
  const weights = normaliserOf(settings.normaliser)({
    trained: chosen.map(({ group, rollout, index }) => ({
      group: index,
      promptTokens: group.prompt_T.length,
      tokens: rollout.sample.tokens_T.length,
    })),
    attempts,
  });
  return {
    data: chosen.map(({ group, rollout, advantage, index }, position) =>
      datumOf(group, rollout, advantage, weights[position] ?? 0, `${index}`),
    ),
    places: chosen.map(({ index, member }) => ({ group: index, attempt: member })),
    outcomes,
  };
}

function datumOf(
  group: RolloutGroup,
  rollout: Rollout,
  advantage: number,
  weight: number,
  key: string,
): Datum {
  const start = group.prompt_T.length;
  const length = start + rollout.sample.tokens_T.length;
  const tokens_T = new Int32Array(length);
  tokens_T.set(group.prompt_T);
  tokens_T.set(rollout.sample.tokens_T, start);
  const logprobs_T = new Float32Array(length);
  logprobs_T.set(rollout.sample.logprobs_T, start);
  return {
    tokens_T,
    weights_T: new Float32Array(length).fill(weight, start),
    logprobs_T,
    advantages_T: new Float32Array(length).fill(advantage, start),
    sharedPrompt: { key, length: start },
  };
}

/** How far the trainer's log-probs are from those the attempts were sampled with. */
export interface Mismatch {
  /** Mean of old − new over trained tokens: an estimate of KL(sampler ‖ trainer). */
  readonly kl: number;
  /** Largest exp|new − old|. */
  readonly maxRatio: number;
}

export function samplerMismatch(data: readonly Datum[], result: ForwardBackwardResult): Mismatch {
  let sum = 0;
  let count = 0;
  let largest = 0;
  data.forEach((datum, d) => {
    const new_T = result.logprobs_D_T[d];
    datum.weights_T.forEach((weight, t) => {
      if (weight === 0) return;
      const difference = (datum.logprobs_T?.[t] ?? 0) - (new_T?.[t] ?? 0);
      sum += difference;
      count += 1;
      largest = Math.max(largest, Math.abs(difference));
    });
  });
  return { kl: count === 0 ? 0 : sum / count, maxRatio: Math.exp(largest) };
}

export interface GrpoStepResult extends Mismatch {
  readonly loss: number;
  /** Mean entropy per trained token, in nats. */
  readonly entropy: number;
  /** Undefined where nothing was trained. */
  readonly ratios: RatioMetrics | undefined;
  /** Mean k3 from the reference policy; undefined without a KL term. */
  readonly referenceKl: number | undefined;
  readonly gradientNorm: number;
  readonly trainedTokens: number;
  readonly processedTokens: number;
  /** How far the trainer was from the sampler at each token, for the attempts that were trained. */
  readonly logRatios: readonly AttemptLogRatios[];
}

/**
 * One optimiser step on a batch. With nothing to train on, the optimiser still steps, so that steps count alike. A loss
 * with a KL term needs the reference policy, which is run forward over the batch; without the term it is not asked.
 */
export async function grpoStep(
  model: TrainableModel,
  batch: GrpoBatch,
  settings: GrpoSettings,
  optimiser: OptimiserStep,
  reference?: Pick<TrainableModel, 'forward'>,
): Promise<GrpoStepResult> {
  const data = await dataFor(settings.loss, batch.data, reference);
  const result =
    data.length === 0
      ? { loss: 0, logprobs_D_T: [], entropySum: 0, trainedTokens: 0, processedTokens: 0 }
      : await model.forwardBackward(data, settings.loss);
  const { gradientNorm } = await model.optimStep(optimiser);
  return {
    ...samplerMismatch(data, result),
    ratios: ratioMetrics(data, result, settings.loss),
    referenceKl: referenceKl(data, result),
    loss: result.loss,
    entropy: result.entropySum / Math.max(1, result.trainedTokens),
    gradientNorm,
    trainedTokens: result.trainedTokens,
    processedTokens: result.processedTokens,
    logRatios: logRatiosOf(batch, result),
  };
}

function logRatiosOf({ data, places }: GrpoBatch, result: ForwardBackwardResult): AttemptLogRatios[] {
  return data.flatMap(({ tokens_T, logprobs_T, sharedPrompt }, d) => {
    const [place, new_T] = [places[d], result.logprobs_D_T[d]];
    if (place === undefined || new_T === undefined || logprobs_T === undefined) return [];
    const start = sharedPrompt?.length ?? 0;
    const logRatios_T = new Float32Array(tokens_T.length - start);
    for (let t = start; t < tokens_T.length; t += 1)
      logRatios_T[t - start] = (new_T[t] ?? 0) - (logprobs_T[t] ?? 0);
    return [{ ...place, logRatios_T }];
  });
}

async function dataFor(
  loss: PolicyLoss,
  data: readonly Datum[],
  reference: Pick<TrainableModel, 'forward'> | undefined,
): Promise<readonly Datum[]> {
  if ((loss.klCoefficient ?? 0) === 0 || data.length === 0) return data;
  if (reference === undefined) throw new Error('a loss with a KL term needs a reference policy');
  return await withReferenceLogprobs(data, reference, loss.temperature);
}
