/** Words for what became of groups and attempts, and marks that say the same without colour. */
import type { GroupOutcome, RolloutAttempt, RolloutGroupRow } from '../../../../src/view/api/rollouts.ts';

export const outcomeWords: Readonly<Record<GroupOutcome, string>> = {
  trained: 'trained',
  'all-zero': 'all without points',
  'all-full': 'all with full marks',
  'all-equal': 'all alike',
  'too-few-grades': 'too few grades',
  dropped: 'dropped',
};

export const outcomeNotes: Readonly<Record<GroupOutcome, string>> = {
  trained: 'The attempts differ in reward, so each is pushed up or down by its advantage.',
  'all-zero': 'Every attempt earned nothing, so none is better than another: the group teaches nothing.',
  'all-full': 'Every attempt earned full marks, so none is better than another: the group teaches nothing.',
  'all-equal': 'Every attempt earned the same, so none is better than another: the group teaches nothing.',
  'too-few-grades': 'Too few attempts have a grade for a baseline: the group was left out.',
  dropped: 'The group was in no batch.',
};

const reasons: Readonly<Record<string, string>> = {
  straggler: 'it was not finished when its last step could not wait any longer',
  stale: 'its oldest token was beyond the lag that is allowed',
  cancelled: 'it was under way when the stage ended',
  'attempt-timeout': 'an attempt did not end, however often it was begun',
  'trajectory-timeout': 'the trajectory to its state did not end',
  'stale-state': 'the state it was to go on from had become too old',
  'all-zero': 'every attempt earned nothing, and another group took its place',
  'all-full': 'every attempt earned full marks, and another group took its place',
  'all-equal': 'every attempt earned the same, and another group took its place',
};

export function reasonWords(reason: string): string {
  return reasons[reason] ?? reason;
}

export const verdictWords: Readonly<Record<RolloutAttempt['verdict'], string>> = {
  graded: 'graded',
  cut: 'cut, so 0',
  'no-proof': 'no proof, so 0',
  masked: 'cut, left out',
  ungraded: 'no grade',
  'not-graded': 'not graded',
};

/** Mean of those that have a grade. */
export function meanPoints({ points }: Pick<RolloutGroupRow, 'points'>): number | null {
  const graded = points.filter((value) => value !== null);
  return graded.length === 0 ? null : graded.reduce((sum, value) => sum + value, 0) / graded.length;
}
