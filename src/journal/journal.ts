/**
 * The durable record of a run: effects (what was paid for) and events (what happened), small rows that name
 * payloads in `blobs/`. It knows nothing of what they mean.
 *
 * PAY-ONCE: an acknowledged effect is never made again. `effect` returns the record if there is one, else makes
 * it and resolves only when it is on disk; so a killed process continues by running the same code again.
 * REPLAY: state rebuilt from the journal equals the live state; nothing else is the truth.
 *
 * Any write may reject with a DiskFullError. Nothing acknowledged is lost, and every later write rejects with it
 * too: free space, open the directory again and run the same code again. Names are not empty and hold no NUL.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What an effect or event leaves: a small JSON value and, if large, bytes. */
export interface Entry {
  readonly value: Json;
  readonly payload?: Uint8Array;
}

export interface EffectKey {
  /** What the effect belongs to, for example `rl/12/lab-0031/4`. */
  readonly unit: string;
  /** Named by the caller. Asking twice for one label in one unit within a process throws a SameLabelError. */
  readonly label: string;
  /** Everything that changes the answer; hashed in canonical form. */
  readonly request: Json;
}

export interface JournalEvent extends Entry {
  readonly sequence: number;
  readonly stream: string;
  readonly key: string;
}

export interface Journal {
  /**
   * Returns the recorded result of this effect, or makes it once and records it. A failure of `make` is
   * recorded as a failed attempt, rethrown, and asked again next time; it is never a result. The value comes
   * back as canonical JSON reads it (sorted keys), the first time as on a replay.
   */
  effect(key: EffectKey, make: () => Promise<Entry>): Promise<Entry & { readonly replayed: boolean }>;
  /** What is on record of this effect, without making it or asking for it; undefined when there is nothing. */
  recorded(key: EffectKey): Promise<Entry | undefined>;
  /**
   * Appends an event and resolves when it is on disk. (stream, key) is unique: appending it again with the same
   * value and payload resolves without a second row; with another value it throws a ConflictError.
   */
  append(stream: string, key: string, entry: Entry): Promise<void>;
  /** The event, or undefined. */
  find(stream: string, key: string): Promise<JournalEvent | undefined>;
  /** Events that the stream holds when asked, in the order they were appended, one at a time (flat memory). */
  events(stream: string): AsyncIterable<JournalEvent>;
  /** The same without payloads, which are not read: for streams whose rows are many. */
  values(stream: string): AsyncIterable<Omit<JournalEvent, 'payload'>>;
  /** Effects made, effects replayed and failed attempts since this journal was opened. */
  counts(): { readonly made: number; readonly replayed: number; readonly failed: number };
  /** Flushes, folds the write-ahead log in, so that the directory can be copied, and releases its lock. */
  close(): Promise<void>;
}
