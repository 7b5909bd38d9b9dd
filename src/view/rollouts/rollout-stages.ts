/** The stages of reinforcement learning of a run, with a line for each committed step. */
import type { JournalReader } from '../../journal/journal-reader.ts';
import type { PolicyStage } from '../../recipe/schema.ts';
import type { RolloutStage, RolloutStep } from '../api/rollouts.ts';
import type { Resource } from '../resource.ts';
import type { Workplace } from '../workplace.ts';
import { batchesOf, recipeOfRun, type StageOfRun, stageOfRun, stepsPerPage } from './policy-stage.ts';

const stages: readonly PolicyStage[] = ['rl', 'rc'];

export const rolloutStages: Resource<'runs/:run/rollouts.json'> = {
  read: async (workplace, { run }) => {
    const { recipe } = recipeOfRun(workplace, run);
    if (!workplace.hasJournal(run)) return { title: recipe.name, stages: [] };
    return await workplace.journal(run, async (journal) => {
      const found: RolloutStage[] = [];
      for (const stage of stages) {
        if (recipe[stage] === undefined) continue;
        const read = await readStage(journal, stageOfRun(workplace, run, stage));
        if (read.committed.length > 0) found.push(read);
      }
      return { title: recipe.name, stages: found };
    });
  },
  instances: function* (workplace) {
    for (const run of recipeRuns(workplace)) yield { run };
  },
};

/** Ids of the runs of recipes that have a journal. */
export function recipeRuns(workplace: Workplace): string[] {
  return workplace
    .runs()
    .flatMap(({ id, kind }) => (kind === 'recipe' && workplace.hasJournal(id) ? [id] : []));
}

async function readStage(journal: JournalReader, { stage, settings }: StageOfRun): Promise<RolloutStage> {
  const rewards = new Map<number, number>();
  for await (const { key, value } of journal.values(`${stage}/step`)) {
    const reward = (value as { readonly reward?: unknown }).reward;
    if (typeof reward === 'number') rewards.set(Number(key), reward);
  }
  const committed = [...(await batchesOf(journal, stage))].map(
    ([step, { groups, dropped, ungraded, outcomes }]): RolloutStep => ({
      step,
      reward: rewards.get(step) ?? null,
      groups: groups.length,
      trained: outcomes?.trained ?? groups.length,
      dropped: dropped.length,
      ungraded: ungraded.length,
    }),
  );
  const perPage = stepsPerPage(settings);
  const { steps, groupSize, maxTokens, temperature, grader, truncation, zeroVarianceGroups } = settings;
  return {
    ...{ stage, steps, groupSize, maxTokens, temperature, grader, truncation, zeroVarianceGroups },
    pages: Math.ceil((committed.at(-1)?.step ?? 0) / perPage),
    stepsPerPage: perPage,
    hasStates: 'summariser' in settings,
    hasLogRatios: journal.count(`${stage}/log-ratios`) > 0,
    committed,
  };
}
