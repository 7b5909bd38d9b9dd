/** The groups of some steps, a row each: those that were trained, in the order of their batch, and those dropped before it. */

import type { RolloutGroupRow } from '../api/rollouts.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { problemAndTurn } from './group-origin.ts';
import { batchesOf, type StageOfRun, stageOfRun, stepsPerPage } from './policy-stage.ts';
import { judged, type RecordedAttempt, recordedAttempts, ungradedIn } from './recorded-attempts.ts';
import { recipeRuns, rolloutStages } from './rollout-stages.ts';

export const groupRows: Resource<'runs/:run/rollouts/:stage/groups/:page.json'> = {
  read: async (workplace, { run, stage, page }) => {
    const own = stageOfRun(workplace, run, stage);
    const number = Number(page);
    if (!/^\d+$/.test(page)) throw new NotFoundError(`page ${page} of the groups of ${stage} is no number`);
    const originOf = await problemAndTurn(own);
    return await workplace.journal(run, async (journal) => {
      const batches = await batchesOf(journal, own.stage);
      const perPage = stepsPerPage(own.settings);
      const first = number * perPage + 1;
      const rows: RolloutGroupRow[] = [];
      for (let step = first; step < first + perPage; step += 1) {
        const batch = batches.get(step);
        if (batch === undefined) continue;
        for (const [place, group] of batch.groups.entries()) {
          const attempts = recordedAttempts(journal, own, group, ungradedIn(batch, place));
          const { outcome } = judged(attempts, own, step);
          const { turn } = originOf(group);
          const problem = batch.problems[place] ?? originOf(group).problem;
          rows.push({ group, step, problem, outcome, reason: null, turn, ...figuresOf(attempts, own) });
        }
        for (const [group, reason] of batch.dropped) {
          const attempts = recordedAttempts(journal, own, group, undefined);
          const outcome = 'dropped';
          rows.push({ group, step, outcome, reason, ...originOf(group), ...figuresOf(attempts, own) });
        }
      }
      return { rows };
    });
  },
  instances: async function* (workplace) {
    for (const run of recipeRuns(workplace)) {
      for (const { stage, pages } of (await rolloutStages.read(workplace, { run })).stages)
        for (let page = 0; page < pages; page += 1) yield { run, stage, page: String(page) };
    }
  },
};

function figuresOf(
  attempts: readonly RecordedAttempt[],
  { settings }: StageOfRun,
): Pick<RolloutGroupRow, 'points' | 'tokens' | 'cut'> {
  const tokens = attempts.reduce((sum, attempt) => sum + attempt.tokens, 0);
  return {
    points: attempts.map(({ points }) => points ?? null),
    tokens: attempts.length === 0 ? null : tokens / attempts.length,
    cut: attempts.filter((attempt) => attempt.tokens >= settings.maxTokens).length,
  };
}
