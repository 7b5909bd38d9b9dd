/** The series of the runs of a workplace, kept for those that were looked at last. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type Recipe, recipeSchema } from '../../recipe/schema.ts';
import type { Workplace } from '../workplace.ts';
import { RunSeries } from './run-series.ts';

/** Runs whose series are kept. */
const mostKept = 24;

interface Kept {
  /** Of the journal: another one in the same place is another run. */
  readonly inode: number;
  readonly series: RunSeries;
}

const keptByWorkplace = new WeakMap<Workplace, Map<string, Kept>>();

/** The series of a run, up to date. Throws what reading a damaged journal throws. */
export async function seriesOf(workplace: Workplace, run: string): Promise<RunSeries> {
  const directory = workplace.directoryOf(run);
  const kept = keptByWorkplace.get(workplace) ?? new Map<string, Kept>();
  keptByWorkplace.set(workplace, kept);
  const inode = statSync(path.join(directory, 'journal.db'), { throwIfNoEntry: false })?.ino ?? 0;
  const known = kept.get(run);
  const series = known?.inode === inode ? known.series : new RunSeries(frozenRecipe(directory)?.recipe);
  kept.delete(run);
  kept.set(run, { inode, series });
  for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - mostKept))) kept.delete(oldest);
  if (inode !== 0) await workplace.journal(run, (reader) => series.update(reader));
  return series;
}

export interface FrozenRecipe {
  readonly text: string;
  readonly recipe: Recipe | undefined;
  /** Why it is none. */
  readonly trouble: string | undefined;
}

/** What texts say: to read a recipe takes longer than all else that is asked of a run that is being written. */
const read = new Map<string, FrozenRecipe>();

/** The recipe of a run directory; undefined where there is no file. */
export function frozenRecipe(directory: string): FrozenRecipe | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(directory, 'recipe.yaml'), 'utf8');
  } catch {
    return undefined;
  }
  const known = read.get(text);
  if (known !== undefined) return known;
  const recipe = recipeOf(text);
  read.set(text, recipe);
  for (const oldest of [...read.keys()].slice(0, Math.max(0, read.size - mostKept))) read.delete(oldest);
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
    const message = error instanceof Error ? error.message : String(error);
    return { text, recipe: undefined, trouble: `recipe.yaml is damaged: ${message}; restore it from a copy` };
  }
}
