/** What reinforcement learning maximises at a step: the recipe's settings as those of the trainer. */

import type { Rollout } from '../../train/collect.ts';
import { entropyCoefficientAt } from '../../train/entropy-schedule.ts';
import type { GrpoSettings } from '../../train/grpo.ts';
import type { NormaliserSettings } from '../../train/normalisers/normaliser.ts';
import { isUnshaped, shapedReward } from '../../train/reward-shaping.ts';
import type { RlSettings } from '../schema.ts';

/** Settings of optimiser step `step`, from 1 to `settings.steps`. */
export function grpoSettings(settings: RlSettings, step: number): GrpoSettings {
  const { kind, epsilonLow, epsilonHigh, entropyCoefficient, klCoefficient } = settings.loss;
  const { finalEntropyCoefficient = entropyCoefficient } = settings.loss;
  return {
    loss: {
      kind,
      temperature: settings.temperature,
      epsilonLow,
      epsilonHigh,
      entropyCoefficient: entropyCoefficientAt(step - 1, settings.steps, {
        first: entropyCoefficient,
        final: finalEntropyCoefficient,
      }),
      klCoefficient,
    },
    advantage: settings.advantage,
    normaliser: normaliser(settings),
    // What refills a step has variance; a group of none is left when its grader failed.
    zeroVarianceGroups: settings.zeroVarianceGroups === 'refill' ? 'skip' : settings.zeroVarianceGroups,
    minimumGraded: settings.minimumGraded,
    ...(isUnshaped(settings.reward) ? {} : { rewardOf: rewardOf(settings, step) }),
  };
}

function rewardOf({ reward: shaping, maxTokens, steps }: RlSettings, step: number) {
  const limits = { maxTokens, progress: steps === 1 ? 0 : (step - 1) / (steps - 1) };
  return ({ reward, sample }: Rollout): number | undefined =>
    shapedReward({ reward, tokens: sample.tokens_T.length }, shaping, limits);
}

function normaliser({ loss, maxTokens }: RlSettings): NormaliserSettings {
  const kind = loss.normaliser;
  return kind === 'constant-length' ? { kind, length: maxTokens } : { kind };
}
