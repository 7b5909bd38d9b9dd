/** The stage whose curves are shown: the one that was asked for, else the one under way, else the last that trained a policy. */
import type { RunOverview, RunStage } from '../../../../src/view/api/run.ts';

export function chosenStage(
  { stages }: Pick<RunOverview, 'stages'>,
  asked: string | null,
): RunStage | undefined {
  const drawn = stages.filter(({ pages }) => pages > 0);
  return (
    drawn.find(({ id }) => id === asked) ??
    drawn.find(({ state }) => state === 'running' || state === 'stopped') ??
    drawn.find(({ id }) => id === 'rl') ??
    drawn.findLast(({ trains }) => trains === 'policy') ??
    drawn.at(-1)
  );
}
