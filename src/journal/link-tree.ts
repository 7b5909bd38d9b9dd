/**
 * A second copy of a directory whose files nobody writes to: hard links where the file system allows them, else copies. It
 * is whole or absent: made beside its place under a hidden name, synced and renamed.
 */
import { copyFile, link, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { diskTrouble } from './disk-trouble.ts';
import { nodeFileLayer } from './file-layer.ts';
import { isStaleTemporary, temporaryName } from './temporary-name.ts';

/** Where a file system, or its limits, forbid a hard link. */
const noLink = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES']);

export interface LinkOptions {
  /** Makes a hard link; tests forbid it. */
  readonly link?: (from: string, to: string) => Promise<void>;
}

/** Makes `to` a copy of the directory `from`; one that is there already stays. Hidden files are left out. */
export async function linkTree(from: string, to: string, options: LinkOptions = {}): Promise<void> {
  const parent = path.dirname(to);
  await mkdir(parent, { recursive: true });
  const names = await readdir(parent);
  const stale = names.map((name) => path.join(parent, name)).filter(isStaleTemporary);
  await Promise.all(stale.map((file) => nodeFileLayer.remove(file)));
  if (names.includes(path.basename(to))) return;
  const temporary = temporaryName(to);
  try {
    await linkInto(from, temporary.path, options.link ?? link);
    await nodeFileLayer.rename(temporary.path, to);
    await nodeFileLayer.sync(parent, 'directory');
  } catch (error) {
    await nodeFileLayer.remove(temporary.path);
    throw diskTrouble(error, to);
  } finally {
    temporary.release();
  }
}

async function linkInto(from: string, to: string, makeLink: NonNullable<LinkOptions['link']>): Promise<void> {
  await mkdir(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const [source, copy] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await linkInto(source, copy, makeLink);
    else {
      await linkFile(source, copy, { link: makeLink });
    }
  }
  await nodeFileLayer.sync(to, 'directory');
}

/** A hard link to a file or, where there can be none, what `otherwise` makes of it: a copy if not given. */
export async function linkFile(
  from: string,
  to: string,
  options: LinkOptions & { readonly otherwise?: (from: string, to: string) => Promise<void> } = {},
): Promise<void> {
  try {
    await (options.link ?? link)(from, to);
  } catch (error) {
    if (!noLink.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await (options.otherwise ?? copyDurably)(from, to);
  }
}

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await nodeFileLayer.sync(to, 'file');
}
