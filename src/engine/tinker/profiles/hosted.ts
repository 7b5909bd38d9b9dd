/** The hosted service (tinker.thinkingmachines.dev). Read in its SDK and documents; nothing of it was measured. */
import type { ServerProfile } from '../profile.ts';

export const hostedProfile: ServerProfile = {
  kind: 'hosted',
  fullParameter: false,
  loraRanks: { least: 1 },
  adaptsAsAsked: true,
  losses: ['cross_entropy', 'importance_sampling', 'ppo', 'cispo'],
  reduction: 'sum',
  signedWeights: true,
  adamFields: 'request',
  clipNorm: 'request',
  entropyBonus: 'nobody',
  trainerTemperature: 'nobody',
  logprobsAfterTemperature: true,
  samplerWeights: 'own',
  live: 'inflight',
  resume: 'session',
  loadsWithoutOptimiser: true,
  samplersNeedModel: false,
  recognisesRepeats: true,
  finishesSessions: true,
  topSampled: true,
};
