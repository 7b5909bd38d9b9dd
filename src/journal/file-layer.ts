/**
 * The few operations that atomic files and checkpoints are made of. Tests put a layer in their place that fails
 * at the n-th operation, so that every point at which a disk can give up has been tried.
 */
import { open, rename, rm } from 'node:fs/promises';

/** What a file is to hold; pieces are written as they come, so that a large file needs no memory. */
export type FileData = string | Uint8Array | AsyncIterable<string>;

export interface FileLayer {
  /** Makes or empties the file and writes all of `data`. Does not sync. */
  write(path: string, data: FileData): Promise<void>;
  /** fsync of a file or a directory. */
  sync(path: string, kind: 'file' | 'directory'): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a whole directory; absent is fine. */
  remove(path: string): Promise<void>;
}

export const nodeFileLayer: FileLayer = {
  async write(path, data) {
    const file = await open(path, 'w');
    try {
      await file.writeFile(data);
    } finally {
      await file.close();
    }
  },
  async sync(path, kind) {
    const windows = process.platform === 'win32';
    // Windows has no handle of a directory to sync, and syncs a file only through a handle that may write.
    if (windows && kind === 'directory') return;
    const file = await open(path, windows ? 'r+' : 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  },
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
};
