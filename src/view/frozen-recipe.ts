/** The recipe that a run was begun with, with what is wrong with it where it is none of this version. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type Recipe, recipeSchema } from '../recipe/schema.ts';

export interface FrozenRecipe {
  readonly text: string;
  readonly recipe: Recipe | undefined;
  /** Why it is none. */
  readonly trouble: string | undefined;
}

/** Texts whose reading is kept. */
const mostKnown = 24;

/** What texts say: to read a recipe takes longer than all else that is asked of a run that is being written. */
const known = new Map<string, FrozenRecipe>();

/** The recipe of a run directory; undefined where there is no file. */
export function frozenRecipe(directory: string): FrozenRecipe | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(directory, 'recipe.yaml'), 'utf8');
  } catch {
    return undefined;
  }
  const recipe = known.get(text) ?? recipeOf(text);
  known.delete(text);
  known.set(text, recipe);
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  return recipe;
}

function recipeOf(text: string): FrozenRecipe {
  try {
    const found = recipeSchema.safeParse(parse(text));
    if (found.success) return { text, recipe: found.data, trouble: undefined };
    const [issue] = found.error.issues;
    const where = issue?.path.join('.') ?? '';
    return {
      text,
      recipe: undefined,
      trouble: `recipe.yaml is not a recipe of this version of QED (${where}: ${issue?.message ?? 'unreadable'})`,
    };
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { text, recipe: undefined, trouble: `recipe.yaml is damaged: ${message}; restore it from a copy` };
  }
}

/** The recipe alone. Throws an Error that says why there is none. */
export function readFrozenRecipe(directory: string): Recipe {
  const { recipe, trouble } = frozenRecipe(directory) ?? {};
  if (recipe === undefined) throw new Error(trouble ?? 'recipe.yaml is missing; restore it from a copy');
  return recipe;
}
