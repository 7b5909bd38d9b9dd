/**
 * A curation recipe: the steps of `qed data` in their order, each with the options of its command, and the models that they
 * ask by name. `$NAME` in an option is a model of the recipe; a path that begins with `./` or `../` is relative to the
 * recipe's file. What is wrong with the file is told at once; what the options mean, their commands say.
 */
import path from 'node:path';
import { z } from 'zod';
import { recipeFile, writtenFields } from '../load.ts';
import { parseOverride, withValue } from '../override.ts';
import { RecipeError, type RecipeFault } from '../recipe-error.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const curationSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and hyphens are expected'),
  description: z.string().default(''),
  /** Model specs by the names that steps call them by; null: to be set by whoever runs it. */
  models: z.record(z.string(), z.string().min(1).nullable()).default({}),
  curate: z
    .record(z.string(), z.record(z.string(), z.union([scalar, z.array(scalar), z.null()])).nullable())
    .refine((steps) => Object.keys(steps).length > 0, 'at least one step is expected'),
});

export type OptionValue = string | number | boolean;

export interface CurationStep {
  /** Name of the command. */
  readonly name: string;
  /** Its options, a list where one may be given several times; models and paths are put in. */
  readonly options: Readonly<Record<string, OptionValue | readonly OptionValue[]>>;
  /** Models that it asks for and nobody has set: faults only for who wants to run it. */
  readonly faults: readonly RecipeFault[];
}

export interface Curation {
  readonly name: string;
  readonly description: string;
  readonly steps: readonly CurationStep[];
}

/** Whether the file of a recipe is that of a curation. */
export function isCuration(recipePath: string): boolean {
  return 'curate' in writtenFields(recipePath);
}

/** Throws a RecipeError with all faults of the file. */
export function loadCuration(recipePath: string, sets: readonly string[]): Curation {
  const faults: RecipeFault[] = [];
  let written: unknown = writtenFields(recipePath);
  for (const argument of sets) {
    const override = parseOverride({ flag: '--set', argument });
    if ('message' in override) faults.push(override);
    else written = withValue(written, override.path, override.value);
  }
  const parsed = curationSchema.safeParse(written);
  for (const { path: at, message } of parsed.error?.issues ?? [])
    faults.push({ where: recipePath, field: at.join('.'), message, hints: [] });
  if (!parsed.success || faults.length > 0) throw new RecipeError(faults);
  const { name, description, models, curate } = parsed.data;
  const directory = path.dirname(recipeFile(recipePath));
  const steps = Object.entries(curate).map(([step, options]): CurationStep => {
    const unset: RecipeFault[] = [];
    const put = (field: string, value: OptionValue): OptionValue => {
      if (typeof value !== 'string') return value;
      const [, model] = /^\$([\w-]+)$/.exec(value) ?? [];
      if (model === undefined) return /^\.\.?\//.test(value) ? path.resolve(directory, value) : value;
      const spec = models[model];
      if (spec != null) return spec;
      unset.push(unsetModel({ where: recipePath, field: `curate.${step}.${field}`, model, models }));
      return value;
    };
    const given = Object.entries(options ?? {}).flatMap(([field, value]) =>
      value === null || value === false
        ? []
        : [[field, Array.isArray(value) ? value.map((one) => put(field, one)) : put(field, value)] as const],
    );
    return { name: step, options: Object.fromEntries(given), faults: unset };
  });
  return { name, description, steps };
}

function unsetModel(asked: {
  readonly where: string;
  readonly field: string;
  readonly model: string;
  readonly models: Readonly<Record<string, string | null>>;
}): RecipeFault {
  const { where, field, model, models } = asked;
  const message =
    model in models
      ? `the model ${model} is not set`
      : `there is no model ${model}; the recipe has ${Object.keys(models).join(', ') || 'none'}`;
  return {
    ...{ where, field, message },
    hints: [
      `Set it: --set models.${model}=openai:URL#MODEL (or gguf:FILE, run:NAME/CHECKPOINT, a preset, a directory).`,
    ],
  };
}
