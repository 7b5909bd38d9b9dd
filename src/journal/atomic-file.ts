/**
 * A file that is either the old one or the new one, whole, whatever happens: written beside its place, synced,
 * renamed over it, and the directory synced so that the rename survives a power cut.
 */
import { dirname } from 'node:path';
import { diskTrouble } from './disk-trouble.ts';
import { type FileData, type FileLayer, nodeFileLayer } from './file-layer.ts';
import { temporaryName } from './temporary-name.ts';

/** Replaces `path` by `data`. Throws a DiskFullError if there is no room; the old file then stands. */
export async function writeFileAtomic(
  path: string,
  data: FileData,
  files: FileLayer = nodeFileLayer,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await files.write(temporary.path, data);
    await files.sync(temporary.path, 'file');
    await files.rename(temporary.path, path);
    await files.sync(dirname(path), 'directory');
  } catch (error) {
    const trouble = diskTrouble(error, path);
    try {
      await files.remove(temporary.path);
    } catch (removal) {
      throw new AggregateError([trouble, removal], `could not write ${path}, nor remove ${temporary.path}`);
    }
    throw trouble;
  } finally {
    temporary.release();
  }
}
