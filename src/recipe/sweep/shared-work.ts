/**
 * Work that one run of a sweep has done and others need: which run has which part, and the taking over of a part, files by
 * hard links and the record by a copy of its rows. What is taken over is named in the journal before the first of it is there,
 * so that a sweep that was killed half-way goes on with it.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { copyRows } from '../../journal/copy-rows.ts';
import { JournalReader } from '../../journal/journal-reader.ts';
import { linkTree } from '../../journal/link-tree.ts';
import { openJournal } from '../../journal/open-journal.ts';
import { loadDirectoryFormat } from '../../model/directory-format.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { type Recipe, recipeSchema } from '../schema.ts';
import { checkPromptsFit } from '../stages/data.ts';
import { isDone, type Part, partsOf } from './parts.ts';

/** Stream of what a run took over: by part, the name of the run that it was made in. */
export const reusedStream = 'reused';

/** Runs of the sweep by the keys of the parts that they have finished. */
export async function finishedWork(sweep: string): Promise<Map<string, string>> {
  const work = new Map<string, string>();
  if (!existsSync(sweep)) return work;
  for (const name of (await readdir(sweep)).sort()) {
    const directory = path.join(sweep, name);
    const recipe = await frozenRecipe(directory);
    if (recipe === undefined) continue;
    for (const { key } of finishedParts(directory, partsOf(recipe))) if (!work.has(key)) work.set(key, name);
  }
  return work;
}

/** Those of the parts that the run has. */
export function finishedParts(directory: string, parts: readonly Part[]): Part[] {
  return reading(directory, (reader) => parts.filter((part) => isDone(reader, part))) ?? [];
}

/** What a run took over from which other run. */
export function reusedParts(directory: string, parts: readonly Part[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  reading(directory, (reader) => {
    for (const { id } of parts) {
      const value = reader.find(reusedStream, id)?.value as { readonly from: string } | undefined;
      if (value !== undefined) found.set(id, value.from);
    }
  });
  return found;
}

function reading<T>(directory: string, use: (reader: JournalReader) => T): T | undefined {
  if (!existsSync(path.join(directory, 'journal.db'))) return undefined;
  const reader = new JournalReader(directory);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

/** The recipe of a run; nothing where there is no run, or one of a version whose recipes are not read any more. */
async function frozenRecipe(directory: string): Promise<Recipe | undefined> {
  const file = path.join(directory, 'recipe.yaml');
  if (!existsSync(file) || !existsSync(path.join(directory, 'journal.db'))) return undefined;
  const parsed = recipeSchema.safeParse(parse(await readFile(file, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

/**
 * Takes over what the run in `arm` lacks of `parts` and other runs have (`work`). A stage that it has begun by itself it
 * finishes by itself. Returns the ids of what was taken over.
 */
export async function takeOver(
  sweep: string,
  arm: string,
  {
    recipe,
    parts,
    work,
  }: { readonly recipe: Recipe; readonly parts: readonly Part[]; readonly work: ReadonlyMap<string, string> },
): Promise<string[]> {
  const directory = path.join(sweep, arm);
  const begun = reusedParts(directory, parts);
  const finished = new Set(finishedParts(directory, parts));
  const taken = parts.flatMap((part) => {
    const from = begun.get(part.id) ?? work.get(part.key);
    if (finished.has(part) || from === undefined || from === arm) return [];
    return begun.has(part.id) || !hasBegun(directory, part) ? [{ part, from }] : [];
  });
  if (taken.length === 0) return [];
  const journal = await openJournal(directory);
  try {
    for (const { part, from } of taken) await journal.append(reusedStream, part.id, { value: { from } });
  } finally {
    await journal.close();
  }
  for (const { part, from } of taken) {
    const source = path.join(sweep, from);
    if (finishedParts(source, [part]).length === 0)
      throw new Error(
        `${part.id} of ${arm} was being taken over from ${from}, which does not have it any more; ` +
          `restore ${source}, or remove ${directory}`,
      );
    for (const name of part.directories) await linkTree(path.join(source, name), path.join(directory, name));
    await copyRows(source, directory, part.rows);
    if (part.id === 'data') await checkData(directory, recipe);
  }
  return taken.map(({ part }) => part.id);
}

/** Whether a run has anything of a part that it has not finished. Evaluations go on from wherever they are. */
function hasBegun(directory: string, { stage, directories, prefix }: Part): boolean {
  if (stage === 'evaluate') return false;
  if (directories.some((name) => existsSync(path.join(directory, name)))) return true;
  const isRecorded = reading(
    directory,
    (reader) =>
      reader.hasEffectsBelow(prefix) || reader.streams().some((stream) => stream.startsWith(prefix)),
  );
  return isRecorded ?? false;
}

/** What the stage data would have refused: prompts for which the settings of this run leave no room. */
async function checkData(directory: string, recipe: Recipe): Promise<void> {
  if (recipe.data.kind !== 'lab') return;
  const format = await loadDirectoryFormat(path.join(directory, 'data', 'tokenizer'));
  for (const split of ['train', 'validation', 'test'])
    checkPromptsFit({ recipe }, format, await readProblems(path.join(directory, 'data', `${split}.jsonl`)));
}
