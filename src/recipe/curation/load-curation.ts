/**
 * A curation recipe: the steps of `qed data` in their order, each with the options of its command, and the models that they
 * ask by name. `$NAME` in an option is a model of the recipe; a path that begins with `./` or `../` is relative to the
 * recipe's file. What is wrong with the file is told at once; what the options mean, their commands say.
 */
import path from 'node:path';
import { z } from 'zod';
import { checkYaml } from '../../problems/tables/checked-yaml.ts';
import { readRecipe, resolveRecipe } from '../load.ts';
import { parseOverride, withValue } from '../override.ts';
import { RecipeError, type RecipeFault } from '../recipe-error.ts';
import { shownPath } from '../shown-path.ts';

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
  /** Files and directories that its options name by paths, absolute. */
  readonly files: readonly string[];
  /** Models that it asks for and nobody has set: faults only for who wants to run it. */
  readonly faults: readonly RecipeFault[];
}

export interface Curation {
  readonly name: string;
  readonly description: string;
  /** Specs by name; null where nobody has set one. */
  readonly models: Readonly<Record<string, string | null>>;
  readonly steps: readonly CurationStep[];
}

/** Throws a RecipeError with all faults of the file. */
export function loadCuration(recipePath: string, sets: readonly string[]): Curation {
  const overrides = sets.map((argument) => parseOverride({ flag: '--set', argument }));
  const unread = overrides.filter((override) => 'message' in override);
  if (unread.length > 0) throw new RecipeError(unread);
  const file = resolveRecipe(recipePath);
  const checked = checkYaml(readRecipe(file, recipePath), curationSchema, (written) =>
    overrides.reduce<unknown>(
      (whole, override) => ('message' in override ? whole : withValue(whole, override.path, override.value)),
      written,
    ),
  );
  if (!checked.ok)
    throw new RecipeError(
      checked.faults.map(({ at, field, message }) => ({
        ...{ where: `${shownPath(file)}${at}`, field, message },
        hints: [],
      })),
    );
  const { name, description, models, curate } = checked.data;
  const directory = path.dirname(file);
  const steps = Object.entries(curate).map(([step, options]): CurationStep => {
    const unset: RecipeFault[] = [];
    const files: string[] = [];
    const put = (field: string, value: OptionValue): OptionValue => {
      if (typeof value !== 'string') return value;
      const [, model] = /^\$([\w-]+)$/.exec(value) ?? [];
      if (model === undefined) {
        if (!/^\.\.?\//.test(value)) return value;
        const named = path.resolve(directory, value);
        files.push(named);
        return named;
      }
      const spec = models[model];
      if (spec != null) return spec;
      unset.push(unsetModel({ where: shownPath(file), field: `curate.${step}.${field}`, model, models }));
      return value;
    };
    const given = Object.entries(options ?? {}).flatMap(([field, value]) =>
      value === null || value === false
        ? []
        : [[field, Array.isArray(value) ? value.map((one) => put(field, one)) : put(field, value)] as const],
    );
    return { name: step, options: Object.fromEntries(given), files, faults: unset };
  });
  return { name, description, models, steps };
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
