/**
 * How far an import has come, beside the rows that it has written: the file and row after which it goes on. It holds only
 * for the same cards, files and settings; for others the import begins anew.
 */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { stepPlaceSchema } from '../step-files.ts';

const progressSchema = z.object({
  /** Digest of cards, files and settings. */
  key: z.string(),
  /** Files of all sources are counted on. */
  file: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  byte: z.int().nonnegative().optional(),
  /** Rows taken of the source under way, for its limit. */
  taken: z.int().nonnegative(),
  repeatedIds: z.int().nonnegative(),
  place: stepPlaceSchema,
});
export type ImportProgress = z.infer<typeof progressSchema>;

const fileOf = (directory: string): string => path.join(directory, 'import-progress.json');

export async function saveProgress(directory: string, progress: ImportProgress): Promise<void> {
  await writeFileAtomic(fileOf(directory), `${JSON.stringify(progress)}\n`);
}

/** Undefined where there is none for this key. What cannot be read is none: the import begins anew. */
export function readProgress(directory: string, key: string): ImportProgress | undefined {
  try {
    const progress = progressSchema.parse(JSON.parse(readFileSync(fileOf(directory), 'utf8')));
    return progress.key === key ? progress : undefined;
  } catch {
    return undefined;
  }
}

export async function removeProgress(directory: string): Promise<void> {
  await rm(fileOf(directory), { force: true });
}
