/** The recipe that a run froze, as text and as fields with what each is for, so that two runs can be compared field by field. */
import { parse } from 'yaml';
import { fieldAt } from '../../recipe/field-schema.ts';
import type { RecipeField, RunRecipe } from '../api/run.ts';
import { frozenRecipe } from '../frozen-recipe.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';

export const runRecipe: Resource<'runs/:run/recipe.json'> = {
  async read(workplace, { run }): Promise<RunRecipe> {
    const { directory, kind } = workplace.run(run);
    const frozen = kind === 'recipe' ? frozenRecipe(directory) : undefined;
    if (frozen === undefined) {
      throw new NotFoundError(
        'this run has no recipe; only runs of qed run, and arms of sweeps and studies, do',
      );
    }
    const value = frozen.recipe ?? parsed(frozen.text);
    return { text: frozen.text, fields: fieldsOf(value, [], value) };
  },
  instances: (workplace) =>
    workplace.runs().flatMap(({ id, kind }) => (kind === 'recipe' ? [{ run: id }] : [])),
};

/** A damaged file has no fields; its text is shown. */
function parsed(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown, at: readonly string[], recipe: unknown): RecipeField[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, child]) => fieldsOf(child, [...at, key], recipe));
  }
  if (value === undefined) return [];
  const schema = fieldAt(at, recipe);
  const standard = schema?.default;
  return [
    {
      path: at.join('.'),
      value: valueText(value),
      standard: standard === undefined ? null : valueText(standard),
      meaning: schema?.description ?? null,
    },
  ];
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
