/** What an alarm of reinforcement learning means for somebody who sees it for the first time, and what usually helps. */
import type { AlarmKind } from '../../train/step-alarms.ts';

export const alarmMeaning: Readonly<Record<AlarmKind, string>> = {
  entropy:
    'The policy has become sure of itself. Attempts at a problem turn out alike, so their rewards do not differ and there is nothing to compare. A larger entropy coefficient or a smaller learning rate helps.',
  length:
    'Replies become short without becoming better: often the policy has found a way to get a few points without a proof. Read some rollouts of these steps, and look at what the grader gives points for.',
  overflow:
    'Much of what is written is cut before it is finished and earns nothing. Early in training this falls by itself as the policy learns to be brief; if it stays, allow more tokens or fewer reasoning steps.',
  mismatchKl:
    'The probabilities that the sampler wrote down are not those of the weights that are trained. Either the attempts are too old (see lag), or sampler and trainer compute differently.',
  ungraded:
    'The judge fails on some attempts. They are left out and never count as 0, but what is left may not be like the rest. Look at the failures below.',
  late: 'Groups are dropped because they took too long. Long attempts suffer most, which favours short ones. A larger lag bound or a longer wait for stragglers helps.',
};
