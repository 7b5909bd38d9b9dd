/**
 * The Journal over a Writer (a thread, or in tests the same thread) and a JournalReader.
 *
 * PAY-ONCE: `effect` resolves only after the commit of what was made, and looks among the committed before it
 * makes anything. REPLAY: what a live call returns has been through the same JSON text that a replay reads, so
 * key order, -0 and the like cannot differ between the two.
 */
import { canonicalHash, canonicalJson } from './canonical-json.ts';
import { ConflictError, JournalClosedError, JournalError, SameLabelError } from './errors.ts';
import type { EffectKey, Entry, Journal, JournalEvent, Json } from './journal.ts';
import type { JournalReader } from './journal-reader.ts';
import { SequenceSet } from './sequence-set.ts';
import type { Writer } from './writer.ts';

/** A failure's message is cut to this many UTF-16 code units: rows stay small. */
const longestMessage = 2000;

export class DurableJournal implements Journal {
  readonly #writer: Writer;
  readonly #reader: JournalReader;
  /** Asked for and not yet on record: unit and label. What is on record is looked up there, so memory follows what is under way. */
  readonly #asked = new Set<string>();
  readonly #replays = new SequenceSet();
  /** The last effect of earlier processes. */
  readonly #before: number;
  #made = 0;
  #replayed = 0;
  #failed = 0;
  #closing: Promise<void> | undefined;

  constructor(writer: Writer, reader: JournalReader) {
    this.#writer = writer;
    this.#reader = reader;
    this.#before = reader.lastEffect();
  }

  async effect(
    { unit, label, request }: EffectKey,
    make: () => Promise<Entry>,
  ): Promise<Entry & { readonly replayed: boolean }> {
    this.#assertOpen();
    checkName('unit', unit);
    checkName('label', label);
    const { requestHash, key } = hashesOf({ unit, label, request });
    const asked = `${unit}\u0000${label}`;
    if (this.#asked.has(asked) || this.#wasAsked(unit, label)) throw new SameLabelError(unit, label);

    const recorded = this.#reader.findEffect(key);
    if (recorded !== undefined) {
      this.#replays.add(recorded.sequence);
      this.#replayed += 1;
      const { value, payload } = recorded;
      return { value, ...(payload === undefined ? {} : { payload }), replayed: true };
    }
    this.#asked.add(asked);
    let entry: Entry;
    let content: Content;
    try {
      entry = await make();
      content = contentOf(entry);
    } catch (error) {
      await this.#recordFailure({ key, unit, label }, error);
      this.#asked.delete(asked);
      throw error;
    }
    await this.#writer.write({ kind: 'effect', key, unit, label, requestHash, ...content });
    this.#asked.delete(asked);
    this.#made += 1;
    const value = JSON.parse(content.value) as Json;
    return { value, ...(entry.payload === undefined ? {} : { payload: entry.payload }), replayed: false };
  }

  /** Whether one of this name has been made or replayed by this process. */
  #wasAsked(unit: string, label: string): boolean {
    return this.#reader
      .sequencesOf(unit, label)
      .some((sequence) => sequence > this.#before || this.#replays.has(sequence));
  }

  async #recordFailure(
    name: { key: Uint8Array; unit: string; label: string },
    error: unknown,
  ): Promise<void> {
    this.#failed += 1;
    const failure = error instanceof Error ? error : new Error(String(error));
    const message = failure.message.slice(0, longestMessage).toWellFormed();
    try {
      const text = JSON.stringify({ name: failure.name, message });
      await this.#writer.write({ kind: 'failure', ...name, error: text });
    } catch (writeError) {
      // What failed was writing: a full disk is told as one, once.
      if (error instanceof JournalError) throw error;
      throw new AggregateError(
        [error, writeError],
        `"${name.label}" of "${name.unit}" failed, and so did recording that it failed`,
      );
    }
  }

  async recorded(key: EffectKey): Promise<Entry | undefined> {
    const recorded = this.#reader.findEffect(hashesOf(key).key);
    if (recorded === undefined) return undefined;
    const { value, payload } = recorded;
    return payload === undefined ? { value } : { value, payload };
  }

  async append(stream: string, key: string, entry: Entry): Promise<void> {
    this.#assertOpen();
    checkName('stream', stream);
    checkName('key', key);
    const outcome = await this.#writer.write({ kind: 'event', stream, key, ...contentOf(entry) });
    if (outcome === 'conflict') throw new ConflictError(stream, key);
  }

  async find(stream: string, key: string): Promise<JournalEvent | undefined> {
    return this.#reader.find(stream, key);
  }

  values(stream: string): AsyncIterable<Omit<JournalEvent, 'payload'>> {
    return this.#reader.values(stream);
  }

  events(stream: string): AsyncIterable<JournalEvent> {
    return this.#reader.events(stream);
  }

  counts(): { readonly made: number; readonly replayed: number; readonly failed: number } {
    return { made: this.#made, replayed: this.#replayed, failed: this.#failed };
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      // Before the writer: the last connection to close folds the write-ahead log into the file.
      this.#reader.close();
      this.#closing = this.#writer.close();
    }
    return this.#closing;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new JournalClosedError();
  }
}

function hashesOf({ unit, label, request }: EffectKey) {
  const requestHash = canonicalHash(request);
  return { requestHash, key: canonicalHash([unit, label, requestHash.toString('hex')]) };
}

interface Content {
  readonly value: string;
  readonly payload?: Uint8Array<ArrayBuffer>;
}

/** The payload is copied: it is handed to another thread, and the caller may go on writing to its own. */
function contentOf({ value, payload }: Entry): Content {
  const text = canonicalJson(value);
  return payload === undefined ? { value: text } : { value: text, payload: new Uint8Array(payload) };
}

/** SQLite would end a text at a NUL and replace a lone surrogate: two names could become one. */
function checkName(what: string, name: string): void {
  if (name.length === 0 || name.includes('\u0000') || !name.isWellFormed()) {
    throw new TypeError(`${what} ${JSON.stringify(name)} is empty or not well-formed text without NUL`);
  }
}
