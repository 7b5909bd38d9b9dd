/**
 * The files below data/ are what a run trains and is tested on, so a run goes on only with the bytes that its data
 * stage wrote: their SHA-256 is in the journal, and every sitting compares.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Json } from '../journal/journal.ts';

/** SHA-256 of every file below `directory`, by path relative to it. */
export async function hashDataFiles(directory: string): Promise<{ [file: string]: string }> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const hashes: { [file: string]: string } = {};
  for (const entry of entries.filter((found) => found.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(directory, file).replaceAll(path.sep, '/');
    hashes[name] = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  }
  return hashes;
}

/** Throws when a recorded file is missing or is not what it was. */
export async function verifyDataFiles(directory: string, recorded: Json | undefined): Promise<void> {
  if (recorded === null || typeof recorded !== 'object') return;
  const now: { readonly [file: string]: string } = await hashDataFiles(directory).catch(() => ({}));
  for (const [file, hash] of Object.entries(recorded)) {
    if (now[file] === hash) continue;
    throw new Error(
      `${path.join(directory, file)} is ${now[file] === undefined ? 'missing' : 'altered'} since this run wrote it; ` +
        'restore it from a copy, or begin a new run',
    );
  }
}
