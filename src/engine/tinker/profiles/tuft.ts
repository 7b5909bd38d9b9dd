/** TuFT, by its source (0.2): close to the hosted service, LoRA only. Nothing of it was measured. */
import type { ServerProfile } from '../profile.ts';
import { hostedProfile } from './hosted.ts';

export const tuftProfile: ServerProfile = {
  ...hostedProfile,
  kind: 'tuft',
  live: 'segments',
  resume: 'model',
  finishesSessions: false,
  topSampled: false,
};
