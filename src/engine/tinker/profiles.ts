/** The kinds of server that are known, by name. */
import type { ProfileKind, ServerProfile } from './profile.ts';
import { hostedProfile } from './profiles/hosted.ts';
import { qedProfile } from './profiles/qed.ts';
import { skyrlProfile } from './profiles/skyrl.ts';
import { skyrlJaxProfile } from './profiles/skyrl-jax.ts';
import { tuftProfile } from './profiles/tuft.ts';

export const profiles: Readonly<Record<ProfileKind, ServerProfile>> = {
  qed: qedProfile,
  hosted: hostedProfile,
  tuft: tuftProfile,
  skyrl: skyrlProfile,
  'skyrl-jax': skyrlJaxProfile,
};
