/**
 * SkyRL with FSDP or Megatron and vLLM, by its source. Betas, epsilon, decay, clip and temperature are those of its own
 * configuration; cispo's bounds are too, so that loss goes another way. Apart from the trainer, every sampling session has
 * the weights that were published last.
 */
import type { ServerProfile } from '../profile.ts';

export const skyrlProfile: ServerProfile = {
  kind: 'skyrl',
  fullParameter: true,
  loraRanks: { least: 1 },
  adaptsAsAsked: false,
  losses: ['cross_entropy', 'importance_sampling', 'ppo'],
  reduction: 'sum',
  signedWeights: true,
  adamFields: 'server',
  clipNorm: 'server',
  entropyBonus: 'server',
  trainerTemperature: 'server',
  // vLLM's default; with logprobs_mode processed_logprobs the self-test finds otherwise.
  logprobsAfterTemperature: false,
  samplerWeights: 'newest',
  live: 'segments',
  resume: 'model',
  loadsWithoutOptimiser: false,
  samplersNeedModel: true,
  recognisesRepeats: false,
  finishesSessions: false,
  topSampled: false,
};
