/** The recipe of a run as it was frozen. Throws an Error that says what is wrong with it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type Recipe, recipeSchema } from '../../recipe/schema.ts';

export function evaluatedRecipe(directory: string): Recipe {
  const parsed = recipeSchema.safeParse(parse(readFileSync(path.join(directory, 'recipe.yaml'), 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `recipe.yaml is not one of this version: ${issue?.path.join('.') ?? ''}: ${issue?.message}`,
  );
}
