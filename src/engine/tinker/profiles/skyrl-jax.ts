/**
 * SkyRL's JAX backend: measured with release 0.3.0. Losses are averaged, which the client undoes; nothing is clipped; a
 * sampler loads its weights into the trainer's own place.
 */
import type { ServerProfile } from '../profile.ts';

export const skyrlJaxProfile: ServerProfile = {
  kind: 'skyrl-jax',
  fullParameter: false,
  loraRanks: { least: 1, most: 32 },
  adaptsAsAsked: false,
  losses: ['cross_entropy', 'importance_sampling', 'ppo', 'cispo'],
  reduction: 'mean',
  signedWeights: false,
  adamFields: 'request',
  clipNorm: 'nobody',
  entropyBonus: 'nobody',
  trainerTemperature: 'nobody',
  logprobsAfterTemperature: false,
  samplerWeights: 'shared-slot',
  live: 'segments',
  resume: 'model',
  loadsWithoutOptimiser: false,
  samplersNeedModel: true,
  recognisesRepeats: false,
  finishesSessions: false,
  topSampled: false,
};
