/**
 * The arms of a sweep: every combination of the swept values, with every seed, each a recipe of its own. All of them are
 * checked before anything is computed, and every fault of every arm comes in one RecipeError.
 */
import { createHash } from 'node:crypto';
import { type LoadedRecipe, loadRecipe } from '../load.ts';
import type { Assignment } from '../override.ts';
import { RecipeError, type RecipeFault } from '../recipe-error.ts';
import { type Equality, equalising } from './equal-samples.ts';
import type { SweptField } from './swept-values.ts';

/** One value of one field. */
export interface Setting {
  readonly field: string;
  /** As it was written. */
  readonly value: string;
}

export interface Arm {
  /** Name of its run directory: `groupSize-4_seed-1`. */
  readonly name: string;
  /** The same for all seeds: `groupSize 4`. */
  readonly label: string;
  readonly settings: readonly Setting[];
  readonly seed: number;
  readonly loaded: LoadedRecipe;
}

export interface SweepPlan {
  readonly recipe: string;
  readonly sets: readonly string[];
  readonly over: readonly SweptField[];
  readonly seeds: number;
  readonly equal?: Equality;
}

/** In the order of the values, the last field's fastest, and of the seeds, which count up from the recipe's own. */
export function armsOf({ recipe, sets, over, seeds, equal }: SweepPlan): Arm[] {
  const fields = over.map(({ field }) => field);
  const twice = fields.find((field, i) => fields.indexOf(field) !== i);
  if (twice !== undefined) throw unreadable(`--over ${twice}`, 'is there twice; give all its values at once');
  const whole = loadRecipe(recipe, sets);
  const shown = shortNames(fields);
  const faults = new Map<string, RecipeFault>();
  const arms: Arm[] = [];
  for (const settings of combinations(over)) {
    const swept = settings.map(({ field, value }) => assignment('--over', field, value));
    const label = settings.map(({ field, value }) => `${shown.get(field)} ${value}`).join(', ');
    try {
      const first = loadRecipe(recipe, [...sets, ...swept]);
      const where = `--over ${settings.map(({ field, value }) => `${field}=${value}`).join(' --over ')}`;
      const equals = equal === undefined ? [] : equalising(whole.recipe, first.recipe, { by: equal, where });
      for (let i = 0; i < seeds; i += 1) {
        const seed = whole.recipe.seed + i;
        const seeded = assignment('--seeds', 'seed', String(seed));
        const loaded = loadRecipe(recipe, [...sets, ...swept, ...equals, seeded]);
        const parts = settings.map(({ field, value }) => `${shown.get(field)}-${fileName(value)}`);
        arms.push({ name: [...parts, `seed-${seed}`].join('_'), label, settings, seed, loaded });
      }
    } catch (error) {
      if (!(error instanceof RecipeError)) throw error;
      for (const fault of error.faults) faults.set(JSON.stringify(fault), fault);
    }
  }
  if (faults.size > 0) throw new RecipeError([...faults.values()]);
  return arms;
}

function unreadable(where: string, message: string): RecipeError {
  return new RecipeError([{ where, field: '', message, hints: [] }]);
}

function assignment(flag: string, field: string, value: string): Assignment {
  return { flag, argument: `${field}=${value}` };
}

function combinations(over: readonly SweptField[]): Setting[][] {
  return over.reduce<Setting[][]>(
    (before, { field, values }) =>
      before.flatMap((settings) => values.map((value) => [...settings, { field, value }])),
    [[]],
  );
}

/** The last part of each path, or all of it where two have the same. */
export function shortNames(fields: readonly string[]): ReadonlyMap<string, string> {
  const last = (field: string): string => field.split('.').at(-1) ?? field;
  const isAlone = (field: string): boolean =>
    fields.filter((other) => last(other) === last(field)).length === 1;
  return new Map(fields.map((field) => [field, isAlone(field) ? last(field) : field]));
}

/** A value as part of a file's name on any system; a digest tells apart those that would come to be the same. */
function fileName(value: string): string {
  const plain = value.replaceAll(/[^A-Za-z0-9.+-]+/g, '-').slice(0, 40);
  if (plain === value) return plain;
  return `${plain}-${createHash('sha256').update(value).digest('hex').slice(0, 6)}`;
}
