/** Pages that a run wrote of itself, by the names of their files: each is whole in one file and runs no script. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { NotFoundError } from '../not-found-error.ts';
import type { Workplace } from '../workplace.ts';

const names = ['report.html', 'calibration.html'] as const;

/** Those that the directory has. */
export function runDocuments(directory: string): string[] {
  return names.filter((name) => existsSync(path.join(directory, name)));
}

/** Where it is. Throws a NotFoundError for any other file. */
export function runDocument(workplace: Workplace, run: string, name: string): string {
  const directory = workplace.directoryOf(run);
  if (!runDocuments(directory).includes(name)) throw new NotFoundError(`this run has no ${name}`);
  return path.join(directory, name);
}
