/**
 * Arms of equal samples: a sweep over the size of groups alone would give larger groups more attempts in all. Each arm has
 * as many as the recipe, in problems a step (as many attempts in every step) or in steps.
 */
import type { Assignment } from '../override.ts';
import { RecipeError } from '../recipe-error.ts';
import { policyStages, type Recipe } from '../schema.ts';

/** What is scaled: problems a step, or steps. */
export const equalities = ['samples', 'samples-by-steps'] as const;
export type Equality = (typeof equalities)[number];

/**
 * What to set so that an arm has the attempts of `whole`, the recipe without what is swept. `where` names the arm in the
 * RecipeError that says that no whole number does.
 */
export function equalising(
  whole: Recipe,
  arm: Recipe,
  { by, where }: { readonly by: Equality; readonly where: string },
): Assignment[] {
  return policyStages.flatMap((stage) => {
    const [before, now] = [whole[stage], arm[stage]];
    if (before === undefined || now === undefined) return [];
    const perStep = before.problemsPerStep * before.groupSize;
    const [name, attempts, of] =
      by === 'samples'
        ? (['problemsPerStep', perStep * (before.steps / now.steps), now.groupSize] as const)
        : (['steps', perStep * before.steps, now.groupSize * now.problemsPerStep] as const);
    const value = attempts / of;
    if (value === now[name]) return [];
    if (!Number.isInteger(value)) {
      const field = `${stage}.${name}`;
      const message = `would have to be ${Number(value.toFixed(3))} for as many attempts as the recipe has (${perStep * before.steps}), which is no whole number`;
      const hints = [
        `Choose values that divide, or another ${field} with --set; --equal ${by === 'samples' ? 'samples-by-steps scales steps' : 'samples scales problems a step'} instead.`,
      ];
      throw new RecipeError([{ where, field, message, hints }]);
    }
    return [{ flag: `--equal ${by}:`, argument: `${stage}.${name}=${value}` }];
  });
}
