/** The evaluations that a recipe asks for, in the order they run: known from the recipe alone, without a model. */
import { type CheckpointName, checkpointNames, type ScaffoldName } from '../report/report-input.ts';
import type { Recipe } from '../schema.ts';

export interface PlannedEvaluation {
  readonly checkpoint: CheckpointName;
  readonly scaffold: ScaffoldName;
  /** Attempts per problem. */
  readonly samples: number;
}

/** Empty without a stage evaluate. Searching is for the policy that all training has led to. */
export function plannedEvaluations(recipe: Recipe): PlannedEvaluation[] {
  const { evaluate } = recipe;
  if (evaluate === undefined) return [];
  const checkpoints = checkpointNames.filter(
    (name) => (name === 'base' ? (recipe.pretrain ?? recipe.model.from) : recipe[name]) !== undefined,
  );
  const { samples, reasoningCacheTurns, search } = evaluate;
  const searching: readonly (ScaffoldName | undefined)[] = [
    search?.majority && 'majority',
    search?.bestOfN && 'best-of-n',
    search?.deepseekMath && 'deepseek-math',
    search?.rsa && 'rsa',
  ];
  return checkpoints.flatMap((checkpoint) => [
    { checkpoint, scaffold: 'single' as const, samples },
    ...(reasoningCacheTurns > 0 ? [{ checkpoint, scaffold: 'reasoning-cache' as const, samples }] : []),
    ...(checkpoint === checkpoints.at(-1) ? searching : []).flatMap((scaffold) =>
      scaffold === undefined ? [] : [{ checkpoint, scaffold, samples: search?.samples ?? samples }],
    ),
  ]);
}
