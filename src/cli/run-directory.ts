/**
 * Which directory a run works in. Without `--run` an unfinished run of the recipe goes on and a finished one is
 * left alone: runs/lab, then runs/lab-2, runs/lab-3. A directory is gone on with only when its frozen recipe says
 * the same as the one that was asked for, and its journal is there. Choosing writes nothing.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { frozenDifferences, frozenName } from '../recipe/frozen-recipe.ts';
import type { Recipe } from '../recipe/schema.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { UserError } from './user-error.ts';

/** Written by the runner as the last thing of a complete run. */
const finishedMark = 'finished.json';
const frozenRecipe = 'recipe.yaml';
const journalFile = 'journal.db';
const waysOut = 'restore it from a copy, or begin a new run with --run';

export interface RunDirectory {
  /** Absolute. */
  readonly directory: string;
  readonly state: 'new' | 'unfinished' | 'finished';
}

/**
 * @param given what `--run` says
 * @param existing `--from` was given: the latest run is meant, even if it is finished
 */
export function chooseRunDirectory(options: {
  readonly recipe: Recipe;
  readonly given: string | undefined;
  readonly existing: boolean;
  readonly workingDirectory: string;
}): RunDirectory {
  const { recipe, given, existing, workingDirectory } = options;
  if (given !== undefined) {
    const directory = path.resolve(workingDirectory, given);
    return checked({ directory, state: stateOf(directory) }, recipe);
  }
  const runs = path.join(workingDirectory, 'runs');
  const taken = numberedRuns(runs, recipe.name);
  const latest = taken.findLast(({ number }) => belongsTo(numbered(runs, recipe.name, number), recipe.name));
  if (latest !== undefined) {
    const directory = numbered(runs, recipe.name, latest.number);
    const state = stateOf(directory);
    if (state !== 'finished' || existing) return checked({ directory, state }, recipe);
  }
  const next = (taken.at(-1)?.number ?? 0) + 1;
  return { directory: numbered(runs, recipe.name, next), state: 'new' };
}

function numbered(runs: string, name: string, number: number): string {
  return path.join(runs, number === 1 ? name : `${name}-${number}`);
}

/** The runs of this name that exist, in the order they were begun. */
function numberedRuns(runs: string, name: string): { readonly number: number }[] {
  if (!existsSync(runs)) return [];
  return entriesOf(runs)
    .flatMap((entry) => {
      if (entry === name) return { number: 1 };
      const suffix = entry.startsWith(`${name}-`) ? entry.slice(name.length + 1) : '';
      return /^[1-9]\d*$/.test(suffix) && Number(suffix) > 1 ? { number: Number(suffix) } : [];
    })
    .sort((a, b) => a.number - b.number);
}

/**
 * runs/lab-2 may be the second run of `lab` or the first of a recipe called `lab-2`. A damaged recipe does not say
 * which, and is taken for this one: better to refuse it than to begin anew beside it.
 */
function belongsTo(directory: string, name: string): boolean {
  const file = path.join(directory, frozenRecipe);
  return !existsSync(file) || (frozenName(readFrozen(file)) ?? name) === name;
}

function readFrozen(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${shownPath(file)} cannot be read (${errorCode(error)})`, { exitCode: 1 });
  }
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const code = errorCode(error);
    const reason = code === 'ENOTDIR' ? 'is a file, not a directory' : `cannot be read (${code})`;
    throw new UserError(`${shownPath(directory)} ${reason}; name another directory with --run`, {
      exitCode: 1,
    });
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function stateOf(directory: string): RunDirectory['state'] {
  if (existsSync(path.join(directory, finishedMark))) return 'finished';
  if (existsSync(path.join(directory, frozenRecipe))) return 'unfinished';
  return 'new';
}

/** A run's own first files: it was killed before its recipe was written. */
const leftBehind = /^(\..*|journal\.db.*|run\.lock.*|blobs)$/;

/** Without its journal a run would begin anew over its own results. */
function refuseMissingJournal(directory: string): void {
  if (existsSync(path.join(directory, journalFile))) return;
  const hasContent = (name: string) => {
    const file = path.join(directory, name);
    if (!existsSync(file)) return false;
    const status = statSync(file);
    return status.isDirectory() ? entriesOf(file).length > 0 : name === finishedMark || status.size > 0;
  };
  const results = ['checkpoints', 'blobs', 'metrics.jsonl', finishedMark].filter(hasContent);
  if (results.length === 0) return;
  const names = results.map((name) => (name.includes('.') ? name : `${name}/`)).join(' and ');
  throw new UserError(`${shownPath(directory)}: ${journalFile} is missing beside ${names}; ${waysOut}`, {
    exitCode: 1,
  });
}

/** Makes the directory where there is none, and refuses one that cannot be written to. */
export function makeRunDirectory(directory: string): void {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.W_OK);
  } catch (error) {
    throw new UserError(
      `${shownPath(directory)} cannot be written to (${errorCode(error)}); name another directory with --run`,
      { exitCode: 1 },
    );
  }
}

/** Level by level: where nothing can be made (/proc), Node's recursive mkdir does not come back. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(path.dirname(directory));
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another process was quicker.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function checked(run: RunDirectory, recipe: Recipe): RunDirectory {
  const shown = shownPath(run.directory);
  if (run.state === 'new') {
    const foreign = existsSync(run.directory)
      ? entriesOf(run.directory).filter((name) => !leftBehind.test(name))
      : [];
    if (foreign.length === 0) {
      refuseMissingJournal(run.directory);
      return run;
    }
    throw new UserError(
      `${shown} has files in it (${foreign.slice(0, 3).join(', ')}) but no ${frozenRecipe}: it is not a run directory.\n` +
        'Give --run an empty or a new directory.',
      { exitCode: 1 },
    );
  }
  refuseMissingJournal(run.directory);
  const file = path.join(run.directory, frozenRecipe);
  if (!existsSync(file)) {
    throw new UserError(`${shownPath(file)} is missing beside ${finishedMark}; ${waysOut}`, { exitCode: 1 });
  }
  const text = readFrozen(file);
  if (frozenName(text) === undefined) {
    throw new UserError(`${shownPath(file)} is damaged: it is not a recipe; ${waysOut}`, { exitCode: 1 });
  }
  const differences = frozenDifferences(text, recipe);
  if (differences.length === 0) return run;
  const lines = differences.map(({ field, frozen, now }) => `  ${field}: ${frozen} in the run, ${now} now`);
  throw new UserError(
    `${shown} was begun with another recipe; it goes on only with its own. The fields that differ:\n` +
      `${lines.join('\n')}\n` +
      'Either begin a run of its own with --run DIR, or undo the change (drop the --set, restore the recipe file).',
    { exitCode: 1 },
  );
}
