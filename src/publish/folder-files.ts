/** The files of a folder that is to be pushed, with sizes and digests; the manifest that made it whole stays behind. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { manifestName } from '../journal/checkpoint-manifest.ts';
import { fileDigest } from '../problems/file-digest.ts';

export interface FolderFile {
  /** With slashes, below the folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Sorted by path. */
export async function folderFiles(folder: string): Promise<FolderFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => name !== manifestName)
    .map((name) => name.split(path.sep).join('/'))
    .sort();
  const files: FolderFile[] = [];
  for (const name of names) files.push({ path: name, ...(await fileDigest(path.join(folder, name))) });
  return files;
}
