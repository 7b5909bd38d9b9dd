/**
 * Reads a recipe: YAML, then `--set` overrides, then the schema. Either all of it holds and the recipe comes back
 * with every default written out, or one RecipeError names every fault with its line, so that a recipe is mended
 * in one go. Nothing is computed before this has passed.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineCounter, parseDocument, stringify } from 'yaml';
import { withExistingModel } from './existing-model.ts';
import { type Assignment, type Override, parseOverride, withValue } from './override.ts';
import { RecipeError, type RecipeFault } from './recipe-error.ts';
import { describeIssues, locate } from './recipe-faults.ts';
import { type Recipe, recipeSchema } from './schema.ts';
import { shownPath } from './shown-path.ts';
import { nearest } from './suggestion.ts';

export interface LoadedRecipe {
  readonly recipe: Recipe;
  /** The recipe with every default written out, as YAML: what a run directory keeps. */
  readonly text: string;
  /** Absolute path of the directory that the recipe's own paths are relative to. */
  readonly directory: string;
  /** Absolute path of the file. */
  readonly file: string;
  /** Where a field stands, by its dotted path: its line, or that of the mapping that would have it, or the `--set` of it. */
  readonly where: (field: string) => string;
}

const packagedRecipes = fileURLToPath(new URL('../../recipes/', import.meta.url));
const isRecipeFile = (name: string) => /\.ya?ml$/.test(name);

/**
 * Loads the recipe at `recipePath`, or the packaged one when it is a bare name such as `lab`, with fields replaced: by
 * `--set`, where nothing says by what else. `besides` are fields of the file that belong to what the recipe is part of.
 * Throws a RecipeError with all faults.
 */
export function loadRecipe(
  recipePath: string,
  sets: readonly (string | Assignment)[] = [],
  besides: readonly string[] = [],
): LoadedRecipe {
  const file = resolveRecipe(recipePath);
  const shown = shownPath(file);
  const yaml = readRecipe(file, recipePath);
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const syntaxFaults = document.errors.map((error): RecipeFault => {
    const { line, col } = lines.linePos(error.pos[0]);
    return { where: `${shown}:${line}:${col}`, field: '', message: error.message, hints: [] };
  });
  const overrides: Override[] = [];
  for (const argument of sets) {
    const override = parseOverride(typeof argument === 'string' ? { flag: '--set', argument } : argument);
    if ('message' in override) syntaxFaults.push(override);
    else overrides.push(override);
  }
  if (syntaxFaults.length > 0) throw new RecipeError(syntaxFaults);

  let written: unknown;
  try {
    written = besides.reduce<unknown>((whole, field) => withValue(whole, [field], null), document.toJS());
  } catch (error) {
    // An alias to nothing, or a bomb of aliases.
    const message = error instanceof Error ? error.message : String(error);
    throw new RecipeError([{ where: shown, field: '', message, hints: [] }]);
  }
  const asked = overrides.reduce((whole, { path: at, value: to }) => withValue(whole, at, to), written);
  const { value, issues } = withExistingModel(asked, path.dirname(file));
  const result = recipeSchema.safeParse(value);
  const faults = [...issues, ...(result.error?.issues ?? [])];
  if (!result.success || faults.length > 0) {
    throw new RecipeError(describeIssues(faults, { shown, document, lines, written, value, overrides }));
  }
  const text = `# ${result.data.name}: the recipe with every default written out.\n${stringify(result.data)}`;
  const source = { shown, document, lines, written, overrides };
  const where = (field: string): string => locate(field.split('.'), source, 'key').where;
  return { recipe: result.data, text, directory: path.dirname(file), file, where };
}

/**
 * The top-level fields of a recipe's file as they are written, for whoever must know what kind of file it is; none of a file
 * that is not YAML, which is for whoever loads it to say.
 */
export function writtenFields(recipePath: string): Readonly<Record<string, unknown>> {
  const document = parseDocument(readRecipe(resolveRecipe(recipePath), recipePath), { prettyErrors: false });
  if (document.errors.length > 0) return {};
  try {
    const written: unknown = document.toJS();
    return typeof written === 'object' && written !== null ? { ...written } : {};
  } catch {
    return {};
  }
}

export type RecipeKind = 'run' | 'study' | 'curation';

/** Throws a RecipeError where there is no such file. */
export function recipeKind(recipePath: string): RecipeKind {
  const fields = writtenFields(recipePath);
  if ('arms' in fields) return 'study';
  return 'curate' in fields ? 'curation' : 'run';
}

function isBareName(recipePath: string): boolean {
  return !/[\\/]/.test(recipePath) && !isRecipeFile(recipePath);
}

/** Absolute path of the file that a recipe's path or bare name means; it may be absent. */
export function resolveRecipe(recipePath: string): string {
  return isBareName(recipePath) ? path.join(packagedRecipes, `${recipePath}.yaml`) : path.resolve(recipePath);
}

/** Its text. `asWritten` is for messages. Throws a RecipeError that says what there is instead. */
export function readRecipe(file: string, asWritten: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const refuse = (message: string, hints = existingRecipes(file)) =>
      new RecipeError([{ where: asWritten === '' ? '""' : asWritten, field: '', message, hints }]);
    if (asWritten === '') throw refuse('an empty name is not a recipe');
    if (isDirectory(asWritten)) {
      const isRun = existsSync(path.join(asWritten, 'recipe.yaml'));
      const goOn = `A run goes on with the recipe it was begun with: qed run RECIPE --run ${asWritten}`;
      throw refuse('is a directory, not a recipe', isRun ? [goOn] : undefined);
    }
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw refuse(`cannot be read (${code ?? error})`, []);
    throw refuse(isBareName(asWritten) ? 'there is no such recipe' : 'no such file');
  }
}

function isDirectory(name: string): boolean {
  try {
    return statSync(name).isDirectory();
  } catch {
    // What it is instead, the reading has said.
    return false;
  }
}

/** What could have been meant: the recipes beside the missing file, and the ones that come with QED. */
function existingRecipes(file: string): string[] {
  const isPackaged = path.dirname(file) === path.resolve(packagedRecipes);
  const beside = isPackaged ? [] : recipesIn(path.dirname(file));
  const packaged = recipesIn(packagedRecipes);
  // What to type for each: a path, or the bare name of a packaged one.
  const names = new Map([
    ...packaged.map((found) => [bareName(found), bareName(found)] as const),
    ...beside.map((found) => [bareName(found), shownPath(found)] as const),
  ]);
  const meant = nearest(bareName(file), [...names.keys()]);
  const hints: string[] = [];
  if (meant !== undefined) hints.push(`Did you mean ${names.get(meant)}?`);
  if (beside.length > 0) hints.push(`Recipes there: ${beside.map(shownPath).join(', ')}`);
  if (packaged.length > 0) {
    hints.push(`Recipes that come with QED, by name: ${packaged.map(bareName).join(', ')}`);
  }
  return hints;
}

function bareName(file: string): string {
  return path.basename(file, path.extname(file));
}

function recipesIn(directory: string): string[] {
  try {
    const names = readdirSync(directory).filter(isRecipeFile).sort();
    return names.map((name) => path.join(directory, name));
  } catch {
    // The directory does not exist either; then there is nothing to list.
    return [];
  }
}
