/**
 * The only writer of a run directory: takes its lock, opens `journal.db` and `blobs/`, and commits batches.
 *
 * A batch is one transaction. Payloads are written and fsynced before it, so that no row ever names bytes that
 * are not on disk. After a failure nothing of the batch is acknowledged and every later batch is refused with the
 * same error (after a failed fsync the operating system may have dropped pages): open the directory again.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type BlobPackOptions, BlobPackWriter, blobReferenceText, nodePackFiles } from './blobs-pack.ts';
import { openDatabaseForWriting } from './database.ts';
import { diskTrouble } from './disk-trouble.ts';
import { lockRunDirectory, type RunLock } from './run-lock.ts';
import type { WriteOutcome, WriteRequest } from './writer.ts';

export interface JournalWriterOptions extends BlobPackOptions {
  /** Values whose JSON is longer (UTF-16 code units) go to `blobs/`, so that rows stay small. Default 2048. */
  readonly longestValue?: number;
  /** The most pages that `journal.db` may have: tests meet a full disk with it. */
  readonly mostPages?: number;
}

type EventRequest = WriteRequest & { kind: 'event' };

export class JournalWriter {
  readonly #runDirectory: string;
  readonly #longestValue: number;
  readonly #lock: RunLock;
  readonly #database: DatabaseSync;
  readonly #packs: BlobPackWriter;
  readonly #insertEffect: StatementSync;
  readonly #insertFailure: StatementSync;
  readonly #insertEvent: StatementSync;
  readonly #findDigest: StatementSync;
  readonly #setPackEnd: StatementSync;
  #failure: { readonly error: unknown } | undefined;
  #closed = false;

  constructor(runDirectory: string, options: JournalWriterOptions = {}) {
    this.#runDirectory = runDirectory;
    this.#longestValue = options.longestValue ?? 2048;
    try {
      makeDirectory(runDirectory);
      this.#lock = lockRunDirectory(runDirectory);
    } catch (error) {
      throw diskTrouble(error, runDirectory);
    }
    const path = join(runDirectory, 'journal.db');
    let database: DatabaseSync | undefined;
    try {
      database = openDatabaseForWriting(path);
      this.#database = database;
      database
        .prepare('INSERT OR REPLACE INTO holder (only, pid, since) VALUES (1, ?, ?)')
        .run(process.pid, new Date().toISOString());
      if (options.mostPages !== undefined) database.exec(`PRAGMA max_page_count = ${options.mostPages}`);
      const last = database.prepare('SELECT pack, bytes FROM packs ORDER BY pack DESC LIMIT 1').get();
      this.#packs = new BlobPackWriter(
        join(runDirectory, 'blobs'),
        last && { pack: Number(last.pack), bytes: Number(last.bytes) },
        options,
      );
      nodePackFiles.syncDirectory(runDirectory);
      this.#insertEffect = database.prepare(
        'INSERT INTO effects (key, unit, label, request_hash, value, value_blob, payload_blob) VALUES (?, ?, ?, ?, ?, ?, ?)',
      );
      this.#insertFailure = database.prepare(
        'INSERT INTO failures (key, unit, label, error) VALUES (?, ?, ?, ?)',
      );
      this.#insertEvent = database.prepare(
        'INSERT INTO events (stream, key, digest, value, value_blob, payload_blob) VALUES (?, ?, ?, ?, ?, ?)',
      );
      this.#findDigest = database.prepare('SELECT digest FROM events WHERE stream = ? AND key = ?');
      this.#setPackEnd = database.prepare('INSERT OR REPLACE INTO packs (pack, bytes) VALUES (?, ?)');
    } catch (error) {
      database?.close();
      this.#lock.release();
      throw diskTrouble(error, path);
    }
  }

  /** Commits all of it, or throws and commits nothing. Outcomes are in the order of the requests. */
  commit(requests: readonly WriteRequest[]): readonly WriteOutcome[] {
    if (this.#failure !== undefined) throw this.#failure.error;
    let path = join(this.#runDirectory, 'blobs');
    try {
      const { outcomes, inserts } = this.#prepare(requests);
      const packEnds = this.#packs.sync();
      path = join(this.#runDirectory, 'journal.db');
      if (inserts.length > 0) {
        this.#database.exec('BEGIN IMMEDIATE');
        for (const insert of inserts) insert();
        for (const { pack, bytes } of packEnds) this.#setPackEnd.run(pack, bytes);
        this.#database.exec('COMMIT');
      }
      return outcomes;
    } catch (error) {
      this.#failure = { error: diskTrouble(error, path) };
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw this.#failure.error;
    }
  }

  /** Decides every outcome, buffers payloads in the packs, and leaves the inserts for the transaction. */
  #prepare(requests: readonly WriteRequest[]): { outcomes: WriteOutcome[]; inserts: (() => void)[] } {
    const outcomes: WriteOutcome[] = [];
    const inserts: (() => void)[] = [];
    /** Digests of this batch's own events, which the table does not have yet. */
    const batch = new Map<string, Buffer>();
    for (const request of requests) {
      let outcome: WriteOutcome = 'recorded';
      if (request.kind === 'effect') {
        const { key, unit, label, requestHash } = request;
        const content = this.#content(request.value, request.payload);
        inserts.push(() => this.#insertEffect.run(key, unit, label, requestHash, ...content));
      } else if (request.kind === 'failure') {
        const { key, unit, label, error } = request;
        inserts.push(() => this.#insertFailure.run(key, unit, label, error));
      } else {
        outcome = this.#prepareEvent(request, batch, inserts);
      }
      outcomes.push(outcome);
    }
    return { outcomes, inserts };
  }

  #prepareEvent(request: EventRequest, batch: Map<string, Buffer>, inserts: (() => void)[]): WriteOutcome {
    const { stream, key, value, payload } = request;
    const digest = eventDigest(value, payload);
    const name = `${stream}\u0000${key}`;
    const known = batch.get(name) ?? this.#findDigest.get(stream, key)?.digest;
    if (known !== undefined) return digest.equals(known as Uint8Array) ? 'recorded' : 'conflict';
    batch.set(name, digest);
    const content = this.#content(value, payload);
    inserts.push(() => this.#insertEvent.run(stream, key, digest, ...content));
    return 'recorded';
  }

  /** The columns value, value_blob and payload_blob. */
  #content(value: string, payload: Uint8Array | undefined): readonly (string | null)[] {
    const payloadBlob = payload === undefined ? null : blobReferenceText(this.#packs.append(payload));
    if (value.length <= this.#longestValue) return [value, null, payloadBlob];
    return [null, blobReferenceText(this.#packs.append(Buffer.from(value))), payloadBlob];
  }

  /** Folds the write-ahead log into `journal.db`, so that the directory can be copied, and releases the lock. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#packs.close();
      if (this.#failure === undefined) this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      throw diskTrouble(error, join(this.#runDirectory, 'journal.db'));
    } finally {
      this.#database.close();
      this.#lock.release();
    }
  }
}

function eventDigest(value: string, payload: Uint8Array | undefined): Buffer {
  const digest = createHash('sha256').update(value);
  // A canonical text never holds a NUL, so value and payload cannot run into each other.
  if (payload !== undefined) digest.update('\u0000').update(payload);
  return digest.digest();
}

/** mkdir -p, with the new entry synced into its parent. */
function makeDirectory(directory: string): void {
  const first = mkdirSync(directory, { recursive: true });
  if (first === undefined) return;
  for (let made = resolve(directory); ; made = dirname(made)) {
    nodePackFiles.syncDirectory(dirname(made));
    if (made === resolve(first) || dirname(made) === made) return;
  }
}
