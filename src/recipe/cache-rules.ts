/** What the settings of stage rc must agree on. */
import type { Contradiction } from './contradiction.ts';
import type { RcSettings } from './schema.ts';

export function cacheContradictions({
  turns,
  statesPerTrajectory,
  backlog,
  pipeline,
}: RcSettings): Contradiction[] {
  const found: Contradiction[] = [];
  const complain = (field: string, message: string) => found.push({ path: ['rc', field], message });
  if (statesPerTrajectory > turns + 1) {
    complain(
      'statesPerTrajectory',
      `must not exceed ${turns + 1}: a trajectory of ${turns} turns has no more states, the one after its last turn included`,
    );
  }
  if (backlog > 0 && pipeline.maxLag === 0) {
    complain(
      'backlog',
      'must be 0 with pipeline.maxLag 0: a state that waits for a later step is too old for it',
    );
  }
  return found;
}
