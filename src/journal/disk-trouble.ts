/**
 * Tells a full disk from every other failure of a write. SQLite and the operating system say it in several ways
 * (ENOSPC, EDQUOT, SQLITE_FULL, and I/O errors of SQLite's shared memory when the disk has no room for it).
 */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DiskFullError } from './errors.ts';

const sqliteFull = 13;
const sqliteIoError = 10;
/** Below this many free bytes an SQLite I/O error is taken for a full disk. */
const noRoom = 256 * 1024;

/** `error` as a DiskFullError that names `path` if the disk is full, else `error` itself. */
export function diskTrouble(error: unknown, path: string): unknown {
  if (error instanceof DiskFullError || !(error instanceof Error)) return error;
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  const available = availableBytes(path);
  const full =
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    (code === 'ERR_SQLITE_ERROR' &&
      typeof errcode === 'number' &&
      (errcode === sqliteFull || ((errcode & 0xff) === sqliteIoError && available < noRoom)));
  return full ? new DiskFullError(path, available, { cause: error }) : error;
}

/** What is free where `path` lies, or will lie. */
export function availableBytes(path: string): number {
  for (let directory = path; ; directory = dirname(directory)) {
    try {
      const { bavail, bsize } = statfsSync(directory);
      return bavail * bsize;
    } catch (error) {
      // Not there (any more): its parent is on the same disk. At the root there is nothing left to ask.
      if (dirname(directory) === directory) throw error;
    }
  }
}
