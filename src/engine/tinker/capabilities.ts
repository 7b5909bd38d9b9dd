/** What a server's profile, with what was measured, is in terms of the seam. */
import type { EngineCapabilities } from '../engine.ts';
import type { ServerFacts } from './server.ts';

const allLosses: EngineCapabilities['losses'] = [
  'cross_entropy',
  'importance_sampling',
  'ppo',
  'cispo',
  'gspo',
];

export function capabilitiesOf(
  { profile, extensions, models }: ServerFacts,
  { baseModel }: { readonly baseModel: string | undefined },
): EngineCapabilities {
  // Any loss of log-probs is had in two passes, where weights may be negative and are summed, or an average is undone.
  const hasTwoPasses = profile.reduction === 'mean' || profile.signedWeights;
  const losses = hasTwoPasses ? allLosses : profile.losses;
  // A model that is brought has its own.
  const contextTokens = baseModel === undefined ? undefined : models.get(baseModel);
  return {
    fullParameter: profile.fullParameter,
    ...(profile.loraRanks === undefined ? {} : { loraRanks: profile.loraRanks }),
    newModels: extensions.has('create/1'),
    losses,
    summedLosses: losses,
    optimisers: extensions.has('muon/1') ? ['adamw', 'muon'] : ['adamw'],
    adamFields: profile.adamFields,
    clipNorm: profile.clipNorm,
    entropyBonus: profile.entropyBonus === 'nobody' && hasTwoPasses ? 'request' : profile.entropyBonus,
    trainerTemperature: profile.trainerTemperature,
    klTerm: extensions.has('kl/1') || hasTwoPasses,
    samplers: profile.samplerWeights === 'newest' ? ['live'] : ['snapshot', 'live'],
    samplesWhileTraining: profile.samplerWeights !== 'shared-slot',
    logprobsAfterTemperature: profile.logprobsAfterTemperature,
    sharedPrompts: extensions.has('shared-prompt/1'),
    savesWeights: extensions.has('archive/1'),
    ...(contextTokens === undefined ? {} : { contextTokens }),
  };
}
