/**
 * One writer per run directory. The lock is an open write transaction on the empty SQLite file `run.lock`: the
 * operating system releases it when the process ends, however it ends, so there is never a stale lock to remove.
 * Nothing is ever written to it; who holds it stands in `journal.db`, which readers can always read.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RunDirectoryInUseError } from './errors.ts';

const sqliteBusy = 5;

export interface RunLock {
  release(): void;
}

/** Takes the lock, or throws a RunDirectoryInUseError that names the holder. */
export function lockRunDirectory(runDirectory: string): RunLock {
  // The short wait lets a predecessor that was just killed finish dying.
  const database = new DatabaseSync(join(runDirectory, 'run.lock'), { timeout: 250 });
  try {
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
    const holder = readHolder(runDirectory);
    throw new RunDirectoryInUseError(runDirectory, holder?.pid, holder?.since);
  }
  return { release: () => database.close() };
}

/** Whether a living process holds the run directory. Takes and gives back a free lock whose last holder's number is in use. */
export function isRunDirectoryHeld(runDirectory: string): boolean {
  const holder = readHolder(runDirectory);
  if (holder === undefined || !isAlive(holder.pid)) return false;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(runDirectory, 'run.lock'), { timeout: 0 });
    database.exec('BEGIN IMMEDIATE');
    return false;
  } catch (error) {
    return (error as { errcode?: number }).errcode === sqliteBusy;
  } finally {
    database?.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readHolder(runDirectory: string): { pid: number; since: string } | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(runDirectory, 'journal.db'), { readOnly: true, timeout: 250 });
    const row = database.prepare('SELECT pid, since FROM holder').get();
    return row === undefined ? undefined : { pid: Number(row.pid), since: String(row.since) };
  } catch {
    // The holder is only now making its journal. That the directory is in use is reported all the same.
    return undefined;
  } finally {
    database?.close();
  }
}
