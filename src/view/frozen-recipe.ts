/** The recipe that a run was begun with. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type Recipe, recipeSchema } from '../recipe/schema.ts';

/** Throws an Error that says what is wrong with it. */
export function readFrozenRecipe(directory: string): Recipe {
  const file = path.join(directory, 'recipe.yaml');
  let written: unknown;
  try {
    written = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Error(`recipe.yaml cannot be read: ${reason}`);
  }
  const parsed = recipeSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `recipe.yaml is not one of this version: ${issue?.path.join('.') ?? ''}: ${issue?.message}`,
  );
}
