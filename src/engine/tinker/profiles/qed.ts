/** `qed serve --tinker`: the embedded engine behind the wire. What it can beyond this it lists itself (wire/extensions.ts). */
import type { ServerProfile } from '../profile.ts';

export const qedProfile: ServerProfile = {
  kind: 'qed',
  fullParameter: true,
  loraRanks: { least: 1 },
  adaptsAsAsked: true,
  losses: ['cross_entropy', 'importance_sampling', 'ppo', 'cispo', 'gspo'],
  reduction: 'sum',
  signedWeights: true,
  adamFields: 'request',
  clipNorm: 'request',
  entropyBonus: 'nobody',
  trainerTemperature: 'nobody',
  logprobsAfterTemperature: true,
  samplerWeights: 'own',
  live: 'segments',
  resume: 'session',
  loadsWithoutOptimiser: true,
  samplersNeedModel: false,
  recognisesRepeats: true,
  finishesSessions: true,
  topSampled: true,
};
