/**
 * Reads a run directory through a read-only connection: the writing process itself, and any other (viewer,
 * report, comparison) while it writes. Sees what is committed, never less than what was acknowledged.
 */
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { BlobReader } from './blob-reader.ts';
import { parseBlobReference } from './blobs-pack.ts';
import { openDatabaseForReading } from './database.ts';
import { JournalClosedError } from './errors.ts';
import type { Entry, JournalEvent, Json } from './journal.ts';

/** A recorded effect with its name. */
export interface RecordedEffect extends Entry {
  readonly sequence: number;
  readonly unit: string;
  readonly label: string;
  /** SHA-256 of unit, label and request, and of the canonical request alone. */
  readonly key: Uint8Array;
  readonly requestHash: Uint8Array;
}

/** A recorded effect whose payload is read when it is asked for. */
export interface EffectRow extends Pick<RecordedEffect, 'sequence' | 'unit' | 'label' | 'requestHash'> {
  readonly value: Json;
  payload(): Uint8Array | undefined;
}

/** An attempt at an effect that failed. */
export interface FailedAttempt {
  readonly sequence: number;
  readonly unit: string;
  readonly label: string;
  readonly key: Uint8Array;
  readonly error: { readonly name: string; readonly message: string };
}

type Row = Record<string, unknown>;

/** Rows are fetched in pages: no cursor stays open, which would keep the write-ahead log from being folded in. */
const page = 256;

const selectEvents =
  'SELECT sequence, stream, key, value, value_blob, payload_blob FROM events WHERE stream = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?';

const valuesPerPage = 1000;
const selectPage =
  "SELECT count(*) AS n, count(value) AS whole, max(sequence) AS last, group_concat(value, ',' ORDER BY sequence) AS text FROM (SELECT sequence, value FROM events WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT ?)";

export class JournalReader {
  readonly #database: DatabaseSync;
  readonly #blobs: BlobReader;
  readonly #findEffect: StatementSync;
  readonly #findEvent: StatementSync;
  readonly #selectEffects: StatementSync;
  readonly #sequencesOf: StatementSync;
  #closed = false;

