/** A stage of reinforcement learning as its run has it: settings, and the batches that are committed. */
import type { JournalReader } from '../../journal/journal-reader.ts';
import type { PolicyStage, RcSettings, Recipe, RlSettings } from '../../recipe/schema.ts';
import { type CommittedBatch, committedBatchSchema } from '../../recipe/stages/committed-batch.ts';
import { readFrozenRecipe } from '../frozen-recipe.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Workplace } from '../workplace.ts';

export interface StageOfRun {
  readonly stage: PolicyStage;
  readonly directory: string;
  readonly recipe: Recipe;
  readonly settings: RlSettings | RcSettings;
}

/** Groups on a page of groups, about. */
const groupsPerPage = 400;

/** Throws a NotFoundError where the run is of no recipe, or its recipe has no such stage. */
export function stageOfRun(workplace: Workplace, run: string, stage: string): StageOfRun {
  const { directory, recipe } = recipeOfRun(workplace, run);
  const settings = stage === 'rl' || stage === 'rc' ? recipe[stage] : undefined;
  if (settings === undefined || !(stage === 'rl' || stage === 'rc'))
    throw new NotFoundError(
      `the recipe of ${workplace.run(run).path} has no stage ${stage} of reinforcement learning`,
    );
  return { stage, directory, recipe, settings };
}

/** Throws a NotFoundError where the run is of no recipe. */
export function recipeOfRun(workplace: Workplace, run: string) {
  const { kind, directory, path } = workplace.run(run);
  if (kind !== 'recipe') throw new NotFoundError(`${path} is no run of a recipe: it has no rollouts`);
  return { directory, recipe: readFrozenRecipe(directory) };
}

interface Kept {
  /** Sequence number of the last one. */
  readonly last: number;
  readonly batches: ReadonlyMap<number, CommittedBatch>;
}

/** Whoever reads group after group needs them each time. */
const keptByJournal = new WeakMap<JournalReader, Map<PolicyStage, Kept>>();

/** By step, in the order of steps. */
export async function batchesOf(
  journal: JournalReader,
  stage: PolicyStage,
): Promise<ReadonlyMap<number, CommittedBatch>> {
  const kept = keptByJournal.get(journal) ?? new Map<PolicyStage, Kept>();
  keptByJournal.set(journal, kept);
  const last = journal.last(`${stage}/batch`)?.sequence ?? 0;
  const known = kept.get(stage);
  if (known?.last === last) return known.batches;
  const batches: [number, CommittedBatch][] = [];
  for await (const { key, value } of journal.values(`${stage}/batch`)) {
    const parsed = committedBatchSchema.safeParse(value);
    // A batch of a version that wrote another form is passed over; its step is not shown.
    if (parsed.success) batches.push([Number(key), parsed.data]);
  }
  const sorted = new Map(batches.sort(([a], [b]) => a - b));
  kept.set(stage, { last, batches: sorted });
  return sorted;
}

export function stepsPerPage({ problemsPerStep }: RlSettings): number {
  return Math.max(1, Math.floor(groupsPerPage / problemsPerStep));
}
