/**
 * A study: a recipe whose file also says `seeds` and `arms`. Each arm is the recipe with some of its fields replaced, run
 * with every seed; together they answer what one run cannot. Every fault of every arm is told before anything is computed.
 */
import { z } from 'zod';
import { loadRecipe, writtenFields } from '../load.ts';
import { RecipeError, type RecipeFault } from '../recipe-error.ts';

import type { Arm } from '../sweep/arms.ts';
import { type Claim, claimSchema } from './claims.ts';
import { type StudyFigure, studyFigureSchema } from './figures.ts';

const studySchema = z.object({
  seeds: z.int().min(1).max(100).default(3),
  arms: z
    .record(
      z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]*$/, 'a name of lower-case letters, digits and hyphens is expected'),
      z.record(z.string(), z.json()).nullable(),
    )
    .refine((arms) => Object.keys(arms).length > 0, 'at least one arm is expected'),
  /** What the study says that its arms show. */
  claims: z.array(claimSchema).default([]),
  figures: z.array(studyFigureSchema).default([]),
});

const ownFields = ['seeds', 'arms', 'claims', 'figures'] as const;

export interface Study {
  readonly name: string;
  readonly description: string;
  /** Arm by arm, the seeds of each counting up from the recipe's own. */
  readonly arms: readonly Arm[];
  readonly seeds: readonly number[];
  readonly claims: readonly Claim[];
  readonly figures: readonly StudyFigure[];
}

/**
 * Loads a study with fields replaced in every arm; `seeds=N` replaces the number of seeds. Throws a RecipeError with all
 * faults of all arms.
 */
export function loadStudy(recipePath: string, sets: readonly string[]): Study {
  const counts = sets.filter((set) => /^\s*seeds\s*=/.test(set));
  const others = sets.filter((set) => !counts.includes(set));
  const written = writtenFields(recipePath);
  const count = counts.at(-1)?.split('=')[1]?.trim();
  const parsed = studySchema.safeParse({
    ...written,
    ...(count === undefined ? {} : { seeds: Number(count) }),
  });
  if (!parsed.success) {
    throw new RecipeError(
      parsed.error.issues.map((issue) => ({
        where: recipePath,
        field: issue.path.join('.'),
        // Of a key zod says only that it is wrong; why is one level down.
        message: issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message,
        hints: [
          'A study is a recipe with `seeds: 3` and `arms:`, each a mapping of dotted fields to values.',
        ],
      })),
    );
  }
  const { seeds, arms, claims, figures } = parsed.data;
  refuseUnknownArms(recipePath, Object.keys(arms), claims, figures);
  const { recipe } = loadRecipe(recipePath, others, ownFields);
  const faults = new Map<string, RecipeFault>();
  const made: Arm[] = [];
  for (const [label, fields] of Object.entries(arms)) {
    const settings = Object.entries(fields ?? {}).map(([field, value]) => ({
      field,
      value: JSON.stringify(value),
    }));
    const assignments = settings.map(({ field, value }) => ({
      flag: `arms.${label}`,
      argument: `${field}=${value}`,
    }));
    for (let i = 0; i < seeds; i += 1) {
      const seed = recipe.seed + i;
      try {
        const seeded = { flag: 'seeds', argument: `seed=${seed}` };
        const loaded = loadRecipe(recipePath, [...others, ...assignments, seeded], ownFields);
        made.push({ name: `${label}_seed-${seed}`, label, settings, seed, loaded });
      } catch (error) {
        if (!(error instanceof RecipeError)) throw error;
        for (const fault of error.faults) faults.set(JSON.stringify(fault), fault);
      }
    }
  }
  if (faults.size > 0) throw new RecipeError([...faults.values()]);
  return {
    name: recipe.name,
    description: recipe.description,
    arms: made,
    seeds: Array.from({ length: seeds }, (_, i) => recipe.seed + i),
    ...{ claims, figures },
  };
}

/** A claim or a figure of an arm that there is not would come out empty, hours later. */
function refuseUnknownArms(
  where: string,
  arms: readonly string[],
  claims: readonly Claim[],
  figures: readonly StudyFigure[],
): void {
  const named = [
    ...claims.flatMap(({ id, more, less }) =>
      [...more, ...less].map(({ arm }) => ({ field: `claims, ${id}`, arm })),
    ),
    ...figures.flatMap(({ title, lines }) => lines.map(({ arm }) => ({ field: `figures, ${title}`, arm }))),
  ];
  const faults = named.flatMap(({ field, arm }): RecipeFault[] =>
    arms.includes(arm)
      ? []
      : [{ where, field, message: `there is no arm ${arm}`, hints: [`Arms: ${arms.join(', ')}.`] }],
  );
  if (faults.length > 0) throw new RecipeError(faults);
}
