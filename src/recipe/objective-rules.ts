/** What the settings of the RL objective must agree on. */
import type { Contradiction } from './contradiction.ts';
import type { PolicyStage, RlSettings } from './schema.ts';

export function objectiveContradictions(stage: PolicyStage, settings: RlSettings): Contradiction[] {
  const { advantage, loss, minimumGraded, groupSize } = settings;
  const found: Contradiction[] = [];
  const complain = (field: readonly string[], message: string) =>
    found.push({ path: [stage, ...field], message });
  if (minimumGraded > groupSize) complain(['minimumGraded'], `must not exceed groupSize (${groupSize})`);
  if (minimumGraded < 2) {
    if (advantage.baseline === 'leave-one-out')
      complain(['minimumGraded'], 'must be at least 2 with advantage.baseline leave-one-out');
    if (advantage.divideByDeviation)
      complain(
        ['minimumGraded'],
        'must be at least 2 with advantage.divideByDeviation: one reward has no deviation',
      );
  }
  if (loss.kind === 'gspo') {
    for (const field of ['epsilonLow', 'epsilonHigh'] as const) {
      if (loss[field] >= 1)
        complain(
          ['loss', field],
          `is a bound on the geometric mean of a whole attempt with kind gspo, and ${loss[field]} never clips; its paper has 3e-4 below and 4e-4 above`,
        );
    }
  }
  return found;
}
