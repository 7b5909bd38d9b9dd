/**
 * Run directories below a folder, the folder itself included, down to four levels. Links are not followed, hidden and large
 * known directories are left out, and what may not be read is passed over.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { RunKind } from './api/runs.ts';
import { runKind } from './run-kind.ts';

export interface FoundRun {
  /** Path below the folder with forward slashes; `.` for the folder itself. */
  readonly path: string;
  readonly kind: RunKind;
}

const deepest = 4;
const passedOver = new Set(['node_modules', 'blobs', 'checkpoints', 'data']);

export function findRuns(folder: string): FoundRun[] {
  const found: FoundRun[] = [];
  const visit = (below: string, depth: number): void => {
    const kind = runKind(path.join(folder, below));
    if (kind !== undefined) found.push({ path: below === '' ? '.' : below, kind });
    if (depth === deepest) return;
    for (const name of directoriesIn(path.join(folder, below))) {
      if (!passedOver.has(name)) visit(below === '' ? name : `${below}/${name}`, depth + 1);
    }
  };
  visit('', 0);
  return found;
}

function directoriesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}
