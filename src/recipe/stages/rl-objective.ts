/** What stage rl maximises: the recipe's settings as those of the trainer. */
import type { GrpoSettings } from '../../train/grpo.ts';
import type { RlSettings } from '../schema.ts';

export function grpoSettings(settings: RlSettings): GrpoSettings {
  const { kind, epsilonLow, epsilonHigh, entropyCoefficient, normaliser } = settings.loss;
  return {
    loss: { kind, temperature: settings.temperature, epsilonLow, epsilonHigh, entropyCoefficient },
    normaliser,
    zeroVarianceGroups: settings.zeroVarianceGroups,
    minimumGraded: settings.minimumGraded,
  };
}
