/**
 * Opens the durable record of a run directory for writing: `journal.db`, `blobs/` and `run.lock`.
 *
 * The record is in `journal.ts`'s words: PAY-ONCE and REPLAY. The directory must lie on a local disk and is held
 * by one process at a time; a closed one can be copied anywhere and continued there. While it is open, copy it
 * through SQLite or not at all.
 */
import { resolve } from 'node:path';
import { DurableJournal } from './durable-journal.ts';
import { NetworkFileSystemError } from './errors.ts';
import { type DetectFileSystem, detectFileSystem } from './file-system.ts';
import type { Journal } from './journal.ts';
import { JournalReader } from './journal-reader.ts';
import type { JournalWriterOptions } from './journal-writer.ts';
import { startWorkerWriter } from './worker-writer.ts';

export interface OpenJournalOptions extends Omit<JournalWriterOptions, 'files'> {
  readonly detectFileSystem?: DetectFileSystem;
  /** Told of a file system that may not keep its promises (default: `process.emitWarning`). */
  readonly onWarning?: (message: string) => void;
}

/**
 * Opens `runDirectory`, made if absent. Throws a NetworkFileSystemError, a RunDirectoryInUseError, a
 * NewerFormatError or a DiskFullError, each of which says what to do.
 *
 * @example
 * const journal = await openJournal('runs/lab');
 * const { value } = await journal.effect({ unit: 'bench/3/0', label: 'proof', request }, () => askTheModel(request));
 * await journal.append('bench', '3/0', { value });
 * await journal.close();
 */
export async function openJournal(runDirectory: string, options: OpenJournalOptions = {}): Promise<Journal> {
  const { detectFileSystem: detect = detectFileSystem, onWarning = emitWarning, ...writerOptions } = options;
  const directory = resolve(runDirectory);
  const fileSystem = detect(directory);
  if (fileSystem.kind === 'network') throw new NetworkFileSystemError(directory, fileSystem.name);
  if (fileSystem.kind === 'doubtful') {
    onWarning(`${directory} is on ${fileSystem.name}, where file locks may not hold; a local disk is safer`);
  }
  const writer = await startWorkerWriter(directory, writerOptions);
  try {
    return new DurableJournal(writer, new JournalReader(directory));
  } catch (error) {
    await writer.close();
    throw error;
  }
}

function emitWarning(message: string): void {
  process.emitWarning(message);
}
