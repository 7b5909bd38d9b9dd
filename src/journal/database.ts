/**
 * `journal.db`: SQLite in WAL mode, synchronous FULL, so that a committed row survives a power cut. The schema
 * has a version (`user_version`); older files are migrated step by step, newer ones are refused.
 */
import { DatabaseSync } from 'node:sqlite';
import { diskTrouble } from './disk-trouble.ts';
import { JournalError, NewerFormatError } from './errors.ts';

/** Step i takes version i to version i + 1. Steps are never edited, only added. */
const migrations: readonly string[] = [
  `
  CREATE TABLE effects (
    sequence INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,        -- SHA-256 of unit, label and request
    unit TEXT NOT NULL,
    label TEXT NOT NULL,
    request_hash BLOB NOT NULL,      -- SHA-256 of the canonical request
    value TEXT,                      -- canonical JSON; NULL where it is long and lies in value_blob
    value_blob TEXT,                 -- pack:offset:bytes
    payload_blob TEXT
  ) STRICT;
  CREATE INDEX effects_of_unit ON effects (unit, sequence);
  CREATE TABLE failures (
    sequence INTEGER PRIMARY KEY,
    key BLOB NOT NULL,
    unit TEXT NOT NULL,
    label TEXT NOT NULL,
    error TEXT NOT NULL              -- JSON: name and message
  ) STRICT;
  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BLOB NOT NULL,            -- SHA-256 of value and payload: is an event appended again the same?
    value TEXT,
    value_blob TEXT,
    payload_blob TEXT,
    UNIQUE (stream, key)
  ) STRICT;
  CREATE INDEX events_in_order ON events (stream, sequence);
  CREATE TABLE packs (
    pack INTEGER PRIMARY KEY,
    bytes INTEGER NOT NULL           -- up to here synced and named by rows
  ) STRICT;
  CREATE TABLE holder (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    pid INTEGER NOT NULL,
    since TEXT NOT NULL
  ) STRICT;
  `,
];

/** The newest schema version that this code reads and writes. */
export const schemaVersion: number = migrations.length;

/** "QEDJ": tells a journal from any other SQLite file. */
const applicationId = 0x5145444a;

/** Opens for writing, made or migrated where needed. Call only under the run directory's lock. */
export function openDatabaseForWriting(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
    if (mode !== 'wal') {
      throw new JournalError(
        `${path}: this file system does not support SQLite's write-ahead log (got "${mode}"). ` +
          'Use a run directory on a local disk (--run DIR)',
      );
    }
    database.exec(`
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA wal_autocheckpoint = 4000;
      PRAGMA cache_size = -16000;
    `);
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens for reading only; a writer in another thread or process is not disturbed. After a crash the index of the log is
 * made anew, which needs some room: a DiskFullError says so.
 */
export function openDatabaseForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    const found = versionOf(database, path);
    if (found !== schemaVersion) {
      throw new JournalError(
        `${path} has format ${found}, not ${schemaVersion}; continue its run to migrate it`,
      );
    }
    return database;
  } catch (error) {
    database.close();
    throw diskTrouble(error, path);
  }
}

function migrate(database: DatabaseSync, path: string): void {
  const found = versionOf(database, path);
  if (found === schemaVersion) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const step of migrations.slice(found)) database.exec(step);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion};`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: DatabaseSync, path: string): number {
  const found = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  const owner = Number(database.prepare('PRAGMA application_id').get()?.application_id);
  if (found > 0 && owner !== applicationId) throw new JournalError(`${path} is not a journal`);
  if (found > schemaVersion) throw new NewerFormatError(path, found, schemaVersion);
  return found;
}