  /** Throws if there is no journal, or one of another format. */
  constructor(runDirectory: string) {
    this.#database = openDatabaseForReading(join(runDirectory, 'journal.db'));
    this.#blobs = new BlobReader(join(runDirectory, 'blobs'));
    this.#findEffect = this.#database.prepare(
      'SELECT sequence, value, value_blob, payload_blob FROM effects WHERE key = ?',
    );
    this.#findEvent = this.#database.prepare('SELECT * FROM events WHERE stream = ? AND key = ?');
    this.#selectEffects = this.#database.prepare(
      'SELECT * FROM effects WHERE unit >= ? AND unit < ? ORDER BY unit, sequence',
    );
    this.#sequencesOf = this.#database.prepare('SELECT sequence FROM effects WHERE unit = ? AND label = ?');
  }

  /** The result recorded under this key (SHA-256 of unit, label and request). */
  findEffect(key: Uint8Array): (Entry & { readonly sequence: number }) | undefined {
    this.#assertOpen();
    const row = this.#findEffect.get(key);
    return row === undefined ? undefined : { sequence: Number(row.sequence), ...this.#entry(row) };
  }

  /** Of the effects of this name, whatever their requests. */
  sequencesOf(unit: string, label: string): readonly number[] {
    this.#assertOpen();
    return this.#sequencesOf.all(unit, label).map(({ sequence }) => Number(sequence));
  }

  /** Sequence of the last effect; 0 where there is none. */
  lastEffect(): number {
    this.#assertOpen();
    return Number(this.#database.prepare('SELECT max(sequence) AS last FROM effects').get()?.last ?? 0);
  }

  find(stream: string, key: string): JournalEvent | undefined {
    this.#assertOpen();
    const row = this.#findEvent.get(stream, key);
    return row === undefined ? undefined : this.#event(row);
  }

  /** The event of the stream that was appended last. */
  last(stream: string): JournalEvent | undefined {
    this.#assertOpen();
    const select = 'SELECT * FROM events WHERE stream = ? ORDER BY sequence DESC LIMIT 1';
    const row = this.#database.prepare(select).get(stream);
    return row === undefined ? undefined : this.#event(row);
  }

  /** How many events the stream has. */
  count(stream: string): number {
    this.#assertOpen();
    const row = this.#database.prepare('SELECT count(*) AS n FROM events WHERE stream = ?').get(stream);
    return Number(row?.n ?? 0);
  }

  /** The events that the stream holds now, in order; what is appended while they are read is not among them. */
  async *events(stream: string): AsyncIterable<JournalEvent> {
    for await (const row of this.#pages(selectEvents, 'events', [stream])) yield this.#event(row);
  }

  /** The same without payloads, which are not read; of those that were appended after a sequence number, if one is given. */
  async *values(stream: string, after = 0): AsyncIterable<Omit<JournalEvent, 'payload'>> {
    for await (const row of this.#pages(selectEvents, 'events', [stream], after)) {
      yield this.#event({ ...row, payload_blob: null });
    }
  }

  /**
   * The values of a stream by the thousand, for who reads very many: `last` is the sequence number of the page's last one. The
   * caller may wait between pages; what is appended meanwhile comes, too.
   */
  *valuePages(
    stream: string,
    after = 0,
  ): Generator<{ readonly values: readonly Json[]; readonly last: number }> {
    this.#assertOpen();
    // One text is read and parsed far faster than a thousand rows.
    const statement = this.#database.prepare(selectPage);
    for (let from = after; ; ) {
      this.#assertOpen();
      const { n, whole, last, text } = statement.get(stream, from, valuesPerPage) ?? {};
      if (Number(n ?? 0) === 0) return;
      const values =
        whole === n
          ? (JSON.parse(`[${String(text)}]`) as Json[])
          : this.#longValues(stream, from, Number(last));
      from = Number(last);
      yield { values, last: from };
      if (Number(n) < valuesPerPage) return;
    }
  }

  /** A page in which some value lies in a blob. */
  #longValues(stream: string, after: number, last: number): Json[] {
    const rows: Row[] = this.#database.prepare(selectEvents).all(stream, after, last, valuesPerPage);
    return rows.map((row) => this.#value(row));
  }

  /** All events in the order in which they were appended; those whose name is not wanted are not read whole. */
  async *everyEvent(isWanted: (stream: string, key: string) => boolean): AsyncIterable<JournalEvent> {
    const select = 'SELECT * FROM events WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?';
    for await (const row of this.#pages(select, 'events', [])) {
      if (isWanted(String(row.stream), String(row.key))) yield this.#event(row);
    }
  }

  /** Every stream that has events. */
  streams(): readonly string[] {
    this.#assertOpen();
    const rows = this.#database.prepare('SELECT DISTINCT stream FROM events ORDER BY stream').all();
    return rows.map((row) => String(row.stream));
  }

  /**
   * Recorded effects in the order in which they were recorded; of one unit, if named. Those of units that are not wanted
   * are not read whole.
   */
  async *effects(
    unit?: string,
    isWanted: (unit: string) => boolean = () => true,
  ): AsyncIterable<RecordedEffect> {
    const select = `SELECT * FROM effects WHERE ${unit === undefined ? '' : 'unit = ? AND '}sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?`;
    for await (const row of this.#pages(select, 'effects', unit === undefined ? [] : [unit])) {
      if (!isWanted(String(row.unit))) continue;
      yield {
        sequence: Number(row.sequence),
        unit: String(row.unit),
        label: String(row.label),
        key: row.key as Uint8Array,
        requestHash: row.request_hash as Uint8Array,
        ...this.#entry(row),
      };
    }
  }

  /** Who holds the run directory for writing, if somebody does, or died doing so. */
  holder(): { readonly pid: number; readonly since: string } | undefined {
    this.#assertOpen();
    const row = this.#database.prepare('SELECT pid, since FROM holder').get();
    return row === undefined ? undefined : { pid: Number(row.pid), since: String(row.since) };
  }

  /** Changes with everything that is written: the last numbers of all tables, and who writes. */
  revision(): string {
    this.#assertOpen();
    const last = ['effects', 'events', 'failures'].map((table) =>
      Number(this.#database.prepare(`SELECT max(sequence) AS last FROM ${table}`).get()?.last ?? 0).toString(
        36,
      ),
    );
    return [...last, this.holder()?.pid ?? 0].join('-');
  }

  /** Units that begin with `prefix`, with how many effects each has and its last one's number. */
  units(prefix: string): { readonly unit: string; readonly effects: number; readonly last: number }[] {
    this.#assertOpen();
    const range = [prefix, `${prefix}\u{10ffff}`];
    const select =
      'SELECT unit, count(*) AS effects, max(sequence) AS last FROM effects WHERE unit >= ? AND unit < ? GROUP BY unit';
    const rows = this.#database.prepare(select).all(...range);
    const units = rows.map(({ unit, effects, last }) => ({
      unit: String(unit),
      effects: Number(effects),
      last: Number(last),
    }));
    const known = new Set(units.map(({ unit }) => unit));
    const failures = 'SELECT DISTINCT unit FROM failures WHERE unit >= ? AND unit < ?';
    const failed = this.#database.prepare(failures).all(...range);
    for (const { unit } of failed)
      if (!known.has(String(unit))) units.push({ unit: String(unit), effects: 0, last: 0 });
    return units;
  }

  /** The effects of a unit by name, in the order in which they were recorded, without what they left. */
  effectNames(unit: string): Pick<RecordedEffect, 'label' | 'key' | 'requestHash'>[] {
    this.#assertOpen();
    const select = 'SELECT label, key, request_hash FROM effects WHERE unit = ? ORDER BY sequence';
    const rows = this.#database.prepare(select).all(unit);
    return rows.map((row) => ({
      label: String(row.label),
      key: row.key as Uint8Array,
      requestHash: row.request_hash as Uint8Array,
    }));
  }

  /** Failed attempts at effects of a unit, in order. */
  failuresOf(unit: string): Pick<FailedAttempt, 'label' | 'error'>[] {
    this.#assertOpen();
    const rows = this.#database
      .prepare('SELECT label, error FROM failures WHERE unit = ? ORDER BY sequence')
      .all(unit);
    return rows.map(({ label, error }) => ({
      label: String(label),
      error: JSON.parse(String(error)) as FailedAttempt['error'],
    }));
  }

  /** Whether an effect of a unit that begins with `prefix` is on record. */
  hasEffectsBelow(prefix: string): boolean {
    this.#assertOpen();
    const select = 'SELECT 1 FROM effects WHERE unit >= ? AND unit < ? LIMIT 1';
    return this.#database.prepare(select).get(prefix, `${prefix}\u{10ffff}`) !== undefined;
  }

  /** How many effects the units that begin with `prefix` have, by label; counted in the index of the units. */
  countEffectsBelow(prefix: string): ReadonlyMap<string, number> {
    this.#assertOpen();
    const select =
      'SELECT label, count(*) AS n FROM effects WHERE unit >= ? AND unit < ? GROUP BY label ORDER BY label';
    const rows = this.#database.prepare(select).all(prefix, `${prefix}\u{10ffff}`);
    return new Map(rows.map(({ label, n }) => [String(label), Number(n)]));
  }

  /** The effects of all units that begin with `prefix`, by unit and in the order in which they were recorded. */
  effectsBelow(prefix: string): EffectRow[] {
    return this.#effectsBetween(prefix, `${prefix}\u{10ffff}`);
  }

  /** The effects of a unit in the order in which they were recorded. */
  effectsOf(unit: string): EffectRow[] {
    // The first name after it; none has a NUL.
    return this.#effectsBetween(unit, `${unit}\u{1}`);
  }

  #effectsBetween(first: string, end: string): EffectRow[] {
    this.#assertOpen();
    return this.#selectEffects.all(first, end).map((row: Row) => ({
      sequence: Number(row.sequence),
      unit: String(row.unit),
      label: String(row.label),
      requestHash: row.request_hash as Uint8Array,
      value: this.#value(row),
      payload: () => (row.payload_blob === null ? undefined : this.#blob(row.payload_blob)),
    }));
  }

  /** Failed attempts in order; of those that were recorded after a sequence number, if one is given. */
  async *failures(after = 0): AsyncIterable<FailedAttempt> {
    const select = 'SELECT * FROM failures WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?';
    for await (const row of this.#pages(select, 'failures', [], after)) {
      const error = JSON.parse(String(row.error)) as FailedAttempt['error'];
      const [unit, label, key] = [String(row.unit), String(row.label), row.key as Uint8Array];
      yield { sequence: Number(row.sequence), unit, label, key, error };
    }
  }

  async *#pages(select: string, table: string, where: readonly string[], first = 0): AsyncGenerator<Row> {
    this.#assertOpen();
    const statement = this.#database.prepare(select);
    const last = Number(
      this.#database.prepare(`SELECT max(sequence) AS last FROM ${table}`).get()?.last ?? 0,
    );
    for (let after = first; ; ) {
      this.#assertOpen();
      const rows: Row[] = statement.all(...where, after, last, page);
      for (const row of rows) {
        this.#assertOpen();
        yield row;
        after = Number(row.sequence);
      }
      if (rows.length < page) return;
    }
  }

  #event(row: Row): JournalEvent {
    const { sequence, stream, key } = row;
    return { sequence: Number(sequence), stream: String(stream), key: String(key), ...this.#entry(row) };
  }

  #entry(row: Row): Entry {
    const value = this.#value(row);
    return row.payload_blob === null ? { value } : { value, payload: this.#blob(row.payload_blob) };
  }

  #value({ value, value_blob: valueBlob }: Row): Json {
    const text = typeof value === 'string' ? value : new TextDecoder().decode(this.#blob(valueBlob));
    return JSON.parse(text) as Json;
  }

  #blob(reference: unknown): Uint8Array {
    return this.#blobs.read(parseBlobReference(String(reference)));
  }

  #assertOpen(): void {
    if (this.#closed) throw new JournalClosedError();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#blobs.close();
    this.#database.close();
  }
}
